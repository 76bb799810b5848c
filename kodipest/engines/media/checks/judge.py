"""Judge what was measured. Every limit stands here, with where it comes from.

A limit is where an attentive viewer would say something, not where a broadcaster would refuse:
most makers are sixteen, and a list of forty complaints helps nobody.
"""

from collections.abc import Sequence
from statistics import median

from kodipest.engines.media.checks.findings import Finding, Severity, worst_first
from kodipest.engines.media.checks.readings import Crop, Loudness, Readings, Second, Stretch
from kodipest.engines.media.facts import Probe

# EBU R128 aims at -23 LUFS, the web at -16. We correct the loudness, and with it lift the noise
# of the room: from 10 LU below the aim on it is heard. Above -9 nothing but a wall of sound is left.
QUIET_LUFS, VERY_QUIET_LUFS = -26.0, -30.0
LOUD_LUFS = -9.0
TRUE_PEAK_DBTP = -1.0  # EBU R128 s2 and AES TD1008: lossy codecs need this much room
OVER_DBTP = 0.5
CEILING_DB = -0.05
HITS_PER_SECOND = 20  # a loud beat touches the ceiling once or twice, a clipped voice all the time
CLIPPED_SECONDS = 3
ONE_SIDED_DB = 18.0
LONG_SILENCE_SECONDS = 15.0
LONG_BLACK_SECONDS = 5.0
LONG_STILL_SECONDS = 30.0
NEARLY_ALL = 0.95
SLIDES_FROM = 0.6  # of the film stands still: pictures with a voice, and meant so
BLUR, STRONG_BLUR = 0.58, 0.66  # footage through a Gaussian of 2 and of 4 pixels at 1280 wide
SMALL_SIDE, VERY_SMALL_SIDE = 480, 360
SHORT_SECONDS, VERY_SHORT_SECONDS = 10.0, 3.0
LONG_SECONDS = 2 * 3600.0
BAR_SHARE = 0.04  # of the height or the width, on each of two sides; less is a crop mark
STEADY = 0.9  # of the frames have the bar
BETWEEN_SECONDS = 2.0  # stretches this close are one
MOST_STRETCHES = 12  # of one kind; the longest are told


def judge(
    probe: Probe, readings: Readings, *, rung: tuple[int, int], blur: float | None
) -> list[Finding]:
    """Return the findings, worst first. `rung` is the size of the picture that was measured."""
    found = [*_whole(probe), *_heard(probe, readings)]
    if probe.kind == "video":
        found += _seen(probe, readings, blur)
        found += _bars(readings.crops, *rung)
    return worst_first(found)


def _whole(probe: Probe) -> list[Finding]:
    found, seconds = list[Finding](), probe.duration_seconds
    if probe.is_truncated:
        found.append(Finding("cut_off", "stop", start=seconds, value=seconds))
    if seconds < SHORT_SECONDS:
        found.append(
            Finding("short", "advice" if seconds < VERY_SHORT_SECONDS else "note", value=seconds)
        )
    elif seconds > LONG_SECONDS:
        found.append(Finding("long", "note", value=seconds))
    if probe.kind == "video" and probe.short_side < SMALL_SIDE:
        severity: Severity = "advice" if probe.short_side < VERY_SMALL_SIDE else "note"
        found.append(Finding("small", severity, value=probe.short_side))
    return found


# What is heard


def _heard(probe: Probe, readings: Readings) -> list[Finding]:
    if not probe.has_audio:
        return [Finding("no_sound", "note")]
    if not readings.sound:
        return []  # not measured, for example because the decoder gave up early
    if readings.loudness is None:
        return [Finding("silent", "stop")]
    found = _levels(readings.loudness)
    for gap in _longest(readings.silence):
        severity: Severity = "advice" if gap.end - gap.start >= LONG_SILENCE_SECONDS else "note"
        found.append(Finding("silence", severity, *_rounded(gap)))
    return found + _clipping(readings.sound) + _sides(readings.sound)


def _levels(loudness: Loudness) -> list[Finding]:
    found, level = list[Finding](), loudness.integrated
    if level < QUIET_LUFS:
        found.append(Finding("quiet", "advice" if level < VERY_QUIET_LUFS else "note", value=level))
    elif level > LOUD_LUFS:
        found.append(Finding("loud", "note", value=level))
    if loudness.true_peak > TRUE_PEAK_DBTP:
        severity: Severity = "advice" if loudness.true_peak > OVER_DBTP else "note"
        found.append(Finding("true_peak", severity, value=loudness.true_peak))
    return found


