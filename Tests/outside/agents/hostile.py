#!/usr/bin/env python3
"""An agent that tries to break out of its confinement.

Each argument names one attempt (``all``: every one), and gives one line: ``NAME denied ERRNO`` or ``NAME SUCCEEDED``.
``BROKEN`` instead says that the attempt could not be made. Only harmless signals are sent, so that it may be run unconfined
in a directory of its own: then the attempts show that they would succeed.

Around it there has to be, named by the environment:

  HOSTILE_WORLD   a directory with ``plain`` (a file), ``full`` (a directory with a file ``inner``), ``hidden/key`` (a file),
                  ``way`` (a link to it), ``socket`` (a Unix socket that listens)
  HOSTILE_NAME    an abstract Unix socket that listens
  HOSTILE_FLOWD   the pid of a process outside, of the same user; on SIGWINCH it adds a byte to the file ``hit`` in the world
  HOSTILE_PATIENCE  how long it may take to do so, in seconds
  TMPDIR          the private directory
"""

import errno
import os
import signal
import sys
import time

sys.dont_write_bytecode = True

import hostile_files  # noqa: E402, F401
import hostile_peers  # noqa: E402, F401
import hostile_world  # noqa: E402, F401
from hostile_kit import ATTEMPTS, Denied, Skipped  # noqa: E402

# Not among all: it is not to be denied but to be ended.


def linger():
    """Forks away, and ignores that it is asked to end."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(0, 256)
        while True:
            time.sleep(3600)


def try_one(name):
    if name == "linger":
        linger()
        return "STARTED"
    try:
        ATTEMPTS[name]()
    except Denied as refusal:
        return f"denied {refusal}"
    except Skipped as reason:
        return f"skipped {reason}"
    except OSError as error:
        return f"denied {errno.errorcode.get(error.errno, error.errno)}"
    except Exception as error:  # pylint: disable=broad-except
        return f"BROKEN {error!r}"
    return "SUCCEEDED"


def main():
    names = sys.argv[1:] or ["all"]
    if "all" in names:
        at = names.index("all")
        names[at : at + 1] = ATTEMPTS
    if "stubborn" in names:
        names.remove("stubborn")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for name in names:
        print(name, try_one(name), flush=True)


if __name__ == "__main__":
    main()
