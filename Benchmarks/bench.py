#!/usr/bin/env python3
"""Measures flowd beside a plain C server, and its durable writes beside a plain C loop over SQLite.

How it measures, and why so: README.md. The parts must have been built (`./run` does that).
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import report
from flows import Flows
from lab import BUILD, HERE, PLACEMENTS, Lab
from steps import Steps

CASES = {"one": (1, 1), "pipelined": (1, 64), "many": (64, 1)}  # connections, calls outstanding on each


class Plan:
    """What is measured how often. `results` maps a name to the list of what its rounds gave; `notes` says why something
    was not measured."""

    def __init__(self, lab, options):
        self.lab, self.options, self.results, self.notes = lab, options, {}, {}

    def add(self, name, result):
        self.results.setdefault(name, []).append(result)
        print(name, json.dumps(result), file=sys.stderr, flush=True)

    def servers(self):
        return ["C", "flowd"] + (["Go"] if self.options.peers else [])

    def rounds(self, names):
        """Each round measures all of `names`, in turns of order, so that drift hits them alike."""
        for n in range(self.options.rounds):
            yield from names if n % 2 == 0 else reversed(names)

    def calls(self):
        for placement in ("same", "split"):
            for case in CASES:
                for server in self.rounds(self.servers()):
                    self.add(f"meta {case} {placement} {server}", self.one_load(server, "meta", case, placement))

    def durable(self):
        """Changes beside a C loop that commits as many of them at a time as there are callers."""
        for case, group, placement in (("one", 1, "same"), ("one", 1, "free"), ("many", 64, "free")):
            database = self.lab.database(sessions=group)
            for what in self.rounds(["flowd", "SQLite"]):
                if what == "flowd":
                    result = self.one_load("flowd", "set", case, placement)
                else:
                    result = self.sqlite("change", group, database, PLACEMENTS[placement][0])
                self.add(f"set {case} {placement} {what}", result)
        for _ in range(self.options.rounds):
            self.add("fdatasync", self.sqlite("fdatasync", 1))

    def one_load(self, server, mode, case, placement):
        server_cores, client_cores = PLACEMENTS[placement]
        connections, depth = CASES[case]

        def measure(witness):
            with self.lab.serving(server, server_cores) as running:
                sessions = running.prepare(connections)
                witness.begin(running.pid)
                return running.load(mode, connections, depth, self.options.seconds, sessions, client_cores)

        return self.lab.undisturbed(measure)

    def sqlite(self, what, size, database=None, cores=None, amount=None):
        """What the C loop says; `amount` is of seconds, unless `what` counts runs."""
        def measure(witness):
            directory = self.lab.fresh(self.lab.directory)
            directory.mkdir()
            for file in database or []:
                shutil.copy(file, directory)
            try:
                witness.begin()
                last = amount or self.options.seconds
                return self.lab.run([BUILD / "sqlite", directory, what, size, last], cores=cores)
            finally:
                shutil.rmtree(directory)

        return self.lab.undisturbed(measure)

    def memory(self):
        pause = 0.2 if self.options.quick else 1
        count = 100 if self.options.quick else 1000
        for server in self.rounds(self.servers()):
            with self.lab.serving(server) as running:
                time.sleep(pause)
                idle = running.resident_mib()
                sessions = running.prepare(1)
                before = running.resident_mib()
                with running.idle_connections(count, sessions):
                    time.sleep(pause)
                    grown = running.resident_mib() - before
                self.add(f"memory {server}", {"idle_mib": idle, "connections_mib": grown, "connections": count})

    def start(self):
        for server in self.rounds(self.servers()):
            for _ in range(1 if self.options.quick else 4):
                self.add(f"start {server}", self.lab.undisturbed(lambda _: self.one_start(server)))

    def one_start(self, server):
        path = self.lab.fresh(self.lab.sockets)
        return self.lab.run([BUILD / "load", path, "spawn", self.lab.workspace, *self.lab.command(server, path)])

    def command_line(self):
        with self.lab.serving("flowd") as running:
            session = running.prepare(1).split()[0]
            command = [self.lab.binaries / "flowctl", "meta", "--socket", running.path, "--session", session, "--no-spawn"]
            for _ in range(3 if self.options.quick else 20):
                def measure(witness):
                    witness.begin(running.pid)
                    began = time.perf_counter()
                    subprocess.run(command, stdout=subprocess.DEVNULL, env=self.lab.environment, check=True)
                    return {"ms": (time.perf_counter() - began) * 1000}

                self.add("flowctl meta", self.lab.undisturbed(measure))


PARTS = {"calls": Plan.calls, "durable": Plan.durable, "memory": Plan.memory, "start": Plan.start,
         "command": Plan.command_line, "flows": lambda plan: Flows(plan).measure(),
         "steps": lambda plan: Steps(plan).measure()}


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="tiny runs that only show that everything works")
    parser.add_argument("--json", action="store_true", help="all results as JSON instead of a table")
    parser.add_argument("--write", metavar="FILE", type=Path, help="also put the tables into this document")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is not met")
    parser.add_argument("--peers", action="store_true", help="with the Go ttrpc server")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each run, after a warm-up of a quarter")
    parser.add_argument("--bin", type=Path, default=HERE.parent / ".build" / "release", help="where flowd is")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds = 1, 0.2
    return chosen


def main():
    chosen = options()
    with Lab(chosen.bin.resolve(), tries=1 if chosen.quick else 4) as lab:
        plan = Plan(lab, chosen)
        for part in chosen.only:
            PARTS[part](plan)
        tables = report.Report(plan.results, lab.directory, plan.notes)
    print(json.dumps(tables.data(), indent=1) if chosen.json else tables.markdown())
    if chosen.write:
        tables.write(chosen.write)
    return 1 if chosen.strict and tables.short else 0


if __name__ == "__main__":
    sys.exit(main())