def _clipping(sound: Sequence[Second]) -> list[Finding]:
    hit = [
        Stretch(second.at, second.at + 1)
        for second in sound
        if second.peak >= CEILING_DB and second.peak_count >= HITS_PER_SECOND
    ]
    severity: Severity = "advice" if len(hit) >= CLIPPED_SECONDS else "note"
    return [Finding("clipping", severity, *_rounded(stretch)) for stretch in _longest(_joined(hit))]


def _sides(sound: Sequence[Second]) -> list[Finding]:
    """Say that only one side is heard: a microphone plugged in half, or set to one channel."""
    heard = [second for second in sound if max(second.left, second.right) > -50]
    if not heard:
        return []
    gap = median(second.left - second.right for second in heard)
    if abs(gap) < ONE_SIDED_DB:
        return []
    side = "left" if gap > 0 else "right"
    return [Finding("one_sided", "advice", value=round(min(abs(gap), 99.0), 1), text=side)]


# What is seen


def _seen(probe: Probe, readings: Readings, blur: float | None) -> list[Finding]:
    seconds = probe.video_seconds or probe.duration_seconds
    if _total(readings.black) >= NEARLY_ALL * seconds:
        return [Finding("all_black", "stop")]
    found = list[Finding]()
    for dark in _longest(readings.black):
        in_middle = dark.start > BETWEEN_SECONDS and dark.end < seconds - BETWEEN_SECONDS
        is_long = dark.end - dark.start >= LONG_BLACK_SECONDS
        severity: Severity = "advice" if is_long and in_middle else "note"
        found.append(Finding("black", severity, *_rounded(dark)))
    found += _still(readings, seconds)
    if blur is not None and blur > BLUR:
        found.append(
            Finding("blur", "advice" if blur > STRONG_BLUR else "note", value=round(blur, 2))
        )
    return found


def _still(readings: Readings, seconds: float) -> list[Finding]:
    """Tell where the picture stands. Slides with a voice stand still nearly always: no complaint."""
    still = [one for one in readings.frozen if not _is_inside(one, readings.black)]
    if _total(still) > SLIDES_FROM * seconds and len(still) > 1:
        return []
    found = list[Finding]()
    for one in _longest(still):
        severity: Severity = "advice" if one.end - one.start >= LONG_STILL_SECONDS else "note"
        found.append(Finding("frozen", severity, *_rounded(one)))
    return found


def _bars(crops: Sequence[Crop], width: int, height: int) -> list[Finding]:
    """Find bars burnt into the picture: black on two opposite sides, nearly all the time."""
    if not crops or not width or not height:
        return []
    across = min(
        _steady([crop.left / width for crop in crops]),
        _steady([1 - crop.right / width for crop in crops]),
    )
    along = min(
        _steady([crop.top / height for crop in crops]),
        _steady([1 - crop.bottom / height for crop in crops]),
    )
    has_sides, has_top = across >= BAR_SHARE, along >= BAR_SHARE
    if not has_sides and not has_top:
        return []
    kind = "windowbox" if has_sides and has_top else "pillarbox" if has_sides else "letterbox"
    seen = (1 - 2 * across * has_sides) * (1 - 2 * along * has_top)
    severity: Severity = "note" if kind == "letterbox" and seen > 0.7 else "advice"
    return [Finding("bars", severity, value=round(1 - seen, 2), text=kind)]


def _steady(shares: list[float]) -> float:
    """Return the bar that all but a tenth of the frames have."""
    return sorted(shares)[round((1 - STEADY) * (len(shares) - 1))]


# Stretches


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    joined = list[Stretch]()
    for one in sorted(stretches):
        if joined and one.start - joined[-1].end <= BETWEEN_SECONDS:
            joined[-1] = Stretch(joined[-1].start, max(one.end, joined[-1].end))
        else:
            joined.append(one)
    return joined


def _longest(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the longest of them, in the order of the film."""
    by_length = sorted(stretches, key=lambda one: one.start - one.end)
    return sorted(by_length[:MOST_STRETCHES])


def _is_inside(one: Stretch, others: Sequence[Stretch]) -> bool:
    return any(o.start - 1 <= one.start and one.end <= o.end + 1 for o in others)


def _total(stretches: Sequence[Stretch]) -> float:
    return sum(one.end - one.start for one in stretches)


def _rounded(stretch: Stretch) -> tuple[float, float]:
    return round(stretch.start, 2), round(stretch.end, 2)
