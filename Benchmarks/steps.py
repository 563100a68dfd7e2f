"""Steps that reach outside: what flowd adds to a request, to an agent's stream, to a confined command."""

import contextlib
import shutil
import subprocess
import time
from dataclasses import dataclass

import services
from lab import BUILD, FIRST

TEXT = "word 1234 "
GETS = "gets"
SAY = "say"


@dataclass
class Sizes:
    requests: int = 1000
    at_once: int = 16
    runs: int = 3  # of so many requests
    chunks: int = 50_000
    streams: int = 3
    commands: int = 500
    pause: float = 5  # before memory is looked at


QUICK = Sizes(requests=20, at_once=4, runs=1, chunks=500, streams=1, commands=5, pause=0.2)


class Steps:
    def __init__(self, plan):
        self.plan, self.lab, self.sizes = plan, plan.lab, QUICK if plan.options.quick else Sizes()

    def measure(self):
        self.requests()
        self.streams()
        self.commands()

    def requests(self):
        """One `foreach` over GETs of a small document, beside libcurl and curl that fetch it as often."""
        if not services.nginx_program():
            self.plan.notes["http"] = "not measured: there is no nginx"
            return
        beside = ["C"] + (["curl"] if shutil.which("curl") else [])
        with services.nginx(self.lab) as url:
            self.lab.write_flow(GETS, self.gets(url))
            for what in self.plan.rounds(["flowd", *beside]):
                measure = {"flowd": self.run_gets, "C": self.c_gets, "curl": self.curl_gets}[what]
                self.plan.add(f"http {what}", self.lab.undisturbed(lambda witness: measure(url, witness)))

    def gets(self, url):
        sizes = self.sizes
        numbers = ",".join(map(str, range(1, sizes.requests + 1)))
        return (f"concurrency: {{ max-parallel: 256 }}\nsteps:\n  - id: get\n    uses: http\n"
                f"    foreach: {{ in: \"${{{{ {{{numbers}}} }}}}\", as: n, max-parallel: {sizes.at_once} }}\n"
                f"    with: {{ url: \"{url}?n=${{{{ n }}}}\" }}\n")

    def run_gets(self, url, witness):
        sizes = self.sizes
        with self.lab.serving("flowd") as running:
            sessions = running.prepare(1, GETS)
            running.flows("runs", 1, 1, sessions=sessions)
            time.sleep(sizes.pause)
            before = running.resident_mib()
            witness.begin(running.pid)
            result = running.flows("runs", sizes.runs, 1, sessions=sessions)
            time.sleep(sizes.pause)
            return {**result, "requests": sizes.requests * sizes.runs, "each": sizes.requests,
                    "at_once": sizes.at_once, "grown_mib": running.resident_mib() - before}

    def c_gets(self, url, _):
        count = self.sizes.requests * self.sizes.runs
        return self.lab.run([BUILD / "http", f"{url}?n=1", count, self.sizes.at_once])

    def curl_gets(self, url, _):
        """With its start and its end, which are a small part of it."""
        count = self.sizes.requests * self.sizes.runs
        command = ["curl", "--silent", "--fail", "--noproxy", "*", "--parallel", "--parallel-max",
                   str(self.sizes.at_once), "--output", "/dev/null", f"{url}?n=[1-{count}]"]
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return {"requests": count, "seconds": time.perf_counter() - began}

    def streams(self):
        """An agent's answer in many small pieces, up to the end of its run at a watcher, beside libcurl reading it."""
        sizes = self.sizes
        with services.chunks(sizes.chunks, TEXT) as address:
            for what in self.plan.rounds(["flowd", "C"]):
                if what == "flowd":
                    result = self.lab.undisturbed(lambda witness: self.relay(address, witness))
                else:
                    read = self.lab.run([BUILD / "http", f"{address}/chat/completions", sizes.streams, 1])
                    result = {**read, "seconds": read["seconds"] / sizes.streams}
                self.plan.add(f"stream {what}", {**result, "chunks": sizes.chunks})

    def relay(self, address, witness):
        sizes = self.sizes
        self.lab.write_flow(SAY, "steps:\n  - id: say\n    uses: agent\n    with: { prompt: Say it }\n")
        size = sizes.chunks * len(TEXT)
        provider = f"kind: openai, base-url: \"{address}\", key: \"secret:BENCH_KEY\", models: [gpt-5.1, gpt-5.2]"
        with self.lab.configured(f"openai: {{ {provider} }}"):
            with self.lab.serving("flowd") as running:
                running.flows("stream", 1, size, sessions=running.prepare(1, SAY))
                sessions = running.prepare(1, SAY)  # Its watcher has nothing to read before the run.
                before = running.resident_mib()
                running.forget_peak()
                witness.begin(running.pid)
                result = running.flows("stream", sizes.streams, size, sessions=sessions)
                return {**result, "peak_mib": running.peak_mib() - before}

    def commands(self):
        """A command confined by flowd-launch, one under it, and a plain one, in turns."""
        for _ in range(self.plan.options.rounds):
            with contextlib.ExitStack() as stack:
                directory = self.lab.fresh(self.lab.directory)
                directory.mkdir()
                stack.callback(shutil.rmtree, directory)
                command = [BUILD / "spawn", self.lab.binaries / "flowd-launch", directory, self.sizes.commands]
                try:
                    self.plan.add("spawn", self.lab.undisturbed(lambda _: self.lab.run(command, FIRST)))
                except subprocess.CalledProcessError as error:
                    self.plan.notes["spawn"] = f"not measured: confining ended with {error.returncode}"
                    return
