"""The still pictures of a film: a poster that tells something, and a storyboard for the seek bar."""

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageFilter, ImageStat

from kodipest.engines.media.images import save_jpeg, write_posters
from kodipest.engines.media.manifest import Storyboard
from kodipest.engines.media.playlists import write_whole

CANDIDATES = 10
DARK, BRIGHT = 16, 240  # mean luma of a frame that shows nothing: a fade, a white flash

TILES = 100
TILE_LONG_SIDE = 160
MIN_TILE_SECONDS = 1.0
COLUMNS = 10
NEVER = Fraction(-1, 1_000_000)  # before the first frame
# JFIF knows one matrix, BT.601 in full range; a BT.709 frame stored as it is would look pale.
JPEG_COLOURS = "in_color_matrix=bt709:out_color_matrix=bt601:in_range=tv:out_range=pc"


@dataclass(frozen=True, slots=True)
class Tiles:
    """The grid of a storyboard: one tile every `seconds`."""

    seconds: float
    width: int
    height: int


def tiles_for(width: int, height: int, duration: float) -> Tiles:
    """Choose tiles of whole seconds so that at most a hundred tell the whole film."""
    seconds = max(MIN_TILE_SECONDS, math.ceil(duration / TILES))
    scale = min(1.0, TILE_LONG_SIDE / max(width, height))
    return Tiles(seconds, max(2, round(width * scale)), max(2, round(height * scale)))


def frames_filter(duration: float, before: Fraction = NEVER) -> str:
    """Return an ffmpeg filter that lets ten frames pass, from the middle of each tenth.

    Without those of earlier sections: up to the second `before`, that of the last frame there.
    """
    # The very first frame is often black; a film of a moment may have no other.
    lead, step = 0.5 if duration >= 1 else 0, round(duration / CANDIDATES, 4)
    passed = sum((number + lead) * step <= before for number in range(CANDIDATES))
    due = f"(selected_n+{passed + lead:g})*{step:.4f}"
    return f"select='lt(selected_n,{CANDIDATES - passed})*gte(t,{due})'"


def tile_filter(tiles: Tiles, before: Fraction = NEVER) -> str:
    """Return an ffmpeg filter for the shots of a storyboard that follow the second `before`."""
    passed = math.floor(before / tiles.seconds) + 1
    select = f"select='gte(t,(selected_n+{passed})*{tiles.seconds:g})'"
    return f"{select},scale={tiles.width}:{tiles.height}:{JPEG_COLOURS}"


def choose_poster(candidates: list[Path]) -> Path | None:
    """Return the candidate with the most to see: detail times contrast, no fades."""
    return max(candidates, key=_telling, default=None)


def _telling(path: Path) -> float:
    with Image.open(path, formats=["JPEG"]) as opened:
        opened.draft("L", (320, 320))
        small = opened.convert("L")
    small.thumbnail((320, 320))
    statistics = ImageStat.Stat(small)
    if not DARK < statistics.mean[0] < BRIGHT:
        return 0.0
    edges = ImageStat.Stat(small.filter(ImageFilter.FIND_EDGES)).mean[0]
    return edges * statistics.stddev[0] * small.entropy()


def publish_poster(candidates: list[Path], out: Path) -> bool:
    """Write the posters from the best candidate; False when there is none."""
    best = choose_poster(candidates)
    if best is None:
        return False
    with Image.open(best, formats=["JPEG"]) as opened:
        write_posters(opened.convert("RGB"), out)
    return True


def write_storyboard(shots: list[Path], tiles: Tiles, duration: float, out: Path) -> Storyboard:
    """Write storyboard.jpg, a grid of all shots, and storyboard.vtt, which says when is which."""
    columns = min(COLUMNS, len(shots))
    rows = math.ceil(len(shots) / columns)
    sheet = Image.new("RGB", (columns * tiles.width, rows * tiles.height))
    cues = ["WEBVTT", ""]
    for number, shot in enumerate(shots):
        x, y = number % columns * tiles.width, number // columns * tiles.height
        with Image.open(shot, formats=["JPEG"]) as opened:
            sheet.paste(opened.convert("RGB"), (x, y))
        end = duration if number + 1 == len(shots) else (number + 1) * tiles.seconds
        cues.append(f"{_clock(number * tiles.seconds)} --> {_clock(end)}")
        cues += [f"storyboard.jpg#xywh={x},{y},{tiles.width},{tiles.height}", ""]
    save_jpeg(sheet, out / "storyboard.jpg")
    write_whole(out / "storyboard.vtt", "\n".join(cues).encode())
    return Storyboard(image="storyboard.jpg", vtt="storyboard.vtt")


def _clock(seconds: float) -> str:
    """Write a time as WebVTT wants it: 00:01:02.500."""
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"
