"""Attempts to reach other processes: by sockets, signals, tracing and what programs share."""

import ctypes
import errno
import os
import socket
import struct
import time

from hostile_kit import FLOWD, HARMLESS, LAUNCHER, Denied, attempt, call, read_key, world

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
    hit = world("hit")
    assert not os.path.exists(hit), "hit before it was tried"
    os.kill(-1, HARMLESS)
    time.sleep(0.3)
    if not os.path.exists(hit):
        raise Denied("NOBODY")


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
