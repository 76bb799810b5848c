"""Run one ffmpeg on a leash: progress in, log kept short, cost measured, never left behind."""

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from kodipest.engines.media import leash
from kodipest.engines.media.errors import Unusable

TICK_SECONDS = 0.2
STALL_SECONDS = 300.0
NICE = 10
LOG_LINES = 40
LOG_LINE_BYTES = 400
_TOO_MANY_DECODE_ERRORS = 69  # ffmpeg's exit code when most of the source is noise
_NO_SPACE = re.compile(r"No space left on device|Disk quota exceeded")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the encoder may use before the kernel ends it; 0 means no limit."""

    cpu_seconds: int = 0
    memory_bytes: int = 0
    file_bytes: int = 4 * 1024**3


@dataclass(slots=True)
class Pulse:
    """The last word of `-progress`: frames of the first picture output, seconds written."""

    frames: int = 0
    out_seconds: float = 0.0
    speed: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a finished encoder cost, and its last words."""

    cpu_seconds: float
    wall_seconds: float
    peak_rss_bytes: int
    log: tuple[str, ...] = ()

    def __add__(self, other: "Usage") -> "Usage":
        """Return the cost of one after the other."""
        return Usage(
            self.cpu_seconds + other.cpu_seconds,
            self.wall_seconds + other.wall_seconds,
            max(self.peak_rss_bytes, other.peak_rss_bytes),
        )


@cache
def ffmpeg_path() -> str:
    return str(imageio_ffmpeg.get_ffmpeg_exe())


@cache
def encoder_name() -> str:
    """Name the encoder as manifests record it: `ffmpeg 9.0.2`."""
    version = str(imageio_ffmpeg.get_ffmpeg_version())
    return "ffmpeg " + version.lstrip("n").partition("-")[0]


@cache
def has_filter(name: str) -> bool:
    """Say whether this ffmpeg was built with a filter; wheels differ between platforms."""
    words = [ffmpeg_path(), "-hide_banner", "-filters"]
    listed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return bool(re.search(rf"^\s*\S+\s+{re.escape(name)}\s", listed, re.MULTILINE))


@cache
def fences() -> tuple[str, ...]:
    """Name what this kernel lets us shut before hostile files: `files`, `network`, both or none."""
    words = [sys.executable, "-I", "-S", leash.__file__, "--fences"]
    return tuple(subprocess.run(words, check=True, capture_output=True, text=True).stdout.split())


@cache
def has_option(filter_name: str, option: str) -> bool:
    """Say whether a filter of this ffmpeg knows an option."""
    words = [ffmpeg_path(), "-hide_banner", "-h", f"filter={filter_name}"]
    listed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return bool(re.search(rf"^\s+-?{re.escape(option)}\s", listed, re.MULTILINE))


def leashed(
    words: list[str],
    limits: Limits,
    *,
    nice: int,
    readable: Iterable[Path] = (),
    writable: Iterable[Path] = (),
) -> list[str]:
    """Return the command that runs `words` inside `limits` and not longer than this process.

    It has no network. With `readable` or `writable` it sees these files and folders and the
    system's programs, no others: not the database, not the keys, not the films of other people.
    The kernel counts the *thread* that starts it as the parent: start it where you wait for it.
    """
    tie = [sys.executable, "-I", "-S", leash.__file__, os.getpid(), nice]
    tie += [limits.cpu_seconds, limits.memory_bytes, limits.file_bytes]
    tie += [
        os.pathsep.join(str(path.resolve()) for path in paths) for paths in (readable, writable)
    ]
    return [*map(str, tie), *words]


def run_encoder(
    arguments: list[str], folder: Path, limits: Limits, on_tick: Callable[[Pulse], None]
) -> Usage:
    """Run ffmpeg with `arguments` in `folder` and call `on_tick` a few times per second.

    What `on_tick` raises ends the encoder and passes through. Raises Unusable with
    `encoder_failed` or `no_space` when ffmpeg fails or goes beyond `limits`, `stalled` when it
    makes no headway: no new frame and no new second of sound for `STALL_SECONDS`.
    """
    run = _Run(arguments, folder, limits)
    try:
        run.watch(on_tick)
    finally:
        run.end()
    if run.status != 0:
        raise run.failure()
    return run.usage()


def _named(arguments: Iterable[str], folder: Path) -> Iterator[Path]:
    """Yield what an encoder may read besides its folder: what links there and its words point to.

    Whoever names a playlist means the segments beside it.
    """
    yield from (path for path in folder.iterdir() if path.is_symlink())
    for word in arguments:
        path = Path(word.removeprefix("file:"))
        if path.is_absolute():
            yield path.parent if path.suffix == ".m3u8" else path


