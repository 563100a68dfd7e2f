"""The flow engine: what a step costs, beside a C loop that commits the same rows and beside other engines."""

import contextlib
import json
import shutil
import subprocess
import time
from dataclasses import dataclass

from ageing import multiply
from lab import FIRST, HERE, PLACEMENTS, SECOND

KIND = "wait"
NOTHING = {"run": "uses: run, with: { command: ['true'] }", "wait": "uses: wait, with: { for: 0s }"}
FOREVER = {"run": "uses: run, with: { command: [sleep, '3600'] }", "wait": "uses: wait, with: { for: 1h }"}
HOLD = "hold"
PEERS = {"LangGraph": "with_langgraph.py", "DBOS": "with_dbos.py"}
PEERS_PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"


@dataclass
class Sizes:
    length: int = 1000  # of a chain, run `chains` times
    chains: int = 3
    width: int = 100  # of a fan, run `fans` times
    fans: int = 20
    starts: int = 300
    runs: int = 1000  # at once, `steps` each, over `sessions`
    steps: int = 20
    sessions: int = 100
    unfinished: int = 1000
    short: int = 100  # as many runs as make as many steps as one `long` chain
    long: int = 10_000
    few: int = 10  # old sessions
    many: int = 100_000
    aged_runs: int = 30  # of `short` steps
    peer_length: int = 100  # a peer's chain; its steps cost more in a longer one
    peer_times: int = 5


QUICK = Sizes(length=20, chains=1, width=10, fans=2, starts=3, runs=20, steps=3, sessions=4, unfinished=10, short=10,
              long=40, few=2, many=200, aged_runs=2, peer_length=5, peer_times=1)


def step(n, does, needs=None):
    waits = "" if needs is None else f"needs: [{', '.join(f's{need:05d}' for need in needs)}], "
    return f"  - {{ id: s{n:05d}, {waits}{does[KIND]} }}\n"


def flow(steps):
    return "".join(["concurrency: { max-parallel: 256 }\nsteps:\n", *steps])


def chain(length):
    return flow(step(n, NOTHING) for n in range(length))


def fan(width):
    branches = range(1, width + 1)
    return flow([step(0, NOTHING), *(step(n, NOTHING, [0]) for n in branches), step(width + 1, NOTHING, branches)])


