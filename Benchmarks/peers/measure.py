"""What every peer is asked for: `PEER.py DIRECTORY SIZES` prints one JSON line. SIZES is JSON: see `Flows.peer`."""

import json
import sys
import time
from pathlib import Path
from statistics import median


def steps_per_second(run, steps, times):
    """`run(n)` executes the n-th run; the first one warms up."""
    run(0)
    began = time.perf_counter()
    for n in range(1, times + 1):
        run(n)
    return steps * times / (time.perf_counter() - began)


def first_step_us(run, times):
    """`run(n)` returns the `time.perf_counter()` at which the body of a run's first step was entered."""
    run(0)
    taken = []
    for n in range(1, times + 1):
        began = time.perf_counter()
        taken.append(run(n) - began)
    return median(taken) * 1e6


def main(make):
    """`make(directory, sizes)` returns three functions of a run's number: a chain, a fan, and a run of one step."""
    directory, sizes = Path(sys.argv[1]), json.loads(sys.argv[2])
    chain, fan, one = make(directory, sizes)
    result = {
        "chain": steps_per_second(chain, sizes["length"], sizes["chains"]),
        "fan": steps_per_second(fan, sizes["width"] + 2, sizes["fans"]),
        "first_us": first_step_us(one, sizes["starts"]),
    }
    print(json.dumps(result), flush=True)
