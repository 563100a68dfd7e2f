"""The table of steps that reach outside."""

from statistics import median

from tables import noisy


def rate(r):
    return r["requests"] / r["seconds"]


def microseconds(r):
    return r["seconds"] / r["requests"] * 1e6


def chunks(r):
    return r["chunks"] / r["seconds"]


# Names of flowd's results and of those beside, title, figure, unit, target for the ratio.
RATIOS = [
    ("http flowd", "http C", "{each:,} GETs as steps, {at_once} at once, beside a libcurl loop", rate, "steps/s", "≥ 0.6"),
    ("http flowd", "http curl", "the same, beside `curl --parallel`", rate, "steps/s", None),
    ("stream flowd", "stream C", "an agent's {chunks:,} chunks to a watcher, beside libcurl reading them", chunks,
     "chunks/s", None),
]
# Name of the results, title, figure, unit, target.
ABSOLUTES = [
    ("http flowd", "memory that more such GETs leave behind", lambda r: r["grown_mib"], "MiB", "≤ 4"),
    ("stream flowd", "an agent's chunks to a watcher", chunks, "chunks/s", "≥ 100000"),
    ("stream flowd", "memory at most while it relays them", lambda r: r["peak_mib"], "MiB", "≤ 16"),
]


def lines(report):
    results = report.results
    made = []
    for ours, beside, title, figure, unit, target in RATIOS:
        if ours in results and beside in results:
            made.append(compared(report, title.format(**results[ours][0]), unit, target, list(map(figure, results[ours])),
                                 list(map(figure, results[beside])), noisy(results[ours] + results[beside])))
    if "http flowd" in results and "http C" in results:
        added = [microseconds(o) - microseconds(b) for o, b in zip(results["http flowd"], results["http C"])]
        made.append(report.line("what a step takes more than the loop's request", "µs", "≤ 300", added, median(added),
                                None, None, noisy(results["http flowd"] + results["http C"])))
    if spawned := results.get("spawn"):
        plain = [r["plain_us"] for r in spawned]
        for kind, title, target in (("launched_us", "a command under flowd-launch, beside posix_spawn", None),
                                    ("confined_us", "a confined command, beside posix_spawn", "≤ 1.5")):
            made.append(compared(report, title, "µs", target, [r[kind] for r in spawned], plain, noisy(spawned)))
    return [*made, *report.absolutes(ABSOLUTES)]


def compared(report, title, unit, target, values, beside, is_noisy):
    """Round by round: the two of a round were measured one right after the other."""
    ratios = [o / b for o, b in zip(values, beside)]
    return report.line(title, unit, target, values, median(ratios), beside, ratios, is_noisy)