@dataclass(slots=True)
class _Run:
    arguments: list[str]
    folder: Path
    limits: Limits
    pulse: Pulse = field(default_factory=Pulse)
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    started: float = field(default_factory=time.monotonic)
    finished: float = 0.0
    status: int | None = None
    cpu_seconds: float = 0.0
    peak_rss_bytes: int = 0
    ran_out_of_space: bool = False
    stalled: bool = False
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            leashed(
                [ffmpeg_path(), *self.arguments],
                self.limits,
                nice=NICE,
                readable=_named(self.arguments, self.folder),
                writable=[self.folder],
            ),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches us, and we decide
            # Each arena of glibc claims 64 MB of addresses, which the memory limit would count.
            env={"PATH": os.defpath, "LC_ALL": "C", "MALLOC_ARENA_MAX": "8"},
        )

    def watch(self, on_tick: Callable[[Pulse], None]) -> None:
        """Read both pipes and tick until the encoder has ended."""
        moved_at, last = time.monotonic(), (-1, -1.0)
        with selectors.DefaultSelector() as pipes:
            for pipe, take in (
                (self.process.stdout, self._progress),
                (self.process.stderr, self._note),
            ):
                assert pipe is not None  # noqa: S101 - asked for above
                os.set_blocking(pipe.fileno(), False)
                pipes.register(pipe, selectors.EVENT_READ, _Lines(pipe, take))
            while pipes.get_map():
                self._read(pipes)
                on_tick(self.pulse)
                now, place = time.monotonic(), (self.pulse.frames, self.pulse.out_seconds)
                if place != last:
                    moved_at, last = now, place
                elif now - moved_at > STALL_SECONDS:
                    self.stalled = True
                    return
        self._reap()

    def _read(self, pipes: selectors.BaseSelector) -> None:
        deadline = time.monotonic() + TICK_SECONDS
        while pipes.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _events in pipes.select(left):
                if not key.data.take():
                    pipes.unregister(key.fileobj)

    def _progress(self, line: str) -> None:
        name, _, value = line.partition("=")
        if name == "frame":
            self.pulse.frames = int(value)
        elif name == "out_time_us" and value.strip().lstrip("-").isdigit():
            self.pulse.out_seconds = max(self.pulse.out_seconds, int(value) / 1e6)
        elif name == "speed" and (found := re.match(r"\s*([\d.]+)", value)):
            self.pulse.speed = float(found[1])

    def _note(self, line: str) -> None:
        self.ran_out_of_space = self.ran_out_of_space or bool(_NO_SPACE.search(line))
        self.log.append(line[:LOG_LINE_BYTES])

    def end(self) -> None:
        """Make sure that nothing of this run is left, whatever happened."""
        if self.status is None:
            os.kill(self.process.pid, signal.SIGKILL)  # send_signal would reap it, without the bill
            self._reap()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def _reap(self) -> None:
        """Take the exit status together with the bill; only wait4 gives both."""
        _pid, status, cost = os.wait4(self.process.pid, 0)
        self.finished = time.monotonic()
        self.status = self.process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_seconds = cost.ru_utime + cost.ru_stime
        self.peak_rss_bytes = cost.ru_maxrss * 1024

    def failure(self) -> Unusable:
        tail = " | ".join(list(self.log)[-6:])
        if self.ran_out_of_space:
            return Unusable("no_space", tail)
        if self.status == _TOO_MANY_DECODE_ERRORS:
            return Unusable("damaged", tail)
        if self.stalled:
            return Unusable("stalled", f"no headway for {STALL_SECONDS:.0f} s; {tail}")
        return Unusable("encoder_failed", f"exit {self.status}; {tail}")

    def usage(self) -> Usage:
        wall = self.finished - self.started
        return Usage(self.cpu_seconds, wall, self.peak_rss_bytes, tuple(self.log))


class _Lines:
    """Cut what a pipe gives into lines; a line without end is cut too."""

    def __init__(self, pipe: IO[bytes], take_line: Callable[[str], None]) -> None:
        self.pipe = pipe
        self.take_line = take_line
        self.rest = b""

    def take(self) -> bool:
        """Pass on the lines that are complete; return False at the end of the pipe."""
        data = os.read(self.pipe.fileno(), 65536)
        *lines, self.rest = (self.rest + data).replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            if line.strip():
                self.take_line(line.decode("utf-8", "replace"))
        self.rest = self.rest[-LOG_LINE_BYTES:]
        return bool(data)
