"""Attempts to write, and to change modes, owners, attributes and times."""

import ctypes
import fcntl
import os
import struct

from hostile_kit import AT_FDCWD, PRIVATE, attempt, call, create, private, world

# Writing


@attempt("write-cwd")
def _():
    create(f"hostile-{os.getpid()}")


@attempt("write-tmp")
def _():
    create(f"/tmp/hostile-{os.getpid()}")


@attempt("write-home")
def _():
    create(os.path.join(os.path.expanduser("~"), f".hostile-{os.getpid()}"))


@attempt("write-shared-memory")
def _():
    create(f"/dev/shm/hostile-{os.getpid()}")


@attempt("write-beside-private")
def _():
    create(os.path.join(PRIVATE, "..", f"hostile-{os.getpid()}"))


@attempt("write-through-own-link")
def _():
    link = private("link")
    os.symlink(world("plain"), link)
    os.close(os.open(link, os.O_WRONLY))


@attempt("append")
def _():
    os.close(os.open(world("plain"), os.O_WRONLY | os.O_APPEND))


@attempt("truncate")
def _():
    os.truncate(world("plain"), 3)


@attempt("open-truncate")
def _():
    os.close(os.open(world("plain"), os.O_RDONLY | os.O_TRUNC))


@attempt("open-truncate-without-reading")
def _():
    os.close(os.open(world("plain"), os.O_ACCMODE | os.O_TRUNC))


@attempt("openat2-truncate")
def _():
    how = struct.pack("QQQ", os.O_RDONLY | os.O_TRUNC, 0, 0)
    os.close(call("openat2", AT_FDCWD, world("plain").encode(), how, len(how)))


@attempt("open-truncate-without-openat")
def _():
    os.close(call("open", world("plain").encode(), os.O_RDONLY | os.O_TRUNC))


@attempt("truncate-by-proc")
def _():
    os.truncate(f"/proc/self/fd/{os.open(world('plain'), os.O_RDONLY)}", 3)


@attempt("rename")
def _():
    os.rename(world("plain"), world("other"))
    os.rename(world("other"), world("plain"))


@attempt("rename-out")
def _():
    target = private("taken")
    os.rename(world("plain"), target)
    os.rename(target, world("plain"))


@attempt("rename-in")
def _():
    source = private("given")
    os.close(os.open(source, os.O_WRONLY | os.O_CREAT, 0o600))
    os.rename(source, world("given"))
    os.unlink(world("given"))


@attempt("link")
def _():
    os.link(world("plain"), world("second"))
    os.unlink(world("second"))


@attempt("link-then-write")
def _():
    target = private("second")
    os.link(world("plain"), target)
    os.close(os.open(target, os.O_WRONLY))
    os.unlink(target)


@attempt("symlink")
def _():
    os.symlink("plain", world("soft"))
    os.unlink(world("soft"))


@attempt("mkdir")
def _():
    os.mkdir(world("new"))
    os.rmdir(world("new"))


@attempt("mkfifo")
def _():
    os.mkfifo(world("fifo"))
    os.unlink(world("fifo"))


@attempt("make-device")
def _():
    path = private("device")
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))
    os.unlink(path)


@attempt("unlink")
def _():
    os.unlink(world("full/inner"))


@attempt("reopen-for-writing")
def _():
    fd = os.open(world("plain"), os.O_RDONLY)
    os.close(os.open(f"/proc/self/fd/{fd}", os.O_WRONLY))


@attempt("sysctl")
def _():
    os.close(os.open("/proc/self/../sys/kernel/core_pattern", os.O_WRONLY))


@attempt("proc-self-write")
def _():
    os.close(os.open("/proc/self/oom_score_adj", os.O_WRONLY))


# Modes, owners, attributes, times


@attempt("chmod")
def _():
    call("chmod", world("plain").encode(), 0o644)


@attempt("fchmod")
def _():
    os.fchmod(os.open(world("plain"), os.O_RDONLY), 0o644)


@attempt("fchmodat")
def _():
    call("fchmodat", AT_FDCWD, world("plain").encode(), 0o644)


@attempt("fchmodat2")
def _():
    call("fchmodat2", AT_FDCWD, world("plain").encode(), 0o644, 0)


@attempt("chmod-private")
def _():
    os.chmod(PRIVATE, 0o777)


@attempt("chown")
def _():
    os.chown(world("plain"), os.getuid(), os.getgid())


@attempt("lchown")
def _():
    os.lchown(world("way"), os.getuid(), os.getgid())


@attempt("fchown")
def _():
    os.fchown(os.open(world("plain"), os.O_RDONLY), os.getuid(), os.getgid())


@attempt("setxattr")
def _():
    os.setxattr(world("plain"), "user.hostile", b"1")


@attempt("fsetxattr")
def _():
    os.setxattr(os.open(world("plain"), os.O_RDONLY), "user.hostile", b"1")


@attempt("lsetxattr")
def _():
    os.setxattr(world("plain"), "user.hostile", b"1", follow_symlinks=False)


@attempt("setxattrat")
def _():
    value = ctypes.create_string_buffer(b"1")
    arguments = struct.pack("QII", ctypes.addressof(value), 1, 0)
    call("setxattrat", AT_FDCWD, world("plain").encode(), 0, b"user.hostile", arguments, len(arguments))


@attempt("removexattr")
def _():
    os.removexattr(world("plain"), "user.planted")


@attempt("file_setattr")
def _():
    call("file_setattr", AT_FDCWD, world("plain").encode(), bytes(24), 24, 0)


@attempt("ioctl-setflags")
def _():
    fd = os.open(world("plain"), os.O_RDONLY)
    flags = fcntl.ioctl(fd, 0x80086601, bytes(8))
    fcntl.ioctl(fd, 0x40086602, flags)


@attempt("utime")
def _():
    call("utime", world("plain").encode(), 0)


@attempt("utimes")
def _():
    call("utimes", world("plain").encode(), 0)


@attempt("futimesat")
def _():
    call("futimesat", AT_FDCWD, world("plain").encode(), 0)


@attempt("utimensat")
def _():
    os.utime(world("plain"))


@attempt("futimens")
def _():
    os.utime(os.open(world("plain"), os.O_RDONLY))
