"""An agent that tries to get out of its confinement and answers, as JSON, what became of each attempt.

The prompt has a line that begins with `{`: a JSON object with `workspace`, `home`, `socket`, `state`, `secrets`,
`hidden` (paths), `daemon` (a pid) and `port` (of loopback), and `only` where not all attempts are wanted. An outcome is
`done`, or why not. No attempt does lasting harm where it succeeds: what would is tried in a way that fails for another
reason.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import signal
import socket
import subprocess
import sys
from typing import Any, Callable

LIBC = ctypes.CDLL(None, use_errno=True)
CALLS = {
    "x86_64": {"ptrace": 101, "mount": 165, "chroot": 161, "io_uring": 425, "bpf": 321, "perf": 298, "keyctl": 250,
               "handle": 304, "pidfd_open": 434, "pidfd_getfd": 438, "vm_readv": 310, "userfault": 323, "pivot": 155,
               "tgkill": 234, "pidfd_signal": 424},
    "aarch64": {"ptrace": 117, "mount": 40, "chroot": 51, "io_uring": 425, "bpf": 280, "perf": 241, "keyctl": 219,
                "handle": 265, "pidfd_open": 434, "pidfd_getfd": 438, "vm_readv": 270, "userfault": 282, "pivot": 41,
                "tgkill": 131, "pidfd_signal": 424},
}[platform.machine()]  # fmt: skip
CLONE_NEWUSER = 0x10000000
PTRACE_SEIZE = 0x4206
CGROUP = "/sys/fs/cgroup/cgroup.procs"


def call(name: str, *arguments: Any) -> int:
    result = LIBC.syscall(CALLS[name], *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(result)


def checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def write(path: str, flags: int = os.O_WRONLY | os.O_CREAT) -> None:
    descriptor = os.open(path, flags, 0o600)
    os.write(descriptor, b"hostile\n")
    os.close(descriptor)


def create_and_remove(folder: str) -> None:
    write(f"{folder}/hostile-{os.getpid()}")
    os.unlink(f"{folder}/hostile-{os.getpid()}")


def read(path: str) -> None:
    with open(path, "rb") as file:
        file.read(1)


def connect(address: Any, family: int = socket.AF_UNIX, kind: int = socket.SOCK_STREAM) -> None:
    with socket.socket(family, kind) as end:
        end.settimeout(5)
        end.connect(address)


def connect_pair(path: str) -> None:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.connect(path)


def steal_descriptor(pid: int) -> None:
    process = call("pidfd_open", pid, 0)
    os.close(call("pidfd_getfd", process, 0, 0))


def read_memory(pid: int) -> None:
    with open(f"/proc/{pid}/maps") as maps:
        start = int(maps.readline().split("-")[0], 16)
    target = ctypes.create_string_buffer(8)
    local = (ctypes.c_void_p * 2)(ctypes.addressof(target), 8)
    remote = (ctypes.c_void_p * 2)(start, 8)
    call("vm_readv", pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)


def write_memory(pid: int) -> None:
    os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))


def io_uring() -> None:
    os.close(call("io_uring", 4, ctypes.create_string_buffer(256)))


def attempts(at: dict[str, Any]) -> dict[str, Callable[[], object]]:
    victim, folder, daemon = f"{at['workspace']}/victim", at["workspace"], int(at["daemon"])
    return {
        "create in the workspace": lambda: write(f"{folder}/created"),
        "create in /tmp": lambda: create_and_remove("/tmp"),
        "create in /dev/shm": lambda: create_and_remove("/dev/shm"),
        "create in the home": lambda: write(f"{at['home']}/.bashrc"),
        "overwrite": lambda: write(victim, os.O_WRONLY),
        "append": lambda: write(victim, os.O_WRONLY | os.O_APPEND),
        "truncate": lambda: os.truncate(victim, 0),
        "truncate as a reader": lambda: os.close(os.open(victim, os.O_RDONLY | os.O_TRUNC)),
        "link": lambda: os.link(victim, f"{folder}/linked"),
        "link out": lambda: os.link(victim, f"{os.environ.get('TMPDIR', '/tmp')}/linked"),
        "symlink": lambda: os.symlink("/etc/passwd", f"{folder}/symlinked"),
        "make a folder": lambda: os.mkdir(f"{folder}/folder"),
        "make a pipe": lambda: os.mkfifo(f"{folder}/pipe"),
        "chmod": lambda: os.chmod(victim, 0o777),
        "chown": lambda: os.chown(victim, os.getuid(), os.getgid()),
        "touch": lambda: os.utime(victim, (0, 0)),
        "set an attribute": lambda: os.setxattr(victim, "user.hostile", b"1"),
        "rename": lambda: os.rename(victim, f"{folder}/renamed"),
        "remove": lambda: os.unlink(f"{folder}/renamed" if os.path.exists(f"{folder}/renamed") else victim),
        "connect to the daemon": lambda: connect(at["socket"]),
        "connect to an abstract socket": lambda: connect("\0hostile"),
        "connect half a pair": lambda: connect_pair(at["socket"]),
        "raw packets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
        "vsock": lambda: socket.socket(40, socket.SOCK_STREAM),
        "trace the daemon": lambda: call("ptrace", PTRACE_SEIZE, daemon, 0, 0),
        "read the daemon's memory": lambda: read_memory(daemon),
        "write the daemon's memory": lambda: write_memory(daemon),
        "read the daemon's environment": lambda: read(f"/proc/{daemon}/environ"),
        "open the daemon's files": lambda: read(f"/proc/{daemon}/fd/0"),
        "take the daemon's descriptor": lambda: steal_descriptor(daemon),
        "signal the daemon": lambda: os.kill(daemon, signal.SIGCONT),
        "ask for the daemon": lambda: os.kill(daemon, 0),
        "signal the daemon's thread": lambda: call("tgkill", daemon, daemon, int(signal.SIGCONT)),
        "signal the daemon by a handle": lambda: call("pidfd_signal", call("pidfd_open", daemon, 0), 18, None, 0),
        "signal the launcher": lambda: os.kill(os.getppid(), signal.SIGCONT),
        "read the daemon's state": lambda: os.listdir(at["state"]),
        "read the daemon's secrets": lambda: read(at["secrets"]),
        "read a private key": lambda: read(f"{at['home']}/.ssh/id_ed25519"),
        "read what is hidden": lambda: read(at["hidden"]),
        "read what is hidden through a root": lambda: read(f"/proc/self/root{at['hidden']}"),
        "mount": lambda: call("mount", b"none", b"/", b"no-such-type", 0, None),
        "chroot": lambda: call("chroot", b"/no/such/folder"),
        "a user namespace": lambda: in_a_child(lambda: checked(LIBC.unshare(CLONE_NEWUSER))),
        "io_uring": io_uring,
        "bpf": lambda: call("bpf", -1, ctypes.create_string_buffer(128), 128),
        "open by handle": lambda: call("handle", -100, ctypes.create_string_buffer(128), 0),
        "change the kernel": lambda: os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)),
        "leave the cgroup": lambda: os.close(
            os.open(CGROUP if os.path.exists(CGROUP) else "/etc/passwd", os.O_WRONLY)
        ),
    }


def allowed(at: dict[str, Any]) -> dict[str, Callable[[], object]]:
    return {
        "read the workspace": lambda: read(f"{at['workspace']}/.flowd/flows/f.flow.yaml"),
        "read the system": lambda: read("/etc/passwd"),
        "write in the private folder": lambda: write(f"{os.environ['TMPDIR']}/mine"),
        "run a program": lambda: subprocess.run(["/bin/true"], check=True),
        "reach the network": lambda: connect(("127.0.0.1", int(at["port"])), socket.AF_INET),
        "write to nothing": lambda: write("/dev/null", os.O_WRONLY),
    }


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
        return "done"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    except Exception as error:  # Whatever it was, it did not work.
        return f"{type(error).__name__}: {error}"


def in_a_child(attempt: Callable[[], object]) -> None:
    """So that what it changes of its process is gone with it."""
    child = os.fork()
    if child == 0:
        try:
            attempt()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or 255)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != 0:
        raise OSError(code, os.strerror(code))


def flee() -> int:
    """Leaves a process of another session behind that ignores SIGTERM; its pid."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            os.write(writer, str(os.getpid()).encode())
            os.close(0), os.close(1), os.close(2)
            os.execv("/bin/sleep", ["sleep", "300"])
        os._exit(0)
    return int(os.read(reader, 20))


def main() -> None:
    at = json.loads(next(line for line in sys.stdin.read().splitlines() if line.startswith("{")))
    found: dict[str, Any] = {"allowed": {name: outcome(attempt) for name, attempt in allowed(at).items()}}
    wanted = (
        attempts(at) if "only" not in at else {name: attempts(at)[name] for name in attempts(at) if name in at["only"]}
    )
    found["denied"] = {name: outcome(attempt) for name, attempt in wanted.items()}
    with open("/proc/self/status") as status:
        found["privileges"] = "NoNewPrivs:\t1" not in status.read()
    found["fled"] = flee()
    print(json.dumps(found), flush=True)
    if at.get("stay"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            signal.pause()


if __name__ == "__main__":
    main()
