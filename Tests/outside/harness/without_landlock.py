"""Runs a program as on a kernel without Landlock: its system calls do not exist.

usage: without_landlock.py COMMAND...
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, ERRNO, ENOSYS = 0x7FFF0000, 0x00050000, 38
LOAD_WORD, JUMP_IF_AT_LEAST, JUMP_IF_ABOVE, RETURN = 0x20, 0x35, 0x25, 0x06
#: landlock_create_ruleset, landlock_add_rule, landlock_restrict_self: on every architecture the same.
FIRST, LAST = 444, 446


def instruction(code: int, yes: int, no: int, value: int) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def main() -> None:
    program = b"".join([
        instruction(LOAD_WORD, 0, 0, 0),
        instruction(JUMP_IF_AT_LEAST, 0, 2, FIRST),
        instruction(JUMP_IF_ABOVE, 1, 0, LAST),
        instruction(RETURN, 0, 0, ERRNO | ENOSYS),
        instruction(RETURN, 0, 0, ALLOW),
    ])  # fmt: skip
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(program)
    filter_program = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter_program, 0, 0)):
        if libc.prctl(*arguments) != 0:
            sys.exit(f"without_landlock: {os.strerror(ctypes.get_errno())}")
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
