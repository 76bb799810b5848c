"""What a check can find. Codes and figures; the words for people stand in `advice.py`."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

Code = Literal[
    # sound
    "no_sound",  # a film without any sound stream
    "silent",  # there is a sound stream, and nothing in it from beginning to end
    "silence",  # a stretch without sound
    "quiet",  # value: integrated loudness in LUFS
    "loud",  # value: integrated loudness in LUFS
    "true_peak",  # value: dBTP
    "clipping",  # a stretch in which the recording hit the ceiling
    "one_sided",  # value: dB between the channels; text: the side that is heard
    # picture
    "all_black",
    "black",
    "frozen",
    "blur",  # value: 0 sharp to 1 nothing to see (Crete 2007)
    "small",  # value: short side in pixels; text: "picture" for one that does not move
    "bars",  # value: share of the picture that is black; text: letterbox, pillarbox, windowbox
    # as a whole
    "short",  # value: seconds
    "long",  # value: seconds
    "cut_off",  # the index promises more than the file holds
    # captions
    "captions_missing",
    "captions_language",  # text: the language found, a BCP 47 tag; the declared one differs
    # hints for people, never a verdict
    "faces",  # value: most faces seen at once
    "nudity",  # value: confidence 0 to 1
    # like something else on this site
    "similar_picture",  # value: share of the key frames that are found there too
    "similar_sound",  # start, end: where it is heard; value: how alike, 0 to 1
]
# note: good to know. advice: better changed. stop: nobody should pass this on without having
# looked at that very place. None of them refuses anything.
Severity = Literal["note", "advice", "stop"]
SEVERITIES: tuple[Severity, ...] = ("stop", "advice", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `start` and `end` are seconds of the film; None when it is about all of it.

    `page` says which of several pictures it is about, from 1 on.
    """

    code: Code
    severity: Severity
    start: float | None = None
    end: float | None = None
    value: float | None = None
    text: str = ""
    page: int | None = None

    @property
    def seconds(self) -> float:
        """How long the stretch is; 0 when it is not a stretch."""
        return 0.0 if self.start is None or self.end is None else self.end - self.start

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can carry, without what is not said."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Rebuild a finding from JSON; fields unknown to this version are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


def worst_first(findings: list[Finding]) -> list[Finding]:
    """Sort by severity, then by place; what is about all of it comes first."""
    return sorted(
        findings, key=lambda one: (SEVERITIES.index(one.severity), one.page or 0, one.start or 0.0)
    )
