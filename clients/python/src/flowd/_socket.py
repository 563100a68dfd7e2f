"""Where the daemon's socket is, and connecting to it."""

from __future__ import annotations

import os
import socket
import stat
import struct
from pathlib import Path
from typing import Mapping, Optional

from flowd import errors

#: What `sockaddr_un` holds, without its final NUL.
PATH_BYTES_MAX = 107


def default_path(environment: Optional[Mapping[str, str]] = None) -> str:
    """`$FLOWD_SOCKET`, else `$XDG_RUNTIME_DIR/flowd/flowd.sock`, else `/tmp/flowd-<uid>/flowd.sock`."""
    environment = os.environ if environment is None else environment
    if environment.get("FLOWD_SOCKET"):
        return environment["FLOWD_SOCKET"]
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    if runtime.startswith("/"):
        return f"{runtime}/flowd/flowd.sock"
    return f"/tmp/flowd-{os.getuid()}/flowd.sock"


def check_path(path: str) -> None:
    """Raises `InvalidArgument` for a path that no socket can have."""
    size = len(os.fsencode(path))
    if not path or size > PATH_BYTES_MAX:
        raise errors.InvalidArgument(
            f"the socket path {path!r} has {size} bytes; 1 to {PATH_BYTES_MAX} are possible",
            reason="INVALID_FIELD",
            metadata={"field": "socket"},
        )


def make_folder(path: str) -> None:
    """Makes the socket's folder, open to its owner only; refuses one in a shared place that somebody else made."""
    folder = Path(path).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    if str(folder).startswith("/tmp/flowd-") and (not is_ours or status.st_mode & 0o077):
        raise errors.PermissionDenied(f"{folder} is not a folder of yours alone; remove it, or set FLOWD_SOCKET")


def connect(path: str) -> socket.socket:
    """A connected socket whose other end runs as this user.

    Raises `FileNotFoundError` or `ConnectionRefusedError` when no daemon listens, `PermissionDenied` for another
    user's socket.
    """
    check_path(path)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(path)
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        _, uid, _ = struct.unpack("3i", credentials)
        if uid != os.getuid():
            raise errors.PermissionDenied(f"{path} belongs to user {uid}, not to you")
    except BaseException:
        connection.close()
        raise
    return connection
