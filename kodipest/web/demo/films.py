"""Films of the stage set: painted layers that drift past each other, over a computed sound bed.

A film is a list of scenes; a scene paints its layers once and the camera moves over them.
Frames are put together by Pillow and piped to ffmpeg, so a 30 s film costs a few CPU seconds.
"""

import math
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PIL import Image

from kodipest.web.demo.brush import Point, Sheet
from kodipest.web.demo.palette import LEAF_NIGHT, Colour, rgba
from kodipest.web.demo.score import Bed, ffmpeg_path, graph

Motion = Callable[[float], Point]
Light = Callable[[float], float]

CROSSFADE_SECONDS: Final = 0.9
DRAFT_ZOOM: Final = 0.25
DRAFT_FPS: Final = 4
# The default of 64 KB would need a hundred system calls per frame.
PIPE_BYTES: Final = 1 << 20


class FilmFailed(Exception):
    """ffmpeg refused to write a film; the message is what it said."""


@dataclass(frozen=True)
class Stage:
    """The picture's logical size and how many pixels one logical pixel becomes."""

    width: int
    height: int
    zoom: float = 1.0

    def sheet(
        self, width: float | None = None, height: float | None = None, ground: Colour | None = None
    ) -> Sheet:
        return Sheet(width or self.width, height or self.height, ground, zoom=self.zoom)


@dataclass(frozen=True)
class Layer:
    """A painted picture at x, y (logical), moving by `motion` and shown by `light` (0 to 1).

    `tiles` repeats it endlessly (rain, patterns).
    """

    picture: Image.Image
    x: float = 0
    y: float = 0
    motion: Motion | None = None
    light: Light | None = None
    tiles: bool = False


@dataclass(frozen=True)
class Scene:
    seconds: float
    paint: Callable[[Stage], Sequence[Layer]]


@dataclass(frozen=True)
class FilmSpec:
    """Everything a film is made of; the same spec gives the same film."""

    key: str
    width: int
    height: int
    scenes: tuple[Scene, ...]
    sound: Callable[[float], Bed]
    fps: int = 24
    ground: Colour = LEAF_NIGHT

    @property
    def seconds(self) -> float:
        return sum(scene.seconds for scene in self.scenes) - CROSSFADE_SECONDS * (
            len(self.scenes) - 1
        )


def drift(dx: float, dy: float = 0) -> Motion:
    """An even glide in logical pixels per second; whole pixels per frame look smoothest."""
    return lambda t: (dx * t, dy * t)


def sway(dx: float, dy: float, period: float, phase: float = 0) -> Motion:
    """A gentle swing."""

    def place(t: float) -> Point:
        share = math.sin((t / period + phase) * math.tau)
        return dx * share, dy * share

    return place


def settle(dx: float, dy: float, seconds: float, start: float = 0) -> Motion:
    """Arrive from dx, dy away and come to rest softly."""

    def place(t: float) -> Point:
        share = min(1.0, max(0.0, (t - start) / seconds))
        rest = (1 - share) ** 3
        return dx * rest, dy * rest

    return place


def riding(*motions: Motion) -> Motion:
    """Several motions at once."""

    def place(t: float) -> Point:
        offsets = [motion(t) for motion in motions]
        return sum(x for x, _ in offsets), sum(y for _, y in offsets)

    return place


def strike(dx: float, dy: float, period: float) -> Motion:
    """Lift slowly towards dx, dy and come down at once, every `period` seconds."""

    def place(t: float) -> Point:
        share = (t / period) % 1.0
        lifted = math.sin(share / 0.8 * math.pi / 2) if share < 0.8 else (1 - share) / 0.2
        return dx * lifted, dy * lifted

    return place


def appear(start: float, seconds: float = 0.9, until: float | None = None) -> Light:
    """Come up from nothing at `start`; go again at `until`."""

    def light(t: float) -> float:
        shown = _ease((t - start) / seconds)
        return shown * (1 - _ease((t - until) / seconds)) if until is not None else shown

    return light


def breathe(low: float, high: float, period: float, phase: float = 0) -> Light:
    return lambda t: low + (high - low) * (0.5 + 0.5 * math.sin((t / period + phase) * math.tau))


def pulse(start: float, seconds: float, period: float) -> Light:
    """Flash up `start` seconds into every `period` and die away within `seconds`."""

    def light(t: float) -> float:
        since = (t - start) % period
        return 0.0 if t < start or since > seconds else (1 - since / seconds) ** 1.5

    return light


def _ease(share: float) -> float:
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def render_film(spec: FilmSpec, out: Path, *, draft: bool = False) -> Path:
    """Write the film as MP4 (H.264, AAC) to `out` and return it.

    `draft` gives the same length at a quarter of the size with four frames a second, for tests.
    Raises FilmFailed with ffmpeg's own words.
    """
    stage = Stage(spec.width, spec.height, DRAFT_ZOOM if draft else 1.0)
    fps = DRAFT_FPS if draft else spec.fps
    size = f"{round(spec.width * stage.zoom)}x{round(spec.height * stage.zoom)}"
    command = [ffmpeg_path(), "-nostdin", "-y", "-loglevel", "error", "-f", "rawvideo"]
    command += ["-pix_fmt", "rgb24", "-s", size, "-r", str(fps), "-i", "pipe:0"]
    command += [
        "-filter_complex",
        graph(spec.sound(spec.seconds)),
        "-map",
        "0:v",
        "-map",
        "[sound]",
    ]
    # Without the tags a player would guess, and turn the greens a little.
    tags = "setparams=color_primaries=bt709:color_trc=bt709"
    command += ["-vf", f"scale=out_color_matrix=bt709:out_range=tv,{tags}"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "22", "-pix_fmt", "yuv420p"]
    command += ["-g", str(fps * 4), "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"]
    command += ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
    command += ["-flags:a", "+bitexact", "-shortest", str(out)]
    _pipe(command, frames(spec, stage, fps))
    return out


