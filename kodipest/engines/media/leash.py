"""Run a program on hostile files: it cannot outlive its parent, use up the house, or look around.

    python -I -S leash.py PARENT NICE CPU_SECONDS MEMORY_BYTES FILE_BYTES READABLE WRITABLE PROGRAM ARGUMENT...

Standard library only; run as a script. READABLE and WRITABLE are paths joined with `:`; without
any the file system stays open. The limits are set here, in a fresh process, because code between
fork and exec in a threaded worker can deadlock. The process then becomes PROGRAM: same id, so the
parent measures and ends it itself.

No network: seccomp refuses to make sockets. Few files: Landlock (Linux 5.13) refuses all but those
named and the system's own programs. Both need no rights, no other program and no namespace, so they
hold in a container too; where the kernel has them not, `leash.py --fences` says so and the rest still holds.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38  # linux/prctl.h

# linux/audit.h and the syscall table of each: architecture, socket, io_uring_setup. The latter
# makes sockets too.
_ARCHITECTURES = {"x86_64": (0xC000003E, 41, 425), "aarch64": (0xC00000B7, 198, 425)}
_LOAD, _IS, _IS_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES  # linux/seccomp.h
_FOREIGN = 0x40000000  # system calls of the x32 kind begin here

# linux/landlock.h; the calls have the same numbers everywhere.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights each version of it knows
_RUN, _WRITE, _READ, _LIST, _CUT = 1, 2, 4, 8, 1 << 14
_OF_FILES = _RUN | _WRITE | _READ | _CUT
# What is made may be shown to everybody: a link, or a way to another process, is no part of it.
# Nor does anybody run what came out of the file of a stranger. Devices, sockets, pipes, links:
_NEVER_MADE = _RUN | 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
_SYSTEM: tuple[str, ...] = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/self",
)
_SYSTEM += (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices/system/cpu",
    "/dev/urandom",
)


def _die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent goes, and go at once if it is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("leash: the parent has gone")


def _limit(kind: int, wanted: int) -> None:
    """Lower a limit; 0 leaves it, and a stricter one set by the house stays."""
    _soft, hard = resource.getrlimit(kind)
    if wanted > 0 and (hard == resource.RLIM_INFINITY or wanted < hard):
        resource.setrlimit(kind, (wanted, wanted))


def _shut_network() -> bool:
    """Refuse new sockets from now on, for this process and what it becomes; False if impossible."""
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES:
        return False
    architecture, sockets, rings = _ARCHITECTURES[platform.machine()]
    steps = [
        (_LOAD, 0, 0, 4),  # the architecture of the call
        (_IS, 0, 5, architecture),
        (_LOAD, 0, 0, 0),  # its number
        (_IS_AT_LEAST, 3, 0, _FOREIGN),
        (_IS, 2, 0, sockets),
        (_IS, 1, 0, rings),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    told = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(program))
    return _prctl(_PR_SET_NO_NEW_PRIVS, 1) and _prctl(_PR_SET_SECCOMP, 2, told)


def _prctl(what: int, value: int, more: bytes | int = 0) -> bool:
    return bool(ctypes.CDLL(None).prctl(what, value, more, 0, 0) == 0)


def _shut_files(readable: list[str], writable: list[str]) -> bool:
    """Refuse every file but these, what is in them, and the system's own; False if impossible."""
    version = _call(_CREATE, None, 0, 1)
    if version < 1:
        return False
    every = (1 << _RIGHTS.get(version, _RIGHTS[max(_RIGHTS)])) - 1
    rules = _call(_CREATE, struct.pack("Q", every), 8, 0)
    if rules < 0 or not _prctl(_PR_SET_NO_NEW_PRIVS, 1):
        return False
    for paths, rights in (
        ((*_SYSTEM, *readable), _RUN | _READ | _LIST),
        (("/dev/null", "/dev/full"), _READ | _WRITE | _CUT),
        (writable, every & ~_NEVER_MADE),
    ):
        for path in paths:
            _allow(rules, path, rights & every)
    return _call(_RESTRICT, rules, 0) == 0


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no leave
    if not os.path.isdir(path):  # noqa: PTH112 - this file imports little
        rights &= _OF_FILES
    _call(_ADD, rules, 1, struct.pack("=Qi", rights, place), 0)
    os.close(place)


def _call(number: int, *arguments: object) -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments)) if _is_linux() else -1


def _is_linux() -> bool:
    return sys.platform == "linux"


def _fences() -> None:
    """Shut both, and say what came of it: `network` and `files`, those that this kernel has."""
    shut = [("files", _shut_files([], [])), ("network", _shut_network())]
    sys.stdout.write(" ".join(name for name, is_shut in shut if is_shut))


def main(arguments: list[str]) -> None:
    """Tie, limit, fence, become."""
    parent, nice, cpu_seconds, memory, file_bytes = (int(word) for word in arguments[:5])
    readable, writable = (word.split(os.pathsep) if word else [] for word in arguments[5:7])
    _die_with(parent)
    os.nice(nice)
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if readable or writable:
        _shut_files([*readable, arguments[7]], writable)
    _shut_network()
    os.execv(arguments[7], arguments[7:])


if __name__ == "__main__":
    if sys.argv[1:] == ["--fences"]:
        _fences()
    else:
        main(sys.argv[1:])
