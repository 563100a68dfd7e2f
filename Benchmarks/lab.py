"""Servers and clients as processes: where they run, what they cost, and who disturbed them."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"
TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
FIRST, SECOND = {CORES[0]}, {CORES[min(1, len(CORES) - 1)]}
# Where the server and its client run. `same` costs a switch, `split` a wake-up of the other core, which a virtual
# machine makes several times dearer; left to the scheduler it would be now the one and now the other.
PLACEMENTS = {"same": (FIRST, FIRST), "split": (SECOND, FIRST), "free": (None, None)}
CORES_TOLERATED = 0.08
MIB_WRITTEN_TOLERATED = 1  # a second
TRIES = 4
PROVIDERS = "openai: { models: [gpt-5.1, gpt-5.2] }"
FLOW = "review-change"


class Lab:
    """A place for sockets, workspaces and databases, on the disk the build is on, gone afterwards."""

    def __init__(self, binaries, tries=TRIES):
        self.binaries, self.tries = Path(binaries), tries
        (BUILD / "state").mkdir(parents=True, exist_ok=True)
        self.directory = Path(tempfile.mkdtemp(dir=BUILD / "state"))
        self.sockets = Path(tempfile.mkdtemp(prefix="bench"))  # the build's path may be too long for a socket
        self.workspace = self.directory / "importer"
        (self.workspace / ".flowd" / "flows").mkdir(parents=True)
        self.write_flow(FLOW, "name: Review\nsteps:\n  - id: look\n    uses: run\n    with: { command: git diff }\n")
        self.config = self.directory / "config.yaml"
        self.config.write_text(f"providers:\n  {PROVIDERS}\n")
        self.environment = dict(os.environ, XDG_CONFIG_HOME=str(self.directory), LC_ALL="C", BENCH_KEY="a key")
        self.made = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for directory in (self.directory, self.sockets):
            shutil.rmtree(directory, ignore_errors=True)

    def fresh(self, parent):
        self.made += 1
        return parent / str(self.made)

    def run(self, command, cores=None, stdin=""):
        """The JSON a program prints."""
        done = subprocess.run([str(c) for c in command], input=stdin, stdout=subprocess.PIPE, text=True, check=True,
                              env=self.environment, preexec_fn=pin(cores))
        return json.loads(done.stdout)

    def write_flow(self, flow_id, text):
        (self.workspace / ".flowd" / "flows" / f"{flow_id}.flow.yaml").write_text(text)

    @contextlib.contextmanager
    def configured(self, provider):
        """Daemons that are started meanwhile have that provider."""
        kept = self.config.read_text()
        self.config.write_text(f"providers:\n  {provider}\n")
        try:
            yield
        finally:
            self.config.write_text(kept)

    def command(self, name, path, state=None):
        if name == "flowd":
            state = state or self.fresh(self.directory)
            return [self.binaries / "flowd", "--socket", path, "--state", state, "--config", self.config]
        return [BUILD / {"C": "server", "Go": "go-server"}[name], path]

    @contextlib.contextmanager
    def serving(self, name, cores=None, state=None):
        """A server that is killed at the end; flowd in a directory of its own, or in that of one before it."""
        path = self.fresh(self.sockets)
        with open(self.directory / f"{name}.log", "a") as log:
            command = [str(c) for c in self.command(name, path, state)]
            process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, preexec_fn=pin(cores))
        try:
            wait_for(path, process, self.directory / f"{name}.log")
            yield Server(self, process.pid, path, command)
        finally:
            process.kill()
            process.wait()

    def database(self, sessions):
        """The files of a database that flowd has made and left."""
        with self.serving("flowd") as running:
            running.prepare(sessions)
        return running.database()

    def resume(self, count, state):
        """How long a daemon takes to go on with the runs that a killed one left."""
        path = self.fresh(self.sockets)
        return self.run([BUILD / "flows", path, "resume", count, *self.command("flowd", path, state)])

    def undisturbed(self, measure):
        """What `measure` returns, with its `disturbance`. Repeated while that is too much, a few times; then the
        quietest counts, and the table says so."""
        best = None
        for _ in range(self.tries):
            with Witness() as witness:
                result = dict(measure(witness))
            result["disturbance"] = witness.disturbance
            if best is None or result["disturbance"] < best["disturbance"]:
                best = result
            if best["disturbance"] <= 1:
                break
        return best


class Server:
    def __init__(self, lab, pid, path, command):
        self.lab, self.pid, self.path, self.command = lab, pid, path, command

    @property
    def state(self):
        return Path(self.command[self.command.index("--state") + 1])

    def database(self):
        """Its files, once flowd has ended."""
        return [file for file in self.state.iterdir() if file.name in ("flowd.db", "flowd.db-wal")]

    def prepare(self, count, flow=FLOW):
        """Makes sessions with a flow, a provider and a model; returns their ids, one a line."""
        return subprocess.run([BUILD / "load", self.path, "prepare", str(count), self.lab.workspace, flow],
                              stdout=subprocess.PIPE, text=True, check=True).stdout

    def load(self, mode, connections, depth, seconds, sessions, cores=None):
        return self.lab.run([BUILD / "load", self.path, mode, connections, depth, seconds / 4, seconds, self.pid],
                            cores, sessions)

    def flows(self, mode, *arguments, sessions, cores=None):
        return self.lab.run([BUILD / "flows", self.path, mode, *arguments], cores, sessions)

    def await_idle(self):
        """Until it has not worked for half a second: the check of a large database runs beside the service."""
        deadline, before = time.monotonic() + 120, None
        while (ticks := cpu_ticks(self.pid)) != before and time.monotonic() < deadline:
            before = ticks
            time.sleep(0.5)

    def resident_mib(self):
        return self.status_mib("VmRSS")

    def peak_mib(self):
        return self.status_mib("VmHWM")

    def forget_peak(self):
        """From here on, `peak_mib` begins with what is resident now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def status_mib(self, name):
        fields = dict(line.split(":", 1) for line in Path(f"/proc/{self.pid}/status").read_text().splitlines())
        return int(fields[name].split()[0]) / 1024

    @contextlib.contextmanager
    def idle_connections(self, count, sessions):
        client = subprocess.Popen([BUILD / "load", self.path, "idle", str(count)], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        try:
            client.stdin.write(sessions)
            client.stdin.close()
            if client.stdout.readline() != "READY\n":
                raise SystemExit(f"{count} connections failed")
            yield
        finally:
            client.kill()
            client.stdout.close()
            client.wait()


class Witness:
    """How much other processes and the hypervisor took between `begin` and the end of the block: `disturbance` is 1 at
    the limit of what is tolerated."""

    def __init__(self):
        self.mine = {os.getpid()}
        self.begin()

    def begin(self, *pids):
        self.mine.update(pids)
        self.before, self.since = self.foreign(), time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        took = time.monotonic() - self.since
        limits = (CORES_TOLERATED, CORES_TOLERATED, MIB_WRITTEN_TOLERATED)
        self.disturbance = max(0, *((now - before) / took / limit
                                    for now, before, limit in zip(self.foreign(), self.before, limits)))

    def foreign(self):
        """CPU seconds of the processes that are neither ours nor our children, seconds that the hypervisor took, and
        MiB that those processes wrote. The kernel's threads do not count: they do a part of the work that is measured."""
        ticks = written = 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                parent = int(fields[1])
                if parent == 2 or parent in self.mine or int(pid) in self.mine:
                    continue
                ticks += sum(map(int, fields[11:15]))
                written += int(Path(f"/proc/{pid}/io").read_text().split("write_bytes:")[1].split()[0])
        return ticks / TICK, stolen_seconds(), written / 2**20


def cpu_ticks(pid):
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))


def stolen_seconds():
    return int(Path("/proc/stat").read_text().split()[8]) / TICK


def pin(cores):
    return (lambda: os.sched_setaffinity(0, cores)) if cores else None


def wait_for(path, process, log):
    deadline = time.monotonic() + 20
    while True:
        with socket.socket(socket.AF_UNIX) as attempt:
            with contextlib.suppress(OSError):
                attempt.connect(str(path))
                return
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"{process.args[0]} does not serve:\n{log.read_text()[-2000:]}")
        time.sleep(0.005)


def filesystem(path):
    """The type of the file system that holds `path`."""
    best = ("", "unknown")
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        mount, kind = fields[4], fields[fields.index("-") + 1]
        if Path(path).is_relative_to(mount) and len(mount) >= len(best[0]):
            best = (mount, kind)
    return best[1]
