"""What is said to a maker about each finding: what was found, and what to do about it.

The places stand beside it, so no sentence names a time. A program's guess is called one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import formats
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from kodipest.engines.media.checks.findings import Finding, Severity

if TYPE_CHECKING:  # the type of a text that is translated when it is read; it has no public name
    from django.utils.functional import _StrPromise

SEVERITY_WORDS: dict[Severity, "_StrPromise"] = {
    "stop": _("Look at this first"),
    "advice": _("Better changed"),
    "note": _("Good to know"),
}
_TONES: dict[Severity, str] = {"stop": "error", "advice": "warning", "note": "info"}

# Code, or code and text of the finding -> what was found, what to do.
_WORDS: dict[str, tuple["_StrPromise", "_StrPromise"]] = {
    "no_sound": (
        _("There is no sound"),
        _("If there should be, check whether a track is muted, and export it again."),
    ),
    "silent": (
        _("Nothing is heard from beginning to end"),
        _(
            "There is a sound track, but it is empty. Check the microphone and the tracks, then export it again."
        ),
    ),
    "silence": (
        _("Nothing is heard here"),
        _("If this was not intended, check whether a track is muted or missing."),
    ),
    "quiet": (
        _("The sound is very quiet"),
        _(
            "It is made louder for viewers, but the hiss of the room grows with it. Hold the microphone closer next time."
        ),
    ),
    "loud": (
        _("The sound is very loud everywhere"),
        _(
            "Loud and soft have become the same. If you can, export it again with less amplification."
        ),
    ),
    "true_peak": (
        _("The sound touches its upper limit"),
        _(
            "It may crackle on some phones. Lower it a little in your editing program and export it again."
        ),
    ),
    "clipping": (
        _("The sound is distorted here"),
        _(
            "It was recorded too loud. Use another take if there is one, and lower the recording level next time."
        ),
    ),
    "one_sided left": (
        _("The sound is heard only on the left"),
        _("Set the track to mono in your editing program, so that it is heard on both sides."),
    ),
    "one_sided right": (
        _("The sound is heard only on the right"),
        _("Set the track to mono in your editing program, so that it is heard on both sides."),
    ),
    "all_black": (
        _("The picture is black from beginning to end"),
        _("Check that the picture track is switched on, then export it again."),
    ),
    "black": (
        _("The picture is black here"),
        _("If this was not intended, a clip may be missing."),
    ),
    "frozen": (
        _("The picture stands still here"),
        _("If this was not intended, a clip may be missing or too short."),
    ),
    "blur": (
        _("The picture is blurred"),
        _("Clean the lens, tap the screen to focus, and export in the size in which you filmed."),
    ),
    "small": (
        _("The picture is small"),
        _(
            "It will look rough on a television. Film and export in HD (720 lines or more) if your phone can."
        ),
    ),
    "small picture": (
        _("The picture is small"),
        _("It will look rough on large screens and in print. Scan or export it larger if you can."),
    ),
    "bars letterbox": (
        _("Black bars above and below are part of the picture"),
        _("Export it without bars: the player adds them by itself where they are needed."),
    ),
    "bars pillarbox": (
        _("Black bars left and right are part of the picture"),
        _("Export it without bars: the player adds them by itself where they are needed."),
    ),
    "bars windowbox": (
        _("A black frame around it is part of the picture"),
        _("Export it in the shape in which it was filmed, so that the picture fills the screen."),
    ),
    "short": (
        _("This is very short"),
        _("If something is missing, look at what you exported."),
    ),
    "long": (
        _("This is very long"),
        _("Few people watch more than two hours at once. Think about parts."),
    ),
    "cut_off": (
        _("The end is missing"),
        _(
            "The file ends earlier than it says itself. Copy it again from the camera and send it once more."
        ),
    ),
    "captions_missing": (
        _("There are no captions yet"),
        _(
            "Many people watch without sound, and deaf people always do. Add captions when the film is final."
        ),
    ),
    "captions_language": (
        _("Captions may be in another language than they say"),
        _("Check that the right file was chosen for each language. A program guessed this."),
    ),
    "faces": (
        _("Faces can be seen"),
        _(
            "Make sure that everybody who can be recognised has consented. A program looked at a few pictures only."
        ),
    ),
    "nudity": (
        _("A program believes that bare skin can be seen here"),
        _("It is often wrong. Look at this place yourself and decide."),
    ),
    "similar_picture": (
        _("The same pictures are already on this site"),
        _(
            "That is fine for a new version of your own. Otherwise name whose pictures they are, and ask them."
        ),
    ),
    "similar_sound": (
        _("The same sound is already on this site"),
        _(
            "That is fine for a new version of your own. For music or a voice of others you need their permission."
        ),
    ),
}
_LUFS, _PEAK, _LINES = _("%(value)s LUFS"), _("%(value)s dBTP"), _("%(value)s lines")
_LANGUAGE = _("looks like: %(value)s")
_FACES = ngettext_lazy("%(value)d at once", "up to %(value)d at once", "value")


@dataclass(frozen=True)
class Advice:
    """A finding in the language of whoever reads it. Seconds of the film, a page; None: about all."""

    code: str
    severity: Severity
    title: str
    text: str
    figure: str = ""
    start: float | None = None
    end: float | None = None
    page: int | None = None

    @property
    def tone(self) -> str:
        """The colour of its note: error, warning or info."""
        return _TONES[self.severity]

    @property
    def has_place(self) -> bool:
        """Say whether it is about one place only."""
        return self.start is not None or self.page is not None

    @property
    def severity_words(self) -> str:
        """How much it matters, in words."""
        return str(SEVERITY_WORDS[self.severity])


@dataclass(frozen=True)
class Topic:
    """All places at which the same was found: one sentence, several times."""

    about: Advice
    places: Sequence[Advice]


def advice_for(finding: Finding) -> Advice:
    """Put a finding into words."""
    key = f"{finding.code} {finding.text}"
    title, text = _WORDS.get(key) or _WORDS[finding.code]
    return Advice(
        code=finding.code,
        severity=finding.severity,
        title=str(title),
        text=str(text),
        figure=_figure(finding),
        start=finding.start,
        end=finding.end,
        page=finding.page,
    )


def topics(findings: Sequence[Finding]) -> list[Topic]:
    """Put findings into words, those of one code and severity together, in their order."""
    gathered: dict[tuple[str, str, str], list[Advice]] = {}
    for finding in findings:
        key = finding.code, finding.severity, finding.text
        gathered.setdefault(key, []).append(advice_for(finding))
    return [
        Topic(about=told[0], places=[one for one in told if one.has_place])
        for told in gathered.values()
    ]


def _figure(finding: Finding) -> str:
    """Return the figure behind a finding as the reader writes numbers; empty where it says nothing."""
    value = finding.value
    if finding.code == "captions_language":
        return str(_LANGUAGE) % {"value": finding.text}
    if value is None:
        return ""
    if finding.code == "faces":
        return str(_FACES % {"value": int(value)})
    told: dict[str, tuple[Any, str]] = {
        "quiet": (_LUFS, _number(value)),
        "loud": (_LUFS, _number(value)),
        "true_peak": (_PEAK, _number(value)),
        "small": (_LINES, _number(value, 0)),
    }
    if finding.code not in told:
        return ""
    words, number = told[finding.code]
    return str(words) % {"value": number}


def _number(value: float, places: int = 1) -> str:
    """Write a number with the decimal mark of the reader and a true minus sign."""
    return formats.number_format(value, decimal_pos=places).replace("-", "−")