def _pipe(command: list[str], pictures: Iterator[Image.Image]) -> None:
    """Feed raw frames to ffmpeg; its complaints go to a file so that no pipe can fill up."""
    with tempfile.TemporaryFile() as complaints:
        encoder = subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=complaints, pipesize=PIPE_BYTES
        )
        assert encoder.stdin is not None  # noqa: S101 (stdin=PIPE gives one)
        try:
            for picture in pictures:
                encoder.stdin.write(picture.tobytes())
        except BrokenPipeError:
            pass  # ffmpeg has left; its exit status below says why
        except BaseException:
            encoder.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                encoder.stdin.close()
            status = encoder.wait()
        if status:
            complaints.seek(0)
            raise FilmFailed(complaints.read().decode(errors="replace")[-2000:])


def frames(spec: FilmSpec, stage: Stage, fps: int) -> Iterator[Image.Image]:
    """Every frame of the film in order; scenes are painted when their turn comes."""
    reel = _Reel(spec, stage)
    for number in range(round(spec.seconds * fps)):
        yield reel.frame(number / fps)


def still(spec: FilmSpec, seconds: float, zoom: float = 1.0) -> Image.Image:
    """The picture at one moment, for covers and for looking at."""
    return _Reel(spec, Stage(spec.width, spec.height, zoom)).frame(seconds)


@dataclass
class _Reel:
    """The scenes of a film on one timeline, each painted once and dropped when it is over."""

    spec: FilmSpec
    stage: Stage
    _painted: dict[int, list["_Cut"]] = field(default_factory=dict)

    def frame(self, at: float) -> Image.Image:
        start, shown = 0.0, None
        for number, scene in enumerate(self.spec.scenes):
            since = at - start
            if since < 0:
                break
            if since >= scene.seconds:
                self._painted.pop(number, None)
            else:
                picture = self._compose(number, since)
                share = _ease(since / CROSSFADE_SECONDS)
                shown = picture if shown is None else Image.blend(shown, picture, share)
            start += scene.seconds - CROSSFADE_SECONDS
        return self._dimmed(shown or self._ground(), at)

    def _dimmed(self, picture: Image.Image, at: float) -> Image.Image:
        """Fade from and to the ground colour at the film's two ends."""
        light = min(_ease(at / 0.7), _ease((self.spec.seconds - at) / 1.0))
        return picture if light >= 1 else Image.blend(self._ground(), picture, light)

    def _ground(self) -> Image.Image:
        size = round(self.stage.width * self.stage.zoom), round(self.stage.height * self.stage.zoom)
        return Image.new("RGB", size, rgba(self.spec.ground)[:3])

    def _compose(self, number: int, since: float) -> Image.Image:
        if number not in self._painted:
            layers = self.spec.scenes[number].paint(self.stage)
            zoom = self.stage.zoom
            self._painted[number] = [cut for layer in layers for cut in _cuts(layer, zoom)]
        frame = self._ground()
        for cut in self._painted[number]:
            cut.lay(frame, since, self.stage.zoom)
        return frame


@dataclass
class _Cut:
    """A part of a layer, its colours and its mask kept apart; no mask where it is solid."""

    layer: Layer
    colours: Image.Image
    mask: Image.Image | None
    left: int
    top: int

    def lay(self, frame: Image.Image, since: float, zoom: float) -> None:
        light = self.layer.light(since) if self.layer.light else 1.0
        if light <= 0:
            return
        dx, dy = self.layer.motion(since) if self.layer.motion else (0.0, 0.0)
        x, y = self.left + round(dx * zoom), self.top + round(dy * zoom)
        mask = self.mask
        if mask is not None and light < 1:
            mask = mask.point([round(step * light) for step in range(256)])
        for place in self._places(x, y, frame.size):
            frame.paste(self.colours, place, mask)

    def _places(self, x: int, y: int, size: tuple[int, int]) -> list[tuple[int, int]]:
        if not self.layer.tiles:
            return [(x, y)]
        width, height = self.colours.size
        return [
            (column, row)
            for column in range(x % width - width, size[0], width)
            for row in range(y % height - height, size[1], height)
        ]


def _cuts(layer: Layer, zoom: float) -> list[_Cut]:
    """Trim a layer to what is painted on it and split off its solid foot.

    Hills and floors are solid below their edge, and copying is six times quicker than blending.
    """
    picture, left, top = layer.picture, round(layer.x * zoom), round(layer.y * zoom)
    box = None if layer.tiles else picture.getbbox()
    if box:
        picture, left, top = picture.crop(box), left + box[0], top + box[1]
    colours, mask = picture.convert("RGB"), picture.getchannel("A")
    width, height = picture.size
    edge = 0 if layer.light else _solid_from(mask)
    if layer.light or (edge and layer.tiles):
        return [_Cut(layer, colours, mask, left, top)]
    cuts = []
    if edge:
        upper = (0, 0, width, edge)
        cuts.append(_Cut(layer, colours.crop(upper), mask.crop(upper), left, top))
    if edge < height:
        cuts.append(_Cut(layer, colours.crop((0, edge, width, height)), None, left, top + edge))
    return cuts


def _solid_from(mask: Image.Image) -> int:
    """The first row below which nothing shines through (the height when there is none)."""
    thin = mask.point([255] * 255 + [0]).getbbox()
    return thin[3] if thin else 0
