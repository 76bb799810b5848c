"""The words said to ffmpeg. Pure functions: a probe and a recipe in, arguments out.

The encoder runs in a private folder and knows only fixed names: the original is `source`, a
link, so no file name of a person ever stands on a command line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kodipest.engines.media.facts import Probe
from kodipest.engines.media.recipes import (
    FIRST_SEGMENT_SECONDS,
    GOP_SECONDS,
    SOUND_RATE,
    Recipe,
    Rung,
)
from kodipest.engines.media.stills import Tiles, candidate_filter, tile_filter
from kodipest.engines.media.streams import guessed_matrix
from kodipest.engines.media.whitelists import DEMUXERS, input_options

SOURCE = "source"
SOUND = "sound"
SOUND_FILE = "sound.m4a"
CANDIDATE = "candidate"
SHOT = "shot"
CRF = 23
POSTER_WIDTH = 1280
HOLD_FROM_SECONDS = 0.5

# A phone writes place and owner into its films, an editor the names of its chapters: ffmpeg would
# hand them on to everybody who watches.
_NAMELESS = ["-map_metadata", "-1", "-map_chapters", "-1"]
# Key frames at 0, 1, 2, 4, 6 … seconds: the first two make the short first segment possible.
_KEY_FRAMES = f"expr:gte(t,if(lt(n_forced,2),n_forced,(n_forced-1)*{GOP_SECONDS}))"
_HDR_TO_SDR = (
    "zscale=w={w}:h={h}:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,"
    "tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
)
# The same bicubic kernel in both; zimg needs a third of the time of swscale.
_ZIMG = "zscale=w={w}:h={h}:filter=bicubic:param_a=0:param_b=0.6"
_SWSCALE = "scale={w}:{h}:flags=bicubic"
_TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"


@dataclass(frozen=True, slots=True)
class Means:
    """What there is to work with: cores to keep busy, and whether ffmpeg was built with zimg."""

    cores: int
    has_zimg: bool = True


def ladder_arguments(probe: Probe, recipe: Recipe, tiles: Tiles, means: Means) -> list[str]:
    """Return the arguments that make every rung, the sound and the frames for stills."""
    outputs = []
    for rung, threads in zip(recipe.rungs, threads_for(recipe.rungs, means.cores), strict=True):
        outputs += ["-map", f"[{rung.name}]", *x264_words(rung, recipe)]
        outputs += ["-threads", str(threads), *_fragments(rung.name)]
    outputs += ["-map", "[sound]", *_aac(recipe.sound_bits), *_fragments(SOUND)]
    for label, quality in ((CANDIDATE, "3"), (SHOT, "5")):
        outputs += ["-map", f"[{label}]", "-fps_mode", "passthrough", "-c:v", "mjpeg"]
        outputs += ["-q:v", quality, "-threads", "1", "-f", "image2", "-atomic_writing", "1"]
        outputs += [f"{label}-%04d.jpg"]
    return [
        *_opening(),
        "-filter_complex_threads",
        str(max(1, means.cores // 2)),
        "-threads",
        str(means.cores),
        *_input(probe),
        "-filter_complex",
        ";".join([_picture_graph(probe, recipe, tiles, means), _sound_graph(probe)]),
        *outputs,
    ]


def threads_for(rungs: Sequence[Rung], cores: int) -> list[int]:
    """Share the cores by area. Rungs run side by side, so more threads only wait for each other."""
    areas = [rung.width * rung.height for rung in rungs]
    return [max(1, round(cores * area / sum(areas))) for area in areas]


def sound_arguments(probe: Probe, recipe: Recipe) -> list[str]:
    """Return the arguments for a sound alone: encoded once, packed as HLS and as one file."""
    slave = ":".join(f"{name}={value}" for name, value in _hls_options(SOUND).items())
    return [
        *_opening(),
        *_input(probe),
        "-filter_complex",
        _sound_graph(probe),
        "-map",
        "[sound]",
        *_aac(recipe.sound_bits),
        "-f",
        "tee",
        *_NAMELESS,
        f"[f=hls:{slave}]{SOUND}.m3u8|[f=mp4:movflags=+faststart]{SOUND_FILE}",
    ]


def _opening() -> list[str]:
    words = ["-nostdin", "-hide_banner", "-loglevel", "warning", "-progress", "pipe:1"]
    return [*words, "-stats_period", "0.25", "-nostats", "-y"]


def _input(probe: Probe) -> list[str]:
    options = input_options(probe.container)
    named = [word for name, value in options.items() for word in (f"-{name}", value)]
    return [*named, "-f", DEMUXERS[probe.container], "-i", f"file:{SOURCE}"]


# The picture


def _picture_graph(probe: Probe, recipe: Recipe, tiles: Tiles, means: Means) -> str:
    """Scale in cascade, each rung from the next higher one: a pixel is read as seldom as can be."""
    tallest_first = recipe.rungs[::-1]
    poster = next((r for r in tallest_first if r.width <= POSTER_WIDTH), tallest_first[-1])
    chains = [f"[0:{probe.video_index}]{_prepare(probe, recipe, tallest_first[0], means)}[at0]"]
    for step, rung in enumerate(tallest_first):
        lower = tallest_first[step + 1] if step + 1 < len(tallest_first) else None
        uses = [f"[{rung.name}]"]
        uses += ["[to_poster]"] if rung is poster else []
        uses += [f"[to{step + 1}]"] if lower else ["[to_shots]"]
        chains.append(f"[at{step}]split={len(uses)}{''.join(uses)}")
        if lower:
            scale = _scale(lower, means)
            chains.append(f"[to{step + 1}]{scale},setsar=1[at{step + 1}]")
    chains.append(f"[to_poster]{candidate_filter(probe.duration_seconds)}[{CANDIDATE}]")
    chains.append(f"[to_shots]{tile_filter(tiles)}[{SHOT}]")
    return ";".join(chains)


def _scale(rung: Rung, means: Means) -> str:
    return (_ZIMG if means.has_zimg else _SWSCALE).format(w=rung.width, h=rung.height)


def _prepare(probe: Probe, recipe: Recipe, top: Rung, means: Means) -> str:
    """Even time first, then size and colour: dropped frames are not scaled."""
    rate = f"{recipe.fps_numerator}/{recipe.fps_denominator}"
    steps = ["bwdif=mode=send_frame:deint=interlaced"] if probe.is_interlaced else []
    steps += [f"fps={rate}:start_time=0", _size_and_colour(probe, top, means), "setsar=1", _TAGS]
    held = probe.duration_seconds - probe.video_seconds
    if held > HOLD_FROM_SECONDS:  # the sound is longer: the last picture stays
        steps.append(f"tpad=stop_mode=clone:stop_duration={held:.3f}")
    return ",".join(steps)


def _size_and_colour(probe: Probe, top: Rung, means: Means) -> str:
    """Scale to the top rung and convert to what every screen shows: 8-bit BT.709, limited range.

    HDR is tone-mapped; an ffmpeg without zimg cannot, and leaves it flat but watchable.
    """
    if probe.is_hdr and means.has_zimg:
        return _HDR_TO_SDR.format(w=top.width, h=top.height)
    if probe.is_plain and (probe.width, probe.height) == (top.width, top.height):
        return "format=yuv420p"
    matrix = probe.color_matrix or guessed_matrix(probe.width, probe.height)
    matrix = "bt2020" if matrix == "bt2020nc" else matrix
    colour = f"in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv"
    return f"{_SWSCALE.format(w=top.width, h=top.height)}:{colour},format=yuv420p"


def x264_words(rung: Rung, recipe: Recipe) -> list[str]:
    """Return the encoder and its settings for one rung."""
    longest = str(round(recipe.fps * GOP_SECONDS) + 1)
    words = ["-c:v", "libx264", "-preset", recipe.preset, "-profile:v", "high"]
    words += ["-level:v", f"{rung.level / 10:.1f}", "-pix_fmt", "yuv420p", "-crf", str(CRF)]
    words += ["-maxrate", str(rung.max_bits), "-bufsize", str(rung.max_bits * 2)]
    words += ["-g", longest, "-sc_threshold", "0", "-forced-idr", "1"]
    return [*words, "-force_key_frames", _KEY_FRAMES]


# The sound


def _sound_graph(probe: Probe) -> str:
    """Two channels at 48 kHz, exactly as long as the film: padded, cut, or silence."""
    length = f"{probe.duration_seconds:.3f}"
    if not probe.has_audio:
        return f"anullsrc=channel_layout=stereo:sample_rate={SOUND_RATE}:duration={length}[sound]"
    steps = f"aresample={SOUND_RATE}:async=1:first_pts=0"
    steps += ",aformat=sample_fmts=fltp:channel_layouts=stereo"
    return f"[0:{probe.audio_index}]{steps},apad=whole_dur={length},atrim=end={length}[sound]"


def _aac(bits: int) -> list[str]:
    return ["-c:a", "aac", "-profile:a", "aac_low", "-b:a", str(bits), "-ac", "2"]


# The packing


def _fragments(name: str) -> list[str]:
    options = _hls_options(name)
    words = [word for key, value in options.items() for word in (f"-{key}", value)]
    return ["-f", "hls", *_NAMELESS, *words, f"{name}.m3u8"]


def _hls_options(name: str) -> dict[str, str]:
    """One fragment per key frame; playlists.py makes segments and playlists of them.

    `temp_file` gives a fragment its name when it is whole. Negative offsets, with no shift by
    the muxer, let the picture start at zero whether a player reads edit lists or not; the only
    edit left skips the priming of AAC. Otherwise pictures come 45 ms late on some players.
    """
    return {
        "hls_time": str(FIRST_SEGMENT_SECONDS),
        "hls_list_size": "1",
        "hls_flags": "temp_file",
        "hls_segment_type": "fmp4",
        "hls_segment_options": "movflags=+negative_cts_offsets+skip_sidx",
        "avoid_negative_ts": "disabled",
        "hls_fmp4_init_filename": f"{name}.init.mp4",
        "hls_segment_filename": f"{name}.%d.m4s",
    }
