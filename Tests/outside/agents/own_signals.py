"""A program that signals itself and what it started, as programs do. It prints one line for each way, in a fixed order."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import subprocess
import sys
import threading

LIBC = ctypes.CDLL(None, use_errno=True)
TKILL, SIGQUEUE = (200, 129) if platform.machine() == "x86_64" else (130, 138)
STORM_THREADS, STORM_SIGNALS = 4, 500


def call(number: int, *arguments: object) -> None:
    if LIBC.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def sleeper(**options: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "100"], **options)  # type: ignore[call-overload, no-any-return]


def shell(script: str) -> int:
    return subprocess.run(["bash", "-c", script], check=False).returncode


def terminate() -> int:
    child = sleeper()
    child.terminate()
    return child.wait()


def group() -> int:
    child = subprocess.Popen(["sh", "-c", "sleep 100 & sleep 100"], start_new_session=True)
    os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def grandchild() -> int:
    child = subprocess.Popen(["sh", "-c", "sleep 100 & echo $!; wait $!; exit $?"], stdout=subprocess.PIPE)
    assert child.stdout is not None
    os.kill(int(child.stdout.readline()), signal.SIGTERM)
    return child.wait()


def in_fork(work: object) -> int:
    child = os.fork()
    if child == 0:
        work()  # type: ignore[operator]
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def counted(send: object, number: int = signal.SIGUSR1) -> int:
    """How often the handler ran for one signal."""
    seen: list[int] = []
    signal.signal(number, lambda *_: seen.append(1))
    send()  # type: ignore[operator]
    return len(seen)


def of_group() -> None:
    """The caller is in the group, so it is signalled too, on some kernels right after the call."""
    os.setpgid(0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    os.kill(0, signal.SIGUSR1)
    os._exit(41 if signal.sigtimedwait([signal.SIGUSR1], 5) else 40)


def to_thread(number: int) -> int:
    """A signal to another thread, as `tkill` and as `tgkill`."""
    got, ready, done = [], threading.Event(), threading.Event()
    signal.pthread_sigmask(signal.SIG_BLOCK, [number])

    def wait() -> None:
        ready.set()
        got.append(signal.sigwait([number]))
        done.set()

    thread = threading.Thread(target=wait)
    thread.start()
    ready.wait()
    call(TKILL, thread.native_id, int(number))
    thread.join()
    thread = threading.Thread(target=wait)
    thread.start()
    signal.pthread_kill(thread.ident or 0, number)
    thread.join()
    return len(got)


def storm() -> int:
    """As runtimes do that preempt their own threads."""
    signal.signal(signal.SIGURG, lambda *_: None)

    def preempt() -> None:
        for _ in range(STORM_SIGNALS):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGURG)

    threads = [threading.Thread(target=preempt) for _ in range(STORM_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(threads)


def queue() -> None:
    information = struct.pack("iii", int(signal.SIGUSR2), 0, -1) + bytes(116)
    call(SIGQUEUE, os.getpid(), int(signal.SIGUSR2), information)


def absent() -> str:
    child = sleeper()
    child.kill()
    child.wait()
    try:
        os.kill(child.pid, 0)
    except ProcessLookupError:
        return "ESRCH"
    return "there"


def everybody() -> int:
    """All but the caller. By a signal that does nothing to those who do not wait for it."""
    with open("/proc/self/status", encoding="ascii") as status:
        if "NoNewPrivs:\t1" not in status.read():
            sys.exit("not confined: this would signal every process of the machine")
    code = "import signal; signal.pthread_sigmask(0, [28]); print(flush=True); signal.sigwait([28])"
    children = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=apart)
        for apart in (False, True)
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    os.kill(-1, signal.SIGWINCH)
    return sum(child.wait() == 0 for child in children)


WAYS = {
    "shell": lambda: shell("sleep 100 & kill -0 $! && kill $!; wait $!; exit $?"),
    "job": lambda: shell("set -m; (sleep 100; :) & kill -9 -- -$!; wait $!; exit $?"),
    "trap": lambda: shell("trap 'exit 7' TERM; kill $$; sleep 1; exit 1"),
    "terminate": terminate,
    "group": group,
    "grandchild": grandchild,
    "abort": lambda: in_fork(os.abort),
    "own group": lambda: in_fork(of_group),
    "self": lambda: counted(lambda: os.kill(os.getpid(), signal.SIGUSR1)),
    "raise": lambda: counted(lambda: signal.raise_signal(signal.SIGUSR1)),
    "queue": lambda: counted(queue, signal.SIGUSR2),
    "threads": lambda: to_thread(signal.SIGRTMIN + 3),
    "storm": storm,
    "absent": absent,
    "everybody": everybody,
}

if __name__ == "__main__":
    for name, way in WAYS.items():
        print(name, way(), flush=True)
