"""The tables: figures, their ratio to the C programs', and whether it meets the target."""

import datetime
import os
import platform
import shlex
import sys
from pathlib import Path
from statistics import median

import flow_report
import step_report
from lab import CORES_TOLERATED, MIB_WRITTEN_TOLERATED, filesystem
from tables import noisy, number, spread, table

BEGIN, END = "<!-- results -->", "<!-- end of results -->"


def rate(r):
    return r["calls"] / r["seconds"]


def server_cpu(r):
    return r["server_cpu"] / r["calls"] * 1e6


def client_cpu(r):
    return r["client_cpu"] / r["calls"] * 1e6


def changes(r):
    return r["changes"] / r["seconds"] if "changes" in r else rate(r)


# Name of the results, without what was measured; title; figure; unit; target for flowd's ratio to the first.
RATIOS = [
    ("meta one same", "getCurrentMeta, one caller: p50", lambda r: r["p50_us"], "µs", "≤ 1.3"),
    ("meta pipelined same", "64 in flight on one connection: rate", rate, "calls/s", "≥ 0.6"),
    ("meta pipelined same", "64 in flight: server CPU", server_cpu, "s per 1M", "≤ 2.0"),
    ("meta many same", "64 callers: rate", rate, "calls/s", "≥ 0.75"),
    ("meta many same", "64 callers: server CPU", server_cpu, "s per 1M", "≤ 1.5"),
    ("meta one split", "one caller, a core each: p50", lambda r: r["p50_us"], "µs", None),
    ("meta pipelined split", "64 in flight, a core each: rate", rate, "calls/s", None),
    ("meta many split", "64 callers, a core each: rate", rate, "calls/s", None),
    ("set one same", "durable setProviderModel, one caller", changes, "changes/s", "≥ 0.7"),
    ("set one free", "one caller, placed by the scheduler", changes, "changes/s", None),
    ("set many free", "durable setProviderModel, 64 callers", changes, "changes/s", "≥ 0.5"),
]
# Name of the results, title, figure, unit, target.
ABSOLUTES = [
    ("memory flowd", "resident when idle", lambda r: r["idle_mib"], "MiB", "≤ 16"),
    ("memory flowd", "added by {connections} idle connections", lambda r: r["connections_mib"], "MiB", "≤ 4"),
    ("start flowd", "start to first reply, new state directory", lambda r: r["first_reply_ms"], "ms", "≤ 30"),
    ("start flowd", "start to first durable session", lambda r: r["first_session_ms"], "ms", None),
    ("flowctl meta", "`flowctl meta`, from start to end", lambda r: r["ms"], "ms", "≤ 15"),
    ("fdatasync", "fdatasync of 4 KiB: p50", lambda r: r["p50_us"], "µs", None),
]


def meets(value, target):
    sign, bound = target.split()
    return value <= float(bound) if sign == "≤" else value >= float(bound)


class Report:
    def __init__(self, results, directory, notes):
        self.results, self.notes, self.filesystem, self.short = results, notes, filesystem(directory), []
        self.lines = [*self.ratios(), *self.absolutes(ABSOLUTES)]
        self.flow_lines = flow_report.lines(self)
        self.step_lines = step_report.lines(self)

    @property
    def all_lines(self):
        return self.lines + self.flow_lines + self.step_lines

    def ratios(self):
        for name, title, figure, unit, target in RATIOS:
            base = "SQLite" if name.startswith("set") else "C"
            reference, ours = self.results.get(f"{name} {base}"), self.results.get(f"{name} flowd")
            if not reference or not ours:
                continue
            # Round by round: the two of a round were measured one right after the other.
            ratios = [figure(o) / figure(r) for o, r in zip(ours, reference)]
            yield self.line(title, unit, target, [figure(o) for o in ours], median(ratios),
                            [figure(r) for r in reference], ratios, noisy(ours + reference))

    def absolutes(self, rows):
        for name, title, figure, unit, target in rows:
            ours = self.results.get(name)
            if ours:
                values = [figure(o) for o in ours]
                title = title.format(**ours[0])
                yield self.line(title, unit, target, values, median(values), None, None, noisy(ours))

    def line(self, title, unit, target, values, judged, reference, ratios, is_noisy):
        verdict = "" if target is None else "PASS" if meets(judged, target) else "short"
        if verdict == "short":
            self.short.append(title)
        if verdict and is_noisy:
            verdict += "~"
        return {"title": title, "unit": unit, "flowd": values, "reference": reference, "ratio": ratios, "judged": judged,
                "target": target, "verdict": verdict, "disturbed": is_noisy}

    def data(self):
        return {"machine": machine(), "file_system": self.filesystem, "lines": self.all_lines,
                "results": self.results, "notes": self.notes}

    def table_of(self, lines, reference):
        body = []
        for line in lines:
            body.append([f"{line['title']}, {line['unit']}", spread(line["reference"]) if line["reference"] else "",
                         spread(line["flowd"]) + ("~" if line["disturbed"] else ""),
                         spread(line["ratio"]) if line["ratio"] else "", line["target"] or "", line["verdict"]])
        return table(["", reference, "flowd", "ratio", "target", ""], body) if body else ""

    def markdown(self):
        parts = [machine() + f" State on {self.filesystem}.", self.table_of(self.lines, "plain C"), self.costs(),
                 self.table_of(self.flow_lines, "beside"), flow_report.peers(self),
                 self.table_of(self.step_lines, "beside")]
        parts += [f"{what}: {self.notes[what]}." for what in ("http", "spawn") if what in self.notes]
        if self.filesystem in ("tmpfs", "ramfs"):
            parts.insert(1, "**The state directory is in memory, so the durable figures say nothing.**")
        if sizes := self.unequal_replies():
            parts.append(f"The replies differ in size, so the ratios flatter one side: {sizes}.")
        if any(line["disturbed"] for line in self.all_lines):
            parts.append(f"~ disturbed, also when repeated: others took more than {CORES_TOLERATED} cores or wrote more "
                         f"than {MIB_WRITTEN_TOLERATED} MiB/s.")
        return "\n\n".join(part for part in parts if part)

    def unequal_replies(self):
        """Replies of one kind should differ by the digits of a time at most."""
        sizes = {name.split()[-1]: runs[0]["reply_bytes"] for name, runs in self.results.items() if name.startswith("meta")}
        return sizes if sizes and max(sizes.values()) - min(sizes.values()) > 8 else None

    def costs(self):
        """CPU by process and tail latency of every kind of run."""
        body = []
        for name, runs in self.results.items():
            if "server_cpu" in runs[0]:
                body.append([name, *(spread([figure(r) for r in runs]) for figure in (rate, server_cpu, client_cpu)),
                             *(number(median(r[q] for r in runs)) for q in ("p50_us", "p99_us", "p999_us"))])
        header = ["run", "calls/s", "server CPU s/1M", "client CPU s/1M", "p50 µs", "p99 µs", "p99.9 µs"]
        return table(header, body) if body else ""

    def write(self, document):
        text = document.read_text()
        before, _, rest = text.partition(BEGIN)
        _, found, after = rest.partition(END)
        if not found:
            raise SystemExit(f"{document} has no {BEGIN} … {END}")
        command = shlex.join(["Benchmarks/run", *sys.argv[1:]])
        document.write_text(f"{before}{BEGIN}\n`{command}`\n\n{self.markdown()}\n{END}{after}")


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    virtual = ", virtual" if "hypervisor" in Path("/proc/cpuinfo").read_text() else ""
    return f"{datetime.date.today()}, {model} ({len(os.sched_getaffinity(0))} cores{virtual}), Linux {platform.release()}."
