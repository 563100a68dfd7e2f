"""What the attempts of the hostile agent need."""

import ctypes
import os
import platform
import signal
import time

WORLD = os.environ.get("HOSTILE_WORLD", ".")
FLOWD = int(os.environ.get("HOSTILE_FLOWD", "0"))
PRIVATE = os.environ.get("TMPDIR", "/tmp")
PATIENCE = float(os.environ.get("HOSTILE_PATIENCE", "0.2"))
LAUNCHER = os.getppid()
HARMLESS = signal.SIGWINCH
IS_X86 = platform.machine() == "x86_64"
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
AT_FDCWD = -100

# Numbers by name, for x86_64 and for aarch64.
CALLS = {
    "chmod": (90, None), "fchmodat": (268, 53), "fchmodat2": (452, 452), "setxattrat": (463, 463),
    "file_setattr": (469, 469), "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "utimensat": (280, 88), "ptrace": (101, 117), "process_vm_readv": (310, 270), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "io_uring_setup": (425, 425), "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138), "unshare": (272, 97), "clone": (56, 220), "clone3": (435, 435), "mount": (165, 40),
    "setns": (308, 268), "chroot": (161, 51), "fsopen": (430, 430), "open_tree": (428, 428),
    "name_to_handle_at": (303, 264), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "prlimit64": (302, 261), "setpriority": (141, 140),
    "sched_setaffinity": (203, 122), "ioprio_set": (251, 30), "shmget": (29, 194), "mq_open": (240, 180),
    "openat2": (437, 437), "open": (2, None), "tkill": (200, 130), "seccomp": (317, 277),
    "rt_tgsigqueueinfo": (297, 240), "personality": (135, 92), "syslog": (103, 116), "linkat": (265, 37),
}  # fmt: skip


class Denied(Exception):
    """Refused by other means than an errno value."""


class Skipped(Exception):
    """This machine has no such thing."""


ATTEMPTS = {}


def attempt(name):
    def register(function):
        ATTEMPTS[name] = function
        return function

    return register


def call(name, *arguments):
    number = CALLS[name][0 if IS_X86 else 1]
    if number is None:
        raise Skipped(name)
    return raw(number, *arguments)


def raw(number, *arguments):
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *words)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def world(name):
    return os.path.join(WORLD, name)


def private(name):
    return os.path.join(PRIVATE, f"{name}-{os.getpid()}-{time.monotonic_ns()}")


def create(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)


def read_key(path):
    with open(path, "rb") as file:
        file.read()


def in_child(work):
    """Does it in a child, whose errno value, or signal, is the result."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno)
        except BaseException:
            os._exit(255)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise Denied(signal.Signals(os.WTERMSIG(status)).name)
    code = os.WEXITSTATUS(status)
    if code != 0:
        raise OSError(code, os.strerror(code))


def hits(work):
    """Does what may signal the process outside, and looks whether it was."""
    before = hit_count()
    work()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if hit_count() != before:
            return
        time.sleep(0.01)
    raise Denied("NOBODY")


def hit_count():
    try:
        return os.stat(world("hit")).st_size
    except FileNotFoundError:
        return 0
