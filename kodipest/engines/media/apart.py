"""Look at files and make pictures and documents of them in processes apart.

A file that crashes a decoder takes no web server and no worker along.
"""

import errno
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from kodipest.engines.media.encoder import NICE, Limits, Usage, leashed
from kodipest.engines.media.errors import Code, Unusable
from kodipest.engines.media.facts import Probe

ROOT = Path(__file__).resolve().parents[3]
# What our own programs are made of. Not ROOT: a node may keep its database and keys below it.
PACKAGE = ROOT / "kodipest"
PROGRAM = [PACKAGE, Path(sys.prefix), Path(sys.base_prefix)]
# Python would find our package by listing ROOT, and whoever may list a folder may list all below it.
_FIND = """
import runpy, sys
from importlib.util import module_from_spec, spec_from_file_location
folder, module, *sys.argv[1:] = sys.argv[1:]
spec = spec_from_file_location("kodipest", folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules["kodipest"] = module_from_spec(spec)
spec.loader.exec_module(sys.modules["kodipest"])
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
LIMITS = Limits(cpu_seconds=120, memory_bytes=4 * 1024**3, file_bytes=1024**2)
PATIENCE_SECONDS = 300
MAKER_LIMITS = Limits(cpu_seconds=3600, memory_bytes=3 * 1024**3, file_bytes=2 * 1024**3)
SILENCE_SECONDS = 600  # the longest step between two words of a maker is one picture or page
TICK_SECONDS = 0.25
_TAIL_BYTES = 4000
_LINE_BYTES = 16 * 1024**2


def program(module: str) -> tuple[str, ...]:
    """Return the words that run a module of ours where nothing but `PROGRAM` may be listed."""
    return (sys.executable, "-I", "-c", _FIND, str(PACKAGE), module)


PROBER = (*program("kodipest.engines.media"), "probe", "--json", "--")
MAKER = program("kodipest.engines.media.makers")


def probe_apart(path: Path) -> Probe:
    """Return what `probe.probe` returns, at the price of a quarter of a second.

    Raises the same Unusable, `damaged` when the file killed the process that looked at it, and
    OSError when the file cannot be read. The caller stays small: no decoder is loaded into it.
    """
    words = [*PROBER, str(path.resolve())]
    # Files, not pipes: what is written into a file has a limit, and we never hold more than that.
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as complaint:
        try:
            done = subprocess.run(
                leashed(words, LIMITS, nice=0, readable=[*PROGRAM, path]),
                check=False,
                cwd=ROOT,
                env=_surroundings(),
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=complaint,
                timeout=PATIENCE_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise Unusable("damaged", f"probing took more than {PATIENCE_SECONDS} s") from error
        for file in (told, complaint):
            file.seek(0)
        return _read(done.returncode, told.read(), complaint.read())


def _surroundings(**more: str) -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2", **more}


def _read(status: int, told: bytes, complaint: bytes) -> Probe:
    """Read what a prober said, which the file may have taken over: it can say anything."""
    try:
        said: dict[str, Any] = json.loads(told)
        if "error" not in said:
            return Probe.from_dict(said)
    except (ValueError, TypeError, AttributeError, RecursionError):
        tail = complaint.decode("utf-8", "replace").strip()[-400:]
        raise Unusable("damaged", f"probing ended with {status}; {tail}") from None
    raise _trouble(said)


def _trouble(said: dict[str, Any]) -> OSError | Unusable:
    """Return what a process apart says went wrong; a word that is none of ours is damage."""
    code: Any = said["error"]
    detail, number = str(said.get("detail")), said.get("errno")
    if code == "os_error":
        return OSError(number if isinstance(number, int) else errno.EIO, detail)
    return Unusable(code if code in get_args(Code) else "damaged", detail)


@dataclass(frozen=True, slots=True)
class Made:
    """What a maker says of its work, and what the work cost."""

    facts: dict[str, Any]
    usage: Usage


def make_apart(
    container: str,
    source: Path,
    out: Path,
    on_tick: Callable[[float], None],
    limits: Limits = MAKER_LIMITS,
) -> Made:
    """Run `makers` on a picture or document; `on_tick` hears the fraction a few times a second.

    The maker sees `source` and writes into `out`, its temporary files too; nothing else is open to
    it. What `on_tick` raises ends the maker and passes through. Raises the maker's Unusable,
    `damaged` when the file brought it down or beyond `limits`, and OSError when the disk is at fault.
    """
    words = [*MAKER, container, str(source.resolve()), str(out.resolve())]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=".maker-", dir=out.resolve()) as scratch:
        process = subprocess.Popen(
            leashed(words, limits, nice=NICE, readable=[*PROGRAM, source], writable=[out]),
            cwd=ROOT,
            env=_surroundings(TMPDIR=scratch),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        talk = _Talk(process, on_tick)
        try:
            talk.listen()
        finally:
            status, cost = talk.end()
    usage = Usage(cost.ru_utime + cost.ru_stime, time.monotonic() - started, cost.ru_maxrss * 1024)
    return Made(talk.outcome(status), usage)


def _said(line: bytes) -> dict[str, Any]:
    """Read a line of a maker, which a file may have taken over: it can say anything."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("fraction", 0), (int, float)):
        raise Unusable("damaged", f"the maker said {line[:100]!r}")
    return told


class _Talk:
    """Hears what a maker says until it ends, and makes sure that it does."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", on_tick: Callable[[float], None]
    ) -> None:
        self.process = process
        self.on_tick = on_tick
        self.fraction = 0.0
        self.last: dict[str, Any] = {}
        self.rest = b""
        self.complaint = b""
        self.is_over = False

    def listen(self) -> None:
        heard_at = time.monotonic()
        with selectors.DefaultSelector() as pipes:
            for pipe, take in (
                (self.process.stdout, self._words),
                (self.process.stderr, self._complaint),
            ):
                assert pipe is not None  # noqa: S101 - asked for above
                pipes.register(pipe, selectors.EVENT_READ, take)
            while pipes.get_map():
                ready = pipes.select(TICK_SECONDS)
                for key, _events in ready:
                    data = os.read(key.fd, 65536)
                    if data:
                        key.data(data)
                        heard_at = time.monotonic()
                    else:
                        pipes.unregister(key.fileobj)
                self.on_tick(self.fraction)
                if time.monotonic() - heard_at > SILENCE_SECONDS:
                    raise Unusable("damaged", f"silent for {SILENCE_SECONDS} s")
        self.is_over = True

    def _words(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        if len(self.rest) > _LINE_BYTES:
            raise Unusable("damaged", "the maker does not come to an end")
        for line in lines:
            self.last = _said(line)
            self.fraction = float(self.last.get("fraction", self.fraction))

    def _complaint(self, data: bytes) -> None:
        self.complaint = (self.complaint + data)[-_TAIL_BYTES:]

    def end(self) -> tuple[int, Any]:
        """Reap the maker with its bill; one that still runs is ended first."""
        if not self.is_over:
            os.kill(self.process.pid, signal.SIGKILL)
        _pid, status, cost = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()
        return self.process.returncode, cost

    def outcome(self, status: int) -> dict[str, Any]:
        if "made" in self.last and status == 0:
            made: dict[str, Any] = self.last["made"]
            return made
        if "error" in self.last:
            raise _trouble(self.last)
        tail = self.complaint.decode("utf-8", "replace").strip()[-400:]
        raise Unusable("damaged", f"the maker ended with {status}; {tail}")
