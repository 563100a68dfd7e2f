"""Attempts to read what is hidden, and to get another view of the world."""

import ctypes
import errno
import fcntl
import mmap
import os
import signal
import stat
import struct

from hostile_kit import (
    AT_FDCWD, IS_X86, LIBC, PRIVATE, WORLD, Denied, Skipped, attempt, call, in_child, private, raw, read_key, world,
)  # fmt: skip

# The hidden key


@attempt("key-direct")
def _():
    read_key(world("hidden/key"))


@attempt("key-by-link")
def _():
    read_key(world("way"))


@attempt("key-by-own-link")
def _():
    link = private("way")
    os.symlink(world("hidden/key"), link)
    read_key(link)


@attempt("key-by-proc-root")
def _():
    read_key("/proc/self/root" + os.path.abspath(world("hidden/key")))


@attempt("key-by-cwd")
def _():
    os.chdir(world("hidden"))
    try:
        read_key("key")
    finally:
        os.chdir(os.path.join(WORLD, "work"))


@attempt("key-by-openat")
def _():
    parent = os.open(world("hidden"), os.O_PATH)
    os.read(os.open("key", os.O_RDONLY, dir_fd=parent), 1)


@attempt("key-by-path-descriptor")
def _():
    key = os.open(world("hidden/key"), os.O_PATH)
    read_key(f"/proc/self/fd/{key}")


@attempt("key-by-hard-link")
def _():
    target = private("key")
    os.link(world("hidden/key"), target)
    try:
        read_key(target)
    finally:
        os.unlink(target)


@attempt("key-by-linked-descriptor")
def _():
    target = private("key")
    key = os.open(world("hidden/key"), os.O_PATH)
    call("linkat", AT_FDCWD, f"/proc/self/fd/{key}".encode(), AT_FDCWD, target.encode(), 0x400)
    try:
        read_key(target)
    finally:
        os.unlink(target)


@attempt("key-by-rename")
def _():
    target = private("hidden")
    os.rename(world("hidden"), target)
    os.rename(target, world("hidden"))


@attempt("key-list")
def _():
    os.listdir(world("hidden"))


@attempt("key-execute")
def _():
    os.close(os.open(world("hidden/key"), os.O_RDONLY | os.O_CLOEXEC))


@attempt("key-by-handle")
def _():
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    mount = ctypes.c_int()
    call("name_to_handle_at", AT_FDCWD, world("hidden/key").encode(), handle, ctypes.byref(mount), 0)


# Another world


@attempt("io_uring")
def _():
    os.close(call("io_uring_setup", 1, bytes(120)))


@attempt("user-namespace")
def _():
    in_child(lambda: call("unshare", 0x10000000))


@attempt("mount-namespace")
def _():
    in_child(lambda: call("unshare", 0x00020000))


@attempt("clone-namespace")
def _():
    if call("clone", 0x10000000 | int(signal.SIGCHLD), 0, 0, 0, 0) == 0:
        os._exit(0)
    os.wait()


@attempt("clone3")
def _():
    arguments = struct.pack("QQQQQQQQ", 0x10000000, 0, 0, 0, int(signal.SIGCHLD), 0, 0, 0)
    if call("clone3", arguments, len(arguments)) == 0:
        os._exit(0)
    os.wait()


@attempt("setns")
def _():
    in_child(lambda: call("setns", os.open("/proc/self/ns/net", os.O_RDONLY), 0))


@attempt("mount")
def _():
    call("mount", b"none", PRIVATE.encode(), b"tmpfs", 0, 0)
    LIBC.umount2(PRIVATE.encode(), 2)


@attempt("open_tree")
def _():
    os.close(call("open_tree", AT_FDCWD, world("hidden").encode(), 1))


@attempt("fsopen")
def _():
    os.close(call("fsopen", b"tmpfs", 0))


@attempt("chroot")
def _():
    in_child(lambda: call("chroot", WORLD.encode()))


@attempt("personality")
def _():
    in_child(lambda: call("personality", 0x0040000))


@attempt("bpf")
def _():
    os.close(call("bpf", 0, struct.pack("IIII", 2, 4, 4, 1) + bytes(112), 128))


@attempt("perf_event_open")
def _():
    os.close(call("perf_event_open", struct.pack("IIQ", 1, 120, 0) + bytes(104), 0, -1, -1, 0))


@attempt("userfaultfd")
def _():
    os.close(call("userfaultfd", 1))


@attempt("add_key")
def _():
    call("add_key", b"user", b"hostile", b"1", 1, -1)


@attempt("kernel-log")
def _():
    call("syslog", 3, ctypes.create_string_buffer(64), 64)


@attempt("device-memory")
def _():
    if not os.path.exists("/dev/mem"):
        raise Skipped("no /dev/mem")
    os.close(os.open("/dev/mem", os.O_RDONLY))


@attempt("disk")
def _():
    for name in sorted(os.listdir("/sys/class/block")):
        if os.path.exists(f"/dev/{name}") and stat.S_ISBLK(os.stat(f"/dev/{name}").st_mode):
            os.close(os.open(f"/dev/{name}", os.O_RDONLY))
            return
    raise Skipped("no disk")


@attempt("terminal")
def _():
    os.close(os.open("/dev/ptmx", os.O_RDWR))


@attempt("ask-a-device")
def _():
    fcntl.ioctl(os.open("/dev/urandom", os.O_RDONLY), 0x80045200, bytes(4))


@attempt("tiocsti")
def _():
    try:
        fcntl.ioctl(0, 0x5412, b"x")
    except OSError as error:
        # Without the filter a standard input that is no terminal says this.
        if error.errno == errno.ENOTTY:
            return
        raise


@attempt("set-uid-program")
def _():
    if LIBC.prctl(39, 0, 0, 0, 0) == 1:
        raise Denied("NO_NEW_PRIVS")


@attempt("capabilities")
def _():
    with open("/proc/self/status", encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file if ":" in line)
    # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH may stay.
    if int(lines["CapEff"], 16) & ~0b110 == 0:
        raise Denied("NO_CAPABILITIES")


@attempt("calls-of-32-bits")
def _():
    if not IS_X86:
        raise Skipped("int80")
    # mov eax, chmod; mov ebx, path; mov ecx, mode; int 0x80; ret
    memory = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40, prot=7)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    path = world("plain").encode() + b"\0"
    memory[1024 : 1024 + len(path)] = path
    code = b"\x53\xb8\x0f\0\0\0\xbb" + struct.pack("I", address + 1024) + b"\xb9\xa4\x01\0\0\xcd\x80\x5b\xc3"
    memory[: len(code)] = code

    def jump():
        result = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
        if result < 0:
            raise OSError(-result, os.strerror(-result))

    in_child(jump)


@attempt("calls-of-x32")
def _():
    if not IS_X86:
        raise Skipped("x32")
    raw(0x40000000 | 90, world("plain").encode(), 0o644)


@attempt("calls-to-come")
def _():
    raw(470 + 20)
