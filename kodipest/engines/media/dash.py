"""The DASH manifest of a film (ISO/IEC 23009-1): the same segments under a second list.

Static, profile isoff-live: a SegmentTemplate with a SegmentTimeline per set. Rungs of one codec whose
segments have the same borders share a set, inside which a player may switch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path, PurePosixPath

from kodipest.engines.media.fragments import read_init
from kodipest.engines.media.manifest import Rendition, SoundSet
from kodipest.engines.media.playlists import INIT, read_durations, write_whole
from kodipest.engines.media.recipes import SEGMENT_SECONDS, SOUND_RATE, output_rate

DASH = "manifest.mpd"
_HIGHEST_RATE = 120
_STEREO = (
    '<AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>'
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The segments of a rendition in ticks of its own clock."""

    timescale: int
    ticks: tuple[int, ...]

    @property
    def seconds(self) -> float:
        return sum(self.ticks) / self.timescale


def write_dash(out: Path, rungs: Sequence[Rendition], sounds: Sequence[SoundSet]) -> None:
    """Write the DASH manifest of a finished folder, so that a player meets it whole."""
    pictures = [(rung, read_timeline(out / rung.playlist)) for rung in rungs]
    heard = [(sound, read_timeline(out / sound.playlist)) for sound in sounds]
    length = max(timeline.seconds for _rung, timeline in pictures)
    sets = [*_picture_sets(pictures, sounds), *(_sound_set(*pair) for pair in heard)]
    numbered = [set_.format(number=number) for number, set_ in enumerate(sets)]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        (
            '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
            ' profiles="urn:mpeg:dash:profile:isoff-live:2011"'
            f' mediaPresentationDuration="PT{length:.3f}S" minBufferTime="PT{SEGMENT_SECONDS}S">'
        ),
        '<Period id="0" start="PT0S">',
        *numbered,
        "</Period>",
        "</MPD>",
        "",
    ]
    write_whole(out / DASH, "\n".join(lines).encode())


def read_timeline(playlist: Path) -> Timeline:
    """Return the segments of a finished rendition.

    A playlist tells seconds with five digits, so a tick of any usual clock is found exactly.
    """
    timescale = read_init(playlist.with_name(INIT)).timescale
    return Timeline(timescale, tuple(round(s * timescale) for s in read_durations(playlist)))


def _picture_sets(
    pictures: Sequence[tuple[Rendition, Timeline]], sounds: Sequence[SoundSet]
) -> Iterator[str]:
    """Group by codec and borders, keeping the order of the rungs."""
    heard = {sound.name: sound.bandwidth for sound in sounds}

    def kind(pair: tuple[Rendition, Timeline]) -> tuple[str, Timeline]:
        return pair[0].codecs.partition(".")[0], pair[1]

    for (_codec, timeline), group in groupby(pictures, key=kind):
        lines = [
            (
                '<AdaptationSet id="{number}" contentType="video" mimeType="video/mp4" segmentAlignment="true"'
                ' startWithSAP="1">'
            ),
            _template(timeline),
        ]
        for rung, _same in group:
            words = f'codecs="{rung.codecs.partition(",")[0]}" width="{rung.width}"'
            words += f' height="{rung.height}" frameRate="{_rate(rung.fps)}" sar="1:1"'
            bits = rung.bandwidth - heard.get(rung.sound, 0)
            lines += [_representation(rung.name, bits, words, rung.playlist)]
        yield "\n".join([*lines, "</AdaptationSet>"])


def _sound_set(sound: SoundSet, timeline: Timeline) -> str:
    words = f'codecs="{sound.codecs}" audioSamplingRate="{SOUND_RATE}"'
    lines = [
        (
            '<AdaptationSet id="{number}" contentType="audio" mimeType="audio/mp4" segmentAlignment="true"'
            ' startWithSAP="1">'
        ),
        _template(timeline),
        _representation(sound.name, sound.bandwidth, words, sound.playlist, _STEREO),
        "</AdaptationSet>",
    ]
    return "\n".join(lines)


def _representation(name: str, bits: int, words: str, playlist: str, inner: str = "") -> str:
    folder = PurePosixPath(playlist).parent
    head = f'<Representation id="{name}" bandwidth="{bits}" {words}>'
    return f"{head}{inner}<BaseURL>{folder}/</BaseURL></Representation>"


def _template(timeline: Timeline) -> str:
    """Segments of equal length are told once: `r` says how often they repeat."""
    runs = [(ticks, len(list(same))) for ticks, same in groupby(timeline.ticks)]
    told = [f'<S d="{ticks}"' + (f' r="{n - 1}"/>' if n > 1 else "/>") for ticks, n in runs]
    told[0] = told[0].replace("<S", '<S t="0"', 1)
    return (
        f'<SegmentTemplate timescale="{timeline.timescale}" startNumber="0" initialization="{INIT}"'
        f' media="$Number%06d$.m4s"><SegmentTimeline>{"".join(told)}</SegmentTimeline></SegmentTemplate>'
    )


def _rate(fps: float) -> str:
    rate: Fraction = output_rate(fps, _HIGHEST_RATE)
    return str(rate)
