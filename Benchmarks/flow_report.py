"""The tables of the flow engine: what a step costs beside the C loop, and what other engines take for the same."""

from statistics import median

from tables import noisy, number, spread, table

ROWS_PER_SECOND = 137_000  # of SQLite, in groups of 64, where the target for fans is 20,000 steps/s
STEPS_PER_SECOND = 20_000
ENGINES = ("LangGraph", "DBOS")
# Medians of three rounds of Prefect 3.8.8 on a virtual machine of two cores; too slow to be run each time.
PREFECT = {"chain": 19.6, "fan": 21.8, "first_us": 107_000}


def rate(r):
    return r["steps"] / r["seconds"]


def microseconds(r):
    return r["seconds"] / r["steps"] * 1e6


def allowed(r):
    """The steps a second that are to be reached where SQLite commits as many rows as here; a change is two rows."""
    return STEPS_PER_SECOND * (2 * r["changes"] / r["seconds"]) / ROWS_PER_SECOND


def fan(r):
    return r["fan"]


def first(r):
    return r["first_us"]


def commit(r):
    return r["start_us"]


# Names of flowd's results and of those beside; title; figure of the one and of the other; unit; target for the ratio.
RATIOS = [
    ("flow chain flowd", "flow chain SQLite", "chain of {each:,} steps, beside the C loop", rate, rate,
     "steps/s", "≥ 0.7"),
    ("flow fan flowd", "flow fan SQLite", "fan out and in, {each} steps, beside the C loop", rate, rate,
     "steps/s", None),
    ("flow fan flowd", "flow fan rows", f"the same, beside {STEPS_PER_SECOND:,} as this disk scales them", rate,
     allowed, "steps/s", "≥ 1"),
    ("flow fan flowd", "best peer", "the same, beside the best peer", rate, fan, "steps/s", "≥ 5"),
    ("flow first same flowd", "flow first same SQLite", "start to first step, beside the C loop's commit: p50", first,
     commit, "µs", "≤ 3"),
    ("flow first free flowd", "flow first free SQLite", "start to first step, placed by the scheduler: p50", first,
     commit, "µs", None),
    ("flow length long", "flow length short", "a step of a run of {each:,}, beside one of a short run", microseconds,
     microseconds, "µs", "≤ 1.2"),
    ("flow age many", "flow age few", "a step with {old:,} old sessions, beside one in a young database",
     microseconds, microseconds, "µs", "≤ 1.2"),
]
# Name of the results, title, figure, unit, target.
ABSOLUTES = [
    ("flow fan rows", "SQLite's rows in groups of 64", lambda r: 2 * r["changes"] / r["seconds"], "rows/s", None),
    ("flow at once", "{runs:,} runs of {each} steps at once", rate, "steps/s", None),
    ("flow at once", "memory that they leave behind", lambda r: r["grown_mib"], "MiB", "≤ 10"),
    ("flow resume", "start after a crash to the first reply", lambda r: r["first_reply_ms"], "ms", None),
    ("flow resume", "start after a crash until {runs:,} runs go on", lambda r: r["resumed_ms"], "ms", "≤ 2000"),
]


def lines(report):
    results = dict(report.results)
    measured = [results.get(f"peer {name}", []) for name in ENGINES]
    if all(measured):
        results["best peer"] = [max(pair, key=fan) for pair in zip(*measured)]
    made = []
    for ours, beside, title, figure, other, unit, target in RATIOS:
        if ours not in results:
            continue
        title = title.format(**results[ours][0])
        if beside in results:
            pairs = list(zip(results[ours], results[beside]))
            ratios = [figure(o) / other(b) for o, b in pairs]
            made.append(report.line(title, unit, target, [figure(o) for o, _ in pairs], median(ratios),
                                    [other(b) for _, b in pairs], ratios, noisy(results[ours] + results[beside])))
        elif beside == "best peer":
            line = report.line(title, unit, None, [figure(o) for o in results[ours]], None, None, None, False)
            made.append({**line, "target": target, "verdict": report.notes.get("peers", "not measured")})
    return [*made, *report.absolutes(ABSOLUTES)]


def peers(report):
    """Other engines' figures, each in its own process with its state in SQLite."""
    results = report.results
    ours = [results.get(name) for name in ("flow chain flowd", "flow fan flowd", "flow first free flowd")]
    if not all(ours):
        return ""
    chains, fans, starts = ours
    body = [["flowd", spread([rate(r) for r in chains]), spread([rate(r) for r in fans]),
             spread([first(r) for r in starts])]]
    for name in ENGINES:
        if runs := results.get(f"peer {name}"):
            body.append([name, *(spread([r[what] for r in runs]) for what in PREFECT)])
    body.append(["Prefect, not run: measured on this class of machine", *map(number, PREFECT.values())])
    return table(["engine", "chain, steps/s", "fan out and in, steps/s", "start to first step, µs"], body)
