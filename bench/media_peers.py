"""What other programs ask of ffmpeg for one film, as data; `run` replays it and counts.

The facts, not the code: presets, rates and the order of steps, as read in their public sources.

* MediaCMS: `files/helpers.py` (presets, rates, groups of pictures) and `files/tasks.py` (a sprite, and
  the HLS set packed anew after every rung with Bento4's mp4hls, here by a copy with ffmpeg, which is
  cheaper). 8.3 encodes every rung with preset medium (PEERS.md, measured 23 November 2026); revision
  022ec27 of the public repository used faster from 720 lines on: `mediacms-older`.
* PeerTube: `packages/ffmpeg/src/ffmpeg-default-transcoding-profile.ts`, `ffmpeg-vod.ts` and
  `packages/core-utils/src/videos/bitrate.ts`: veryfast, crf of x264 left alone, a ceiling by bits per
  pixel, a key frame every two seconds; the top rung first, the lower ones from the encoded top.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Runner = Callable[..., float]

MEDIACMS_KILOBITS = {240: 300, 360: 500, 480: 1000, 720: 2500, 1080: 4500}
MEDIACMS_CEILING = 1.5
PEERTUBE_BITS_PER_PIXEL = {240: 0.17, 360: 0.15, 480: 0.12, 720: 0.11, 1080: 0.10}


@dataclass(frozen=True)
class Film:
    """The source, with what a sequence must know of it."""

    path: Path
    width: int
    height: int
    fps: float
    heights: list[int]  # lowest first


@dataclass
class Replayed:
    """CPU seconds of every step, and the files of the rungs by their height."""

    steps: dict[str, float] = field(default_factory=dict)
    rungs: dict[int, Path] = field(default_factory=dict)

    @property
    def cpu_seconds(self) -> float:
        return sum(self.steps.values())


def mediacms(film: Film, out: Path, run: Runner, *, tall_preset: str = "medium") -> Replayed:
    """Each rung from the source by itself; a sprite; all rungs packed again after each."""
    made = Replayed()
    fps = round(film.fps + 0.49)
    for height in film.heights:
        rate = int(MEDIACMS_KILOBITS[height] * MEDIACMS_CEILING)
        target = out / f"{height}.mp4"
        made.steps[f"{height}p"] = run(
            *("-i", film.path, "-filter:v", f"scale=-2:{height},fps=fps={fps}"),
            *("-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", 23),
            *("-preset", tall_preset if height >= 720 else "medium", "-profile:v", "main"),
            *("-maxrate", f"{rate}k", "-bufsize", f"{rate}k"),
            *("-x264-params", f"keyint={fps * 8}:keyint_min={fps * 4}"),
            *("-force_key_frames", "expr:gte(t,n_forced*4)"),
            *("-c:a", "aac", "-b:a", "128k", "-ac", 2, target),
        )
        made.rungs[height] = target
        for done in made.rungs.values():
            packed = run("-i", done, *_hls(out / f"{done.stem}.m3u8", "mpegts", "ts"))
            made.steps["repacking"] = made.steps.get("repacking", 0.0) + packed
    sheet = ("-vf", "fps=1/10,scale=160:90", "-f", "image2", out / "sprite%05d.jpg")
    made.steps["sprite"] = run("-i", film.path, "-an", *sheet)
    return made


def mediacms_older(film: Film, out: Path, run: Runner) -> Replayed:
    return mediacms(film, out, run, tall_preset="faster")


def peertube(film: Film, out: Path, run: Runner) -> Replayed:
    """The top rung from the source, then every lower one from the encoded top."""
    made = Replayed()
    source = film.path
    fps = min(film.fps, 60)
    for height in reversed(film.heights):
        pixels = height * height * film.width / film.height * fps
        ceiling = int(pixels * PEERTUBE_BITS_PER_PIXEL[height])
        target = out / f"{height}.mp4"
        made.steps[f"{height}p"] = run(
            *("-i", source, "-vf", f"scale=w=-2:h={height}", "-pix_fmt", "yuv420p"),
            *("-c:v", "libx264", "-preset", "veryfast", "-b_strategy", 1, "-bf", 16),
            *("-maxrate:v", ceiling, "-bufsize:v", ceiling * 2, "-g:v", round(fps * 2), "-r", fps),
            *("-c:a", "aac", "-b:a", "256k", "-ac", 2, "-map_metadata", -1, target),
        )
        made.rungs[height] = target
        made.steps["packing"] = made.steps.get("packing", 0.0) + run(
            "-i", target, *_hls(out / f"{height}.m3u8", "fmp4", "m4s")
        )
        source = made.rungs[film.heights[-1]]
    return made


def _hls(playlist: Path, kind: str, suffix: str) -> tuple[object, ...]:
    name = playlist.with_name(f"{playlist.stem}-%05d.{suffix}")
    words = ("-c", "copy", "-f", "hls", "-hls_time", 4, "-hls_list_size", 0)
    init = f"{playlist.stem}-init.mp4"
    more = ("-hls_segment_type", kind, "-hls_fmp4_init_filename", init)
    return (*words, *more, "-hls_segment_filename", name, playlist)


PEERS = {"mediacms": mediacms, "mediacms-older": mediacms_older, "peertube": peertube}
