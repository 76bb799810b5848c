"""What a published film or sound can be taken away in, as the desk tells of it."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from kodipest.engines.media.messages import words_for_transcode
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.queries import is_outdated
from kodipest.engines.media.storage import private_url
from kodipest.stages.publication.models import Edition
from kodipest.works.exhibits import Download, manifest_of

if TYPE_CHECKING:  # the type of a text that is translated when it is read; it has no public name
    from django.utils.functional import _StrPromise

PACKS_OF_KIND = {"video": ("whatsapp", "television", "sheet"), "audio": ("whatsapp", "podcast")}
# Name, or kind and name -> what it is called, what it is.
WORDS: dict[str, tuple["_StrPromise", "_StrPromise"]] = {
    "whatsapp": (
        _("For WhatsApp"),
        _("The film below 16 MB with a closing card, and the sound alone, which is lighter still."),
    ),
    "audio whatsapp": (_("For WhatsApp"), _("The sound alone, light enough to be sent on.")),
    "podcast": (
        _("Podcast"),
        _("MP3 and M4A with the title, the house, the cover and the chapters of the synopsis."),
    ),
    "television": (
        _("For a TV channel"),
        _(
            "The house format of a channel that never stops: one size of frame, sound and key frame."
        ),
    ),
    "sheet": (_("Page of stills"), _("Twenty stills with their times on one page, to print.")),
}
ROLES = {"film": _("Film"), "sound": _("Sound"), "sheet": _("Page of stills")}


@dataclass(frozen=True)
class PackRow:
    """One pack: whether it is asked for, how far it is, and what can be fetched of it.

    `waits_for_larger`: its turn comes when the larger pictures are out of the way. `is_outdated`: they
    have come since it was made, so that it would be better now.
    """

    name: str
    title: "_StrPromise"
    about: "_StrPromise"
    percent: float | None
    is_busy: bool
    is_there: bool
    trouble: str
    waits_for_larger: bool = False
    is_outdated: bool = False
    downloads: list[Download] = field(default_factory=list)

    @property
    def may_be_asked_for(self) -> bool:
        """Say whether a press of the button begins something."""
        return self.is_outdated or not (self.is_busy or self.is_there)


def packs_of(edition: Edition) -> list[PackRow]:
    """List the packs of the main file of `edition`; none of what is neither film nor sound."""
    main = edition.revision.main
    if main is None:
        return []
    additions = {row.part: row for row in main.transcode.additions.all()}
    names = PACKS_OF_KIND.get(main.original.kind, ())
    larger = additions.get(Transcode.Part.HIGH)
    is_larger_to_come = larger is not None and larger.is_unfinished
    of = str(edition.revision_id)
    asked = {name: row for name, row in additions.items() if row.wishes.get("of") == of}
    return [
        _row(edition, name, asked.get(name), is_larger_to_come=is_larger_to_come) for name in names
    ]


def packs_about(edition: Edition) -> dict[str, Any]:
    """Return the finished packs that tell of the version of `edition`, by name, as the manifest has them.

    The same bytes may have been packed for an earlier version or another work: its words are not shown.
    """
    main = edition.revision.main
    packs = (manifest_of(main).get("packs") or {}) if main else {}
    return {
        name: pack for name, pack in packs.items() if pack.get("of") == str(edition.revision_id)
    }


def _row(
    edition: Edition, name: str, asked: Transcode | None, *, is_larger_to_come: bool
) -> PackRow:
    is_there = asked is not None and asked.is_done
    is_running = asked is not None and asked.state == Transcode.State.RUNNING
    return PackRow(
        name,
        *(WORDS.get(f"{edition.kind} {name}") or WORDS[name]),
        percent=asked.progress * 100 if asked and is_running else None,
        is_busy=asked is not None and asked.is_unfinished,
        is_there=is_there,
        trouble=str(words_for_transcode(asked.error_code)) if asked and asked.error_code else "",
        waits_for_larger=(
            is_larger_to_come
            and asked is not None
            and (asked.part, asked.state) == (Transcode.Part.TELEVISION, Transcode.State.WAITING)
        ),
        is_outdated=asked is not None and asked.is_done and is_outdated(asked),
        downloads=_downloads(edition, name) if is_there else [],
    )


def _downloads(edition: Edition, name: str) -> list[Download]:
    """Return what a person can keep of a pack; the segments of a channel are nothing to keep."""
    main = edition.revision.main
    files = packs_about(edition).get(name, {}).get("files", [])
    return [
        Download(
            private_url(main.transcode, file["file"], download_as=_kept_as(edition, file["file"])),
            f"{ROLES[file['role']]} · {_ending(file['file']).upper()} · {filesizeformat(file['bytes'])}",
        )
        for file in files
        if main and file["role"] in ROLES
    ]


def _kept_as(edition: Edition, file: str) -> str:
    """Name it after the work, never after the file its maker sent."""
    return f"{edition.work.slug}.{_ending(file)}"


def _ending(file: str) -> str:
    return PurePosixPath(file).suffix.removeprefix(".")