class Flows:
    def __init__(self, plan):
        self.plan, self.lab, self.sizes = plan, plan.lab, QUICK if plan.options.quick else Sizes()
        for length in {1, self.sizes.length, self.sizes.short, self.sizes.long, self.sizes.steps}:
            self.lab.write_flow(f"chain{length}", chain(length))
        self.lab.write_flow(f"fan{self.sizes.width}", fan(self.sizes.width))
        self.lab.write_flow(HOLD, flow([step(0, FOREVER)]))

    def measure(self):
        self.chains()
        self.fans()
        self.first_step()
        self.at_once()
        self.resume()
        self.length()
        self.age()
        self.peers()

    def chains(self):
        sizes = self.sizes
        recording = self.recording(f"chain{sizes.length}")
        for what in self.plan.rounds(["flowd", "SQLite"]):
            if what == "flowd":
                result = self.fresh_runs(f"chain{sizes.length}", sizes.length, sizes.chains, FIRST)
            else:
                result = self.plan.sqlite("chain", sizes.length, recording, FIRST, sizes.chains)
            self.plan.add(f"flow chain {what}", result)

    def fans(self):
        """Beside it also how many rows SQLite commits here in groups of 64, which the absolute target is scaled by."""
        sizes = self.sizes
        recording, changed = self.recording(f"fan{sizes.width}"), self.lab.database(sessions=64)
        for what in self.plan.rounds(["flowd", "SQLite", "rows"]):
            if what == "flowd":
                result = self.fresh_runs(f"fan{sizes.width}", sizes.width + 2, sizes.fans, None)
            elif what == "SQLite":
                result = self.plan.sqlite("fan", sizes.width, recording, amount=sizes.fans)
            else:
                result = self.plan.sqlite("change", 64, changed)
            self.plan.add(f"flow fan {what}", result)

    def first_step(self):
        """From a call to the event of its first step, beside the commit of that start."""
        recording = self.recording("chain1")
        for placement in ("same", "free"):
            server_cores, client_cores = PLACEMENTS[placement]

            def measure(witness):
                with self.lab.serving("flowd", server_cores) as running:
                    sessions = running.prepare(1, "chain1")
                    witness.begin(running.pid)
                    return running.flows("first", self.sizes.starts, sessions=sessions, cores=client_cores)

            for what in self.plan.rounds(["flowd", "SQLite"]):
                if what == "flowd":
                    result = self.lab.undisturbed(measure)
                else:
                    result = self.plan.sqlite("chain", 1, recording, server_cores, self.sizes.starts)
                self.plan.add(f"flow first {placement} {what}", result)

    def at_once(self):
        sizes, pause = self.sizes, 0.2 if self.plan.options.quick else 5

        def measure(witness):
            with self.lab.serving("flowd") as running:
                sessions = running.prepare(sizes.sessions, f"chain{sizes.steps}")
                before = running.resident_mib()
                witness.begin(running.pid)
                result = running.flows("runs", sizes.runs, sizes.runs, sessions=sessions)
                time.sleep(pause)
                grown = running.resident_mib() - before
                return {**result, "steps": sizes.runs * sizes.steps, "each": sizes.steps, "grown_mib": grown}

        for _ in range(self.plan.options.rounds):
            self.plan.add("flow at once", self.lab.undisturbed(measure))

    def resume(self):
        count = self.sizes.unfinished

        def measure(witness):
            with self.lab.serving("flowd") as running:
                running.flows("start", count, sessions=running.prepare(count, HOLD))
            witness.begin()
            return self.lab.resume(count, running.state)

        for _ in range(self.plan.options.rounds):
            self.plan.add("flow resume", self.lab.undisturbed(measure))

    def length(self):
        sizes = self.sizes
        for what in self.plan.rounds(["short", "long"]):
            steps = getattr(sizes, what)
            self.plan.add(f"flow length {what}", self.fresh_runs(f"chain{steps}", steps, sizes.long // steps, FIRST))

    def age(self):
        """The same chains in a young database and in an old one, both served for all rounds."""
        sizes = self.sizes
        with contextlib.ExitStack() as stack:
            daemons = {what: self.aged(getattr(sizes, what), stack) for what in ("few", "many")}
            for what in self.plan.rounds(list(daemons)):
                running, sessions = daemons[what]

                def measure(witness):
                    witness.begin(*(daemon.pid for daemon, _ in daemons.values()))
                    return self.timed(running, sessions, sizes.short, sizes.aged_runs)

                self.plan.add(f"flow age {what}", {**self.lab.undisturbed(measure), "old": getattr(sizes, what)})

    def aged(self, count, stack):
        with self.lab.serving("flowd") as young:
            young.flows("runs", 1, 1, sessions=young.prepare(1, "chain1"))
        multiply(young.state / "flowd.db", count)
        running = stack.enter_context(self.lab.serving("flowd", FIRST, young.state))
        sessions = running.prepare(1, f"chain{self.sizes.short}")
        self.timed(running, sessions, self.sizes.short, 1)
        running.await_idle()
        return running, sessions

    def peers(self):
        if not PEERS_PYTHON.exists():
            self.plan.notes["peers"] = "not measured: no .venv-peers; `make bench` makes it where PyPI can be reached"
            return
        for name in self.plan.rounds(list(PEERS)):
            try:
                self.plan.add(f"peer {name}", self.lab.undisturbed(lambda _: self.peer(name)))
            except subprocess.CalledProcessError as error:
                self.plan.notes["peers"] = f"not measured: {name} ended with {error.returncode}"

    def peer(self, name):
        sizes = {"length": self.sizes.peer_length, "chains": self.sizes.peer_times, "width": self.sizes.width,
                 "fans": self.sizes.peer_times, "starts": min(self.sizes.starts, 100)}
        directory = self.lab.fresh(self.lab.directory)
        directory.mkdir()
        try:
            return self.lab.run([PEERS_PYTHON, HERE / "peers" / PEERS[name], directory, json.dumps(sizes)])
        finally:
            shutil.rmtree(directory)

    def fresh_runs(self, flow_id, steps, runs, cores):
        """Runs one after the other of a daemon of its own, whose client is elsewhere and asks seldom."""
        def measure(witness):
            with self.lab.serving("flowd", cores) as running:
                sessions = running.prepare(1, flow_id)
                self.timed(running, sessions, steps, 1)
                witness.begin(running.pid)
                return self.timed(running, sessions, steps, runs)

        return self.lab.undisturbed(measure)

    def timed(self, running, sessions, steps, runs):
        return {**running.flows("runs", runs, 1, sessions=sessions, cores=SECOND), "steps": steps * runs, "each": steps}

    def recording(self, flow_id):
        """The files of a database with a run of that flow and, after it, one that was cut off while its step ran."""
        with self.lab.serving("flowd") as running:
            running.flows("runs", 1, 1, sessions=running.prepare(1, flow_id))
            running.flows("start", 1, sessions=running.prepare(1, HOLD))
        return running.database()
