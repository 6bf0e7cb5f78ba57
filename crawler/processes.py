"""Names for processes by which another process of the same machine can tell that one has ended.

A name holds the machine, the number of the process and when it began. Whether that process has ended can be
told where the kernel is the one that gave the number: the same start of the machine (boot id), the same
namespaces of numbers and clocks, as containers may have their own. A number that was given again shows by the
time at which its process began. Elsewhere nothing can be told.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_STATE, _BEGAN = 0, 19  # places behind the name of the program in /proc/<number>/stat
_OVER = frozenset("ZX")


def myself() -> str:
    """Return a name for this process that no other has."""
    number = os.getpid()
    parts = (socket.gethostname()[:40], str(number), _kernel(), _began(number), secrets.token_hex(4))
    return ":".join(parts)


def has_ended(name: str) -> bool:
    """Return whether the process ``name`` (of ``myself``) has ended; False where nobody knows."""
    parts = name.split(":")
    if len(parts) != len(("host", "number", "kernel", "began", "random")) or not parts[1].isdecimal():
        return False
    host, number, kernel, began = parts[0], int(parts[1]), parts[2], parts[3]
    if not kernel or not began or (host, kernel) != (socket.gethostname()[:40], _kernel()):
        return False
    try:
        os.kill(number, 0)  # asks only, and needs no right to see others in /proc
    except ProcessLookupError:
        return True
    except OSError:
        pass
    now = _began(number)
    return bool(now) and now != began


@cache
def _kernel() -> str:
    """Return a short name for what gives numbers to processes here, empty where that cannot be told."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        spaces = [str((_PROC / "self/ns" / kind).readlink()) for kind in ("pid", "time")]
    except OSError:
        return ""
    return hashlib.sha256("\n".join((boot, *spaces)).encode()).hexdigest()[:12]


def _began(number: int) -> str:
    """Return when a process began in the kernel's ticks, ``over`` if it is dead, '' if nobody knows."""
    try:
        fields = (_PROC / str(number) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "over" if fields[_STATE] in _OVER else fields[_BEGAN]
