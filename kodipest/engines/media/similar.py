"""Which other originals show or sound the same. Two queries, however many there are."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from kodipest.engines.media.checks.likeness import Likeness, SameSound, same_frames, same_sound
from kodipest.engines.media.models import Examination, LikenessMark, Original

CANDIDATES = (
    40  # with most marks in common; what is not among them shares an opening title, no more
)
MOST = 5


@dataclass(frozen=True)
class Similar:
    """Another original, the share of key frames found there, and where its sound is heard here."""

    original_id: str
    picture: float
    sound: SameSound | None

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can carry."""
        sound = self.sound._asdict() if self.sound else None
        return {"original": self.original_id, "picture": self.picture, "sound": sound}


def similar_to(likeness: Likeness, *, besides: Original) -> list[Similar]:
    """Return the originals most like `likeness`, the likest first, without `besides`."""
    marks = likeness.all_marks()
    if not marks:
        return []
    meeting = LikenessMark.objects.filter(mark__in=marks).exclude(examination__original=besides)
    counted = meeting.values("examination").annotate(common=Count("pk")).order_by("-common")
    candidates = [row["examination"] for row in counted[:CANDIDATES]]
    rows = Examination.objects.filter(pk__in=candidates).values_list("original", "likeness")
    found = (_compare(likeness, str(original), stored) for original, stored in rows)
    alike = [one for one in found if one.picture or one.sound]
    return sorted(alike, key=_how_alike, reverse=True)[:MOST]


def _compare(likeness: Likeness, original_id: str, stored: dict[str, Any]) -> Similar:
    other = Likeness.from_dict(stored)
    return Similar(original_id, same_frames(likeness, other), same_sound(likeness, other))


def _how_alike(one: Similar) -> float:
    return one.picture + (one.sound.alike if one.sound else 0.0)
