"""Attempts to reach other processes: by sockets, signals, tracing and what programs share."""

import ctypes
import errno
import fcntl
import os
import platform
import signal
import socket
import struct
import threading

from hostile_kit import FLOWD, HARMLESS, LAUNCHER, LIBC, Denied, attempt, call, hits, in_child, read_key, world

# Sockets


@attempt("unix-path")
def _():
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(world("socket"))


@attempt("unix-abstract")
def _():
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect("\0" + os.environ["HOSTILE_NAME"])


@attempt("unix-datagram-pair")
def _():
    one, _two = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.close()


@attempt("unix-pair-reconnected")
def _():
    one, _two = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        one.connect(world("socket"))
    except OSError as error:
        if error.errno in (errno.EISCONN, errno.EINVAL):
            raise Denied("EISCONN") from None
        raise


@attempt("netlink-audit")
def _():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9).close()


@attempt("packet-socket")
def _():
    socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM).close()


@attempt("raw-socket")
def _():
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()


@attempt("vsock")
def _():
    socket.socket(40, socket.SOCK_STREAM).close()


@attempt("algorithm-socket")
def _():
    socket.socket(38, socket.SOCK_SEQPACKET).close()


# Other processes


@attempt("ptrace")
def _():
    call("ptrace", 0x4206, FLOWD, 0, 0)


@attempt("launcher-environ")
def _():
    read_key(f"/proc/{LAUNCHER}/environ")


@attempt("launcher-memory")
def _():
    os.close(os.open(f"/proc/{LAUNCHER}/mem", os.O_RDWR))


@attempt("flowd-environ")
def _():
    read_key(f"/proc/{FLOWD}/environ")


@attempt("flowd-memory")
def _():
    os.close(os.open(f"/proc/{FLOWD}/mem", os.O_RDONLY))


@attempt("flowd-descriptors")
def _():
    names = os.listdir(f"/proc/{FLOWD}/fd")  # numbers, which anybody of the user may count
    os.readlink(f"/proc/{FLOWD}/fd/{names[0]}")


@attempt("flowd-root")
def _():
    os.listdir(f"/proc/{FLOWD}/root/")


@attempt("process_vm_readv")
def _():
    buffer = ctypes.create_string_buffer(8)
    local = struct.pack("QQ", ctypes.addressof(buffer), 8)
    try:
        call("process_vm_readv", FLOWD, local, 1, struct.pack("QQ", 4096, 8), 1, 0)
    except OSError as error:
        if error.errno != errno.EFAULT:  # it may, but there is nothing
            raise


@attempt("pidfd_getfd")
def _():
    os.close(call("pidfd_getfd", call("pidfd_open", FLOWD, 0), 0, 0))


@attempt("kill-launcher")
def _():
    os.kill(LAUNCHER, HARMLESS)


@attempt("kill-flowd")
def _():
    os.kill(FLOWD, HARMLESS)


@attempt("tgkill-flowd")
def _():
    call("tgkill", FLOWD, FLOWD, int(HARMLESS))


@attempt("queue-signal")
def _():
    information = struct.pack("iii", int(HARMLESS), 0, -1) + bytes(116)
    call("rt_sigqueueinfo", FLOWD, int(HARMLESS), information)


@attempt("pidfd-signal")
def _():
    call("pidfd_send_signal", call("pidfd_open", FLOWD, 0), int(HARMLESS), 0, 0)


@attempt("kill-all")
def _():
    # It says 0 also when nobody could be signalled.
    hits(lambda: os.kill(-1, HARMLESS))


@attempt("ask-for-flowd")
def _():
    os.kill(FLOWD, 0)


@attempt("tkill-flowd")
def _():
    call("tkill", FLOWD, int(HARMLESS))


@attempt("kill-group-of-flowd")
def _():
    os.killpg(os.getpgid(FLOWD), HARMLESS)


@attempt("kill-group-of-launcher")
def _():
    os.killpg(os.getpgid(LAUNCHER), HARMLESS)


@attempt("kill-joined-group")
def _():
    # The session is the launcher's, so its group may be joined.
    def join():
        os.setpgid(0, os.getpgid(LAUNCHER))
        os.kill(LAUNCHER, HARMLESS)

    in_child(join)


@attempt("queue-signal-to-thread")
def _():
    information = struct.pack("iii", int(HARMLESS), 0, -1) + bytes(116)
    call("rt_tgsigqueueinfo", FLOWD, FLOWD, int(HARMLESS), information)


def own_input(end, claim):
    """Lets a descriptor's input be a signal to another process."""
    claim(end.fileno())
    fcntl.fcntl(end, 10, int(HARMLESS))  # F_SETSIG
    fcntl.fcntl(end, fcntl.F_SETFL, os.O_ASYNC)


def signal_by_input(claim):
    one, other = socket.socketpair()
    own_input(one, claim)
    hits(lambda: other.send(b"x"))


@attempt("signal-by-input")
def _():
    signal_by_input(lambda end: fcntl.fcntl(end, fcntl.F_SETOWN, FLOWD))


@attempt("signal-group-by-input")
def _():
    signal_by_input(lambda end: fcntl.fcntl(end, fcntl.F_SETOWN, -os.getpgid(FLOWD)))


@attempt("signal-by-input-of-owner")
def _():
    signal_by_input(lambda end: fcntl.fcntl(end, 15, struct.pack("ii", 1, FLOWD)))  # F_SETOWN_EX


@attempt("signal-by-input-of-socket")
def _():
    signal_by_input(lambda end: fcntl.ioctl(end, 0x8901, struct.pack("i", FLOWD)))  # FIOSETOWN


@attempt("signal-by-input-of-group")
def _():
    signal_by_input(lambda end: fcntl.ioctl(end, 0x8902, struct.pack("i", FLOWD)))  # SIOCSPGRP


@attempt("signal-by-own-listener")
def _():
    # A filter that hands tgkill to this program, which lets it go on.
    number = 234 if platform.machine() == "x86_64" else 131
    code = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (6, 0, 0, 0x7FC00000), (6, 0, 0, 0x7FFF0000)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *word) for word in code))

    def listen(listener):
        asked = fcntl.ioctl(listener, 0xC0502100, bytes(80))
        fcntl.ioctl(listener, 0xC0182101, asked[:8] + struct.pack("qiI", 0, 0, 1))

    def escape():
        LIBC.prctl(38, 1, 0, 0, 0)
        listener = call("seccomp", 1, 8, struct.pack("HxxxxxxQ", len(code), ctypes.addressof(program)))
        threading.Thread(target=listen, args=(listener,), daemon=True).start()
        call("tgkill", FLOWD, FLOWD, int(HARMLESS))

    in_child(escape)


@attempt("signal-at-an-end")
def _():
    # Who is made with CLONE_PARENT is a child of the launcher, which gets the signal at its end.
    child = call("clone", 0x8000 | int(signal.SIGTERM), 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.kill(LAUNCHER, 0)


@attempt("limits-of-flowd")
def _():
    call("prlimit64", FLOWD, 4, struct.pack("QQ", 0, 0), 0)


@attempt("priority-of-flowd")
def _():
    call("setpriority", 0, FLOWD, 1)


@attempt("priority-of-user")
def _():
    call("setpriority", 2, 0, 1)


@attempt("affinity-of-flowd")
def _():
    call("sched_setaffinity", FLOWD, 8, struct.pack("Q", 1))


@attempt("shared-memory-segment")
def _():
    call("shmget", 0x666C6F77, 4096, 0o1600)


@attempt("message-queue")
def _():
    call("mq_open", b"hostile", os.O_RDWR | os.O_CREAT, 0o600, 0)
