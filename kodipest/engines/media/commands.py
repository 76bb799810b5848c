"""The words said to ffmpeg. Pure functions: a probe and a recipe in, arguments out.

The encoder runs in a private folder and knows only fixed names: the original is `source`, a
link, so no file name of a person ever stands on a command line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kodipest.engines.media import peaks
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.recipes import FIRST_SEGMENT_SECONDS, SOUND_RATE, Recipe, Rung
from kodipest.engines.media.sections import WHOLE, Section
from kodipest.engines.media.stills import JPEG_COLOURS, Tiles, frames_filter, tile_filter
from kodipest.engines.media.streams import guessed_matrix
from kodipest.engines.media.taps import Tap
from kodipest.engines.media.whitelists import DEMUXERS, input_options

SOURCE = "source"
SOUND = "sound"
SOUND_FILE = "sound.m4a"
OPUS = "sound-opus"
OPUS_FILE = "sound.opus"
COVER = "cover"
OPUS_ALONE_BITS = 64_000  # as good as AAC at twice the bytes
CANDIDATE = "candidate"
SHOT = "shot"
POSTER_WIDTH = 1280
HOLD_FROM_SECONDS = 0.5
LEAD_SECONDS = 2  # of a section: what deinterlacing and uneven time need to have seen before

# A phone writes place and owner into its films, an editor the names of its chapters: ffmpeg would
# hand them on to everybody who watches.
_NAMELESS = ["-map_metadata", "-1", "-map_chapters", "-1"]
# Key frames at 0, 1, 2, 4, 6 … seconds: the first two make the short first segment possible.
# With long groups at 0, 1, 4, 8 …: the same segments, with one key frame each.
_KEY_FRAMES = "expr:gte(t,if(lt(n_forced,2),n_forced,(n_forced-1)*{gop}))"
_LATER_KEY_FRAMES = (
    "expr:gte(t,n_forced*{gop})"  # of a section: only the film begins with a short one
)
# As it is, but for what an editor or a drone writes between the pictures (SEI, unit type 6).
_COPY = ["-c:v", "copy", "-bsf:v", "filter_units=remove_types=6"]
_HDR_TO_SDR = (
    "zscale=w={w}:h={h}:filter=bicubic:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,"
    "tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
)
# A little darker, but neither pale nor clipped.
_HDR_BY_SWSCALE = (
    "scale={w}:{h}:flags=bicubic:out_primaries=bt709:out_transfer=bt709:out_color_matrix=bt709"
    ":out_range=tv:intent=perceptual,format=yuv420p"
)
# The same bicubic kernel in both; zimg needs a third of the time of swscale.
_ZIMG = "zscale=w={w}:h={h}:filter=bicubic:param_a=0:param_b=0.6"
_SWSCALE = "scale={w}:{h}:flags=bicubic"
_TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"


@dataclass(frozen=True, slots=True)
class Means:
    """What there is to work with: cores to keep busy, and what this ffmpeg can do.

    It may be built without zimg; its own scaler knows brightness beyond white since 7.1.
    """

    cores: int
    has_zimg: bool = True
    can_map_tones: bool = True


@dataclass(frozen=True, slots=True)
class Aside:
    """What one decode makes beside rungs and sound: frames for stills, and answers for taps."""

    tiles: Tiles | None = None
    taps: Sequence[Tap] = ()


def ladder_arguments(
    probe: Probe,
    recipe: Recipe,
    means: Means,
    aside: Aside,
    correction: str = "",
    section: Section = WHOLE,
) -> list[str]:
    """Return the arguments that make every rung of a part, its sound, and what comes aside.

    `correction` is what loudness.py says; "" leaves the sound as loud as it is. Of a `section`, what
    comes aside is timed by the whole film, and the rungs begin at zero.
    """
    graphs = [_picture_graph(probe, recipe, aside, means, section)]
    outputs = []
    for rung, threads in zip(recipe.rungs, threads_for(recipe.rungs, means.cores), strict=True):
        outputs += picture_words(rung, recipe, threads, probe, section) + _fragments(rung.name)
    if recipe.sound:
        graphs.append(_sound_graph(probe, correction, aside.taps))
        outputs += ["-map", "[sound]", *_sound_words(recipe), *_fragments(recipe.sound)]
    outputs += _aside_outputs(aside, has_sound=bool(recipe.sound), section=section)
    graph = ";".join(filter(None, graphs))
    return [
        *opening_words(),
        "-filter_complex_threads",
        str(max(1, means.cores // 2)),
        "-threads",
        str(means.cores),
        *_from(section),
        *input_words(probe),
        *(["-filter_complex", graph] if graph else []),
        *outputs,
    ]


def _from(section: Section) -> list[str]:
    """Return where to begin to read: a little early, and by the clock of the film."""
    if section.start_seconds == 0:
        return []
    early = section.start_seconds - LEAD_SECONDS
    return ["-copyts", "-start_at_zero", "-ss", str(early)]


def _aside_outputs(aside: Aside, *, has_sound: bool, section: Section = WHOLE) -> list[str]:
    outputs: list[str] = []
    for label, quality in ((CANDIDATE, "3"), (SHOT, "5")) if aside.tiles else ():
        outputs += ["-map", f"[{label}]", "-fps_mode", "passthrough", "-c:v", "mjpeg"]
        outputs += ["-q:v", quality, "-threads", "1", "-f", "image2", "-atomic_writing", "1"]
        outputs += ["-start_number", str(section.start_seconds + 1), f"{label}-%05d.jpg"]
    for tap in aside.taps:
        kinds = [("picture", tap.picture)] + ([("sound", tap.sound)] if has_sound else [])
        for kind, chain in kinds:
            words = ["-map", f"[{tap.name}_{kind}]", "-fps_mode", "passthrough", "-f", "null", "-"]
            outputs += words if chain else []
    return outputs


def threads_for(rungs: Sequence[Rung], cores: int) -> list[int]:
    """Share the cores by area. Rungs run side by side, so more threads only wait for each other."""
    areas = [0 if rung.is_copied else rung.width * rung.height for rung in rungs]
    return [max(1, round(cores * area / max(1, sum(areas)))) for area in areas]


def sound_arguments(
    probe: Probe, recipe: Recipe, correction: str = "", taps: Sequence[Tap] = ()
) -> list[str]:
    """Return the arguments for a sound alone: AAC and Opus, and figures to draw its wave from.

    Each is encoded once and packed twice: in fragments for HLS, and as one file to keep.
    """
    graph = _sound_graph(probe, correction, taps)
    split = f"[sound]asplit=3[{SOUND}][{OPUS}][wave];[wave]{peaks.FILTERS}[peaks]"
    thin = replace(recipe, codec="av1", sound_bits=OPUS_ALONE_BITS)
    return [
        *opening_words(),
        *input_words(probe),
        "-filter_complex",
        f"{graph};{split}",
        *_kept(SOUND, recipe, f"[f=mp4:movflags=+faststart]{SOUND_FILE}"),
        *_kept(OPUS, thin, f"[f=opus]{OPUS_FILE}"),
        *("-map", "[peaks]", *peaks.WORDS, peaks.PEAKS_FILE),
        *_aside_outputs(
            Aside(None, [Tap(t.name, t.read, "", t.sound) for t in taps]), has_sound=True
        ),
    ]


def _kept(name: str, recipe: Recipe, whole: str) -> list[str]:
    """Encode a sound once, and pack it as fragments and as one file."""
    slave = ":".join(f"{key}={value}" for key, value in _hls_options(name).items())
    words = ["-map", f"[{name}]", *_sound_words(recipe), "-f", "tee", *_NAMELESS]
    return [*words, f"[f=hls:{slave}]{name}.m3u8|{whole}"]


def cover_arguments(probe: Probe) -> list[str]:
    """Return the arguments that take the cover out of a sound as it is, without decoding it."""
    chosen = ["-map", f"0:{probe.cover_index}", "-c", "copy", "-frames:v", "1"]
    return [*opening_words(), *input_words(probe), *chosen, "-f", "image2", "-update", "1", COVER]


def opening_words() -> list[str]:
    words = ["-nostdin", "-hide_banner", "-loglevel", "warning", "-progress", "pipe:1"]
    return [*words, "-stats_period", "0.25", "-nostats", "-y"]


def input_words(probe: Probe) -> list[str]:
    options = input_options(probe.container)
    named = [word for name, value in options.items() for word in (f"-{name}", value)]
    return [*named, "-f", DEMUXERS[probe.container], "-i", f"file:{SOURCE}"]


# The picture


def _picture_graph(
    probe: Probe, recipe: Recipe, aside: Aside, means: Means, section: Section
) -> str:
    """Scale in cascade, each rung from the next higher one: a pixel is read as seldom as can be.

    The few frames for a poster leave before that: they are scaled by themselves.
    """
    tallest_first = [rung for rung in recipe.rungs[::-1] if not rung.is_copied]
    asides = _asides(aside)
    if not tallest_first and not asides:
        return ""
    top = tallest_first[0] if tallest_first else recipe.rungs[0]
    even = f"[0:{probe.video_index}]{_even_time(probe, recipe, section)}"
    chains = [f"{even}{',split[to0][to_poster]' if aside.tiles else '[to0]'}"]
    if aside.tiles:
        chains.append(_poster_chain(probe, means, section))
    is_last = section.frames is None
    chains.append(f"[to0]{_prepare(probe, top, means, is_last=is_last)}[at0]")
    for step in range(max(1, len(tallest_first))):
        here, lower = tallest_first[step : step + 1], tallest_first[step + 1 : step + 2]
        uses = [f"[{rung.name}{'_then' if section.first_frame else ''}]" for rung in here]
        uses += [f"[to{step + 1}]"] if lower else asides
        chains.append(f"[at{step}]split={len(uses)}{''.join(uses)}")
        chains += [f"[to{step + 1}]{_scale(one, means)},setsar=1[at{step + 1}]" for one in lower]
    if section.first_frame:  # one tick of the clock is a frame by now
        back = f"setpts=PTS-{section.first_frame}"
        chains += [f"[{rung.name}_then]{back}[{rung.name}]" for rung in tallest_first]
    if aside.tiles:
        chains.append(f"[to_shots]{tile_filter(aside.tiles, section.before)}[{SHOT}]")
    chains += [f"[to_{t.name}]{t.picture}[{t.name}_picture]" for t in aside.taps if t.picture]
    return ";".join(chains)


def _asides(aside: Aside) -> list[str]:
    shots = ["[to_shots]"] if aside.tiles else []
    return shots + [f"[to_{tap.name}]" for tap in aside.taps if tap.picture]


def _poster_chain(probe: Probe, means: Means, section: Section) -> str:
    """Ten frames at the size of a poster, whichever rungs this part has."""
    scale = min(1.0, POSTER_WIDTH / probe.width)
    width, height = (max(2, round(side * scale / 2) * 2) for side in (probe.width, probe.height))
    poster = Rung("poster", width, height, 0, 0)
    seconds = probe.video_seconds or probe.duration_seconds
    steps = [frames_filter(seconds, section.before), _size_and_colour(probe, poster, means)]
    return (
        f"[to_poster]{','.join([*steps, 'setsar=1', _TAGS, f'scale={JPEG_COLOURS}'])}[{CANDIDATE}]"
    )


def _scale(rung: Rung, means: Means) -> str:
    return (_ZIMG if means.has_zimg else _SWSCALE).format(w=rung.width, h=rung.height)


def _even_time(probe: Probe, recipe: Recipe, section: Section) -> str:
    """Even time first, then size and colour: dropped frames are not scaled."""
    steps = ["bwdif=mode=send_frame:deint=interlaced"] if probe.is_interlaced else []
    rate = f"{recipe.fps_numerator}/{recipe.fps_denominator}"
    start = f"{float(section.begins):.6f}" if section.first_frame else "0"
    steps.append(f"fps={rate}:start_time={start}")
    steps += [f"trim=end_frame={section.frames}"] if section.frames else []
    return ",".join(steps)


def _prepare(probe: Probe, top: Rung, means: Means, *, is_last: bool) -> str:
    steps = [_size_and_colour(probe, top, means), "setsar=1", _TAGS]
    held = probe.duration_seconds - probe.video_seconds
    if held > HOLD_FROM_SECONDS and is_last:  # the sound is longer: the last picture stays
        steps.append(f"tpad=stop_mode=clone:stop_duration={held:.3f}")
    return ",".join(steps)


def _size_and_colour(probe: Probe, top: Rung, means: Means) -> str:
    """Scale to the top rung and convert to what every screen shows: 8-bit BT.709, limited range.

    HDR is tone-mapped; an old ffmpeg without zimg cannot, and leaves it flat but watchable.
    """
    if probe.is_hdr and (means.has_zimg or means.can_map_tones):
        mapping = _HDR_TO_SDR if means.has_zimg else _HDR_BY_SWSCALE
        return mapping.format(w=top.width, h=top.height)
    if probe.is_plain:
        is_own_size = (probe.width, probe.height) == (top.width, top.height)
        return "format=yuv420p" if is_own_size else f"{_scale(top, means)},format=yuv420p"
    matrix = probe.color_matrix or guessed_matrix(probe.width, probe.height)
    matrix = "bt2020" if matrix == "bt2020nc" else matrix
    colour = f"in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv"
    return f"{_SWSCALE.format(w=top.width, h=top.height)}:{colour},format=yuv420p"


def picture_words(
    rung: Rung, recipe: Recipe, threads: int, probe: Probe, section: Section = WHOLE
) -> list[str]:
    """Return where the pictures of a rung come from, its encoder and its settings."""
    if rung.is_copied:
        return ["-map", f"0:{probe.video_index}", *_COPY]
    if recipe.codec == "av1":
        words = av1_words(rung, recipe, threads, section)
    else:
        words = x264_words(rung, recipe, section)
    return ["-map", f"[{rung.name}]", *words, "-threads", str(threads)]


def x264_words(rung: Rung, recipe: Recipe, section: Section = WHOLE) -> list[str]:
    words = ["-c:v", "libx264", "-preset", recipe.preset, "-profile:v", "high"]
    words += ["-level:v", f"{rung.level / 10:.1f}", "-sc_threshold", "0", "-forced-idr", "1"]
    return [*words, *_rate_words(rung, recipe, section)]


def av1_words(rung: Rung, recipe: Recipe, threads: int, section: Section = WHOLE) -> list[str]:
    words = ["-c:v", "libsvtav1", "-preset", recipe.preset]
    return [*words, "-svtav1-params", f"lp={threads}", *_rate_words(rung, recipe, section)]


def _rate_words(rung: Rung, recipe: Recipe, section: Section) -> list[str]:
    longest = str(round(recipe.fps * recipe.gop_seconds) + 1)
    words = ["-pix_fmt", "yuv420p", "-crf", str(recipe.crf)]
    words += ["-maxrate", str(rung.max_bits), "-bufsize", str(rung.max_bits * 2)]
    key_frames = _LATER_KEY_FRAMES if section.first_frame else _KEY_FRAMES
    return [*words, "-g", longest, "-force_key_frames", key_frames.format(gop=recipe.gop_seconds)]


# The sound


def _sound_graph(probe: Probe, correction: str = "", taps: Sequence[Tap] = ()) -> str:
    """Two channels at 48 kHz, exactly as long as the film: padded, cut, or silence."""
    length = f"{probe.duration_seconds:.3f}"
    heard = [tap for tap in taps if tap.sound]
    if probe.has_audio:
        steps = f"[0:{probe.audio_index}]{even_sound()}"
    else:
        steps = f"anullsrc=channel_layout=stereo:sample_rate={SOUND_RATE}:duration={length}"
    chains = [f"{steps}[even]"]
    if heard:
        ends = "".join(f"[hear_{tap.name}]" for tap in heard)
        chains = [f"{steps},asplit={len(heard) + 1}[even]{ends}"]
    ending = f"apad=whole_dur={length},atrim=end={length}"
    chains.append(f"[even]{correction}{',' if correction else ''}{ending}[sound]")
    chains += [f"[hear_{tap.name}]{tap.sound}[{tap.name}_sound]" for tap in heard]
    return ";".join(chains)


def even_sound() -> str:
    """Return the filters that make any sound stereo at 48 kHz, without gaps."""
    even = f"aresample={SOUND_RATE}:async=1:first_pts=0"
    return f"{even},aformat=sample_fmts=fltp:channel_layouts=stereo"


def _sound_words(recipe: Recipe) -> list[str]:
    if recipe.codec == "av1":
        return ["-c:a", "libopus", "-b:a", str(recipe.sound_bits), "-ac", "2"]
    return ["-c:a", "aac", "-profile:a", "aac_low", "-b:a", str(recipe.sound_bits), "-ac", "2"]


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
