"""What the page of one work shows to its makers and to those who lead their house."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kodipest.engines.media.messages import words_for_transcode
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.queries import waiting_before
from kodipest.engines.media.recipes import MAX_FPS
from kodipest.engines.media.storage import private_url
from kodipest.engines.media.uploads import room
from kodipest.people.models import Person
from kodipest.works.exhibits import manifest_of
from kodipest.works.forms import CreditForm, TextForm, UploadForm
from kodipest.works.journey import Stage
from kodipest.works.models import LANGUAGES, Asset, Revision, Work
from kodipest.works.preview import preview_of
from kodipest.works.queries import history, removed_credits
from kodipest.works.standing import Standing
from kodipest.works.studio import Desk, Standings, Step, standings_of, steps_on, voices_on
from kodipest.works.unfinished import unfinished_of

Bound = Mapping[str, forms.BaseForm]
ACCEPTED = {
    Work.Kind.VIDEO: "video/*,.mkv,.mts",
    Work.Kind.AUDIO: "audio/*",
    Work.Kind.POSTER: "image/*,.heic",
    Work.Kind.COMIC: "image/*,.heic,.pdf,.cbz",
    Work.Kind.EBOOK: ".pdf,.epub,application/pdf,application/epub+zip",
}


def desk_context(work: Work, person: Person, bound: Bound | None = None) -> dict[str, Any]:
    """Gather the page of `work`; `bound` holds forms that were refused, by name."""
    bound = bound or {}
    shown = files_context(work, person, bound)
    revision: Revision = shown["revision"]
    may_change = shown["may_change"]
    return shown | {
        "unfinished": unfinished_of(person, work) if shown["is_open"] else [],
        "caption_links": caption_links(work, revision) if shown["preview"].is_film else None,
        "text_form": text_form_of(work, revision, bound) if may_change else None,
        "credits": work.credits.select_related("person"),
        "removed_credits": removed_credits(work),
        "credit_form": (bound.get("credit") or CreditForm(house=work.organisation))
        if may_change and (work.stage == Stage.TRAINING or "credit" in bound)
        else None,
        "versions": work.revisions.select_related("made_by"),
        "passages": history(work),
        "voices": voices_on(work),
        "takes_packs": work.kind in {Work.Kind.VIDEO, Work.Kind.AUDIO},
        "may_withdraw": work.stage == Stage.PUBLICATION
        and person.has_perm("publication.withdraw_work", work),
    }


def caption_links(work: Work, revision: Revision) -> dict[str, list[dict[str, str]]]:
    """Say where the captions of each language are written: those that are there, those that are not."""
    links: dict[str, list[dict[str, str]]] = {"there": [], "missing": []}
    for code, label in LANGUAGES:
        where = "there" if code in revision.caption_languages else "missing"
        address = reverse("captions_edit", args=[work.pk, code])
        links[where].append({"label": str(label), "url": address})
    return links


def text_form_of(work: Work, revision: Revision, bound: Bound) -> forms.BaseForm | None:
    """Return the words to change; words that were refused are never lost, even when it is too late."""
    if refused := bound.get("text"):
        return refused
    return TextForm(kind=work.kind, instance=revision) if revision.is_open else None


def files_context(work: Work, person: Person, bound: Bound | None = None) -> dict[str, Any]:
    """Gather the part of the page that changes while files are prepared."""
    bound = bound or {}
    told = standings_of([work])[0]
    revision = told.revision
    may_change = person.has_perm("works.change_work", work)
    is_open = revision.is_open and may_change
    rows = [row_of(asset, number) for number, asset in enumerate(revision.main_files, start=1)]
    rows += [row_of(asset, 0) for asset in revision.files if asset.role == Asset.Role.COVER]
    return {
        "work": work,
        "revision": revision,
        "told": told,
        "may_change": may_change,
        "lies_under": reverse("studio" if may_change else "studio_all"),
        "is_open": is_open,
        "rows": rows,
        "is_busy": any(row["is_busy"] for row in rows),
        "has_failed": any(row["is_failed"] for row in rows),
        "news": news_of(revision),
        "preview": preview_of(revision),
        "refused": [
            error
            for name, form in bound.items()
            if name not in {"text", "upload", "credit"}
            for error in form.non_field_errors()
        ],
        "steps": [step for step in steps_of(told, person, bound) if may_change or step.is_link],
        "upload_form": bound.get("upload") or UploadForm() if is_open else None,
        "takes_main": work.kind != Work.Kind.ARTICLE,
        "accepted": ACCEPTED.get(Work.Kind(work.kind), ""),
        "main_word": main_word(work, revision),
        "room": room(),
    }


def news_of(revision: Revision) -> str:
    """Say in a mark what a page shows besides the bars; when it changes, the page is told more."""
    transcodes = [asset.transcode for asset in revision.files]
    return "-".join(
        str(sum(found))
        for found in (
            (transcode.is_playable for transcode in transcodes),
            (transcode.is_failed for transcode in transcodes),
        )
    )


def row_of(asset: Asset, number: int) -> dict[str, Any]:
    """Tell how far the preparation of one file is, in words and figures."""
    transcode = asset.transcode
    is_running = transcode.state == Transcode.State.RUNNING
    is_waiting = transcode.state == Transcode.State.WAITING
    return {
        "asset": asset,
        "number": number,
        "picture": small_picture(asset),
        "is_busy": is_running or is_waiting,
        "is_running": is_running,
        "is_failed": transcode.is_failed,
        "is_cancelled": transcode.is_cancelled,
        "more": words_for_additions(asset),
        "has_fast_motion": asset.original.has_fast_motion,
        "keeps_motion": transcode.max_fps > MAX_FPS,
        "percent": transcode.progress * 100 if is_running else None,
        "left": time_left(transcode.seconds_left) if is_running else queue_words(transcode, number),
        "seconds": asset.original.probe.get("duration_seconds"),
        "trouble": words_for_transcode(transcode.error_code) if transcode.error_code else "",
    }


def words_for_additions(asset: Asset) -> str:
    """Say that larger pictures follow, or that the film stays without them; mostly nothing."""
    transcode = asset.transcode
    if not transcode.is_done or asset.original.kind != "video":
        return ""
    states = {row.part: row for row in transcode.additions.all()}
    high = states.get(Transcode.Part.HIGH)
    if high is None or high.is_done:
        return ""
    if high.is_unfinished:
        return _("Larger pictures follow by themselves.")
    return _("The larger pictures could not be prepared. The film can be watched without them.")


def small_picture(asset: Asset) -> str:
    """Return a small picture of a page, poster or cover; a film is shown by its player."""
    name = manifest_of(asset).get("poster_small") if asset.original.kind == "image" else None
    return private_url(asset.transcode, name) if name else ""


def time_left(seconds: int | None) -> str:
    """Say how long it still takes; nothing while nobody knows."""
    if seconds is None:
        return ""
    if seconds < 90:
        return ngettext("%(count)s second left", "%(count)s seconds left", seconds) % {
            "count": seconds
        }
    minutes = round(seconds / 60)
    return ngettext("%(count)s minute left", "%(count)s minutes left", minutes) % {"count": minutes}


def queue_words(transcode: Transcode, number: int) -> str:
    """Say how many files come before this one; asked once for a comic, whose pages follow each other."""
    if transcode.state != Transcode.State.WAITING or number > 1:
        return ""
    before = waiting_before(transcode)
    return ngettext("%(count)s before it", "%(count)s before it", before) % {"count": before}


def main_word(work: Work, revision: Revision) -> str:
    """Name what the upload box waits for."""
    words = {
        Work.Kind.VIDEO: _("Choose the film"),
        Work.Kind.AUDIO: _("Choose the recording"),
        Work.Kind.POSTER: _("Choose the picture"),
        Work.Kind.COMIC: _("Choose the next page"),
        Work.Kind.EBOOK: _("Choose the PDF or EPUB"),
    }
    if revision.main and work.kind != Work.Kind.COMIC:
        return _("Choose another file in its place")
    return words.get(Work.Kind(work.kind), "")


def steps_of(told: Standings, person: Person, bound: Bound) -> list[Step]:
    """List what may come next; opening a new version is the makers' own step."""
    if told.standing == Standing.RETURNED:
        form = bound.get("begin")
        return [
            Step(
                title=_("Start a new version"),
                text=_("It begins as a copy of the last one, files included; the old one is kept."),
                url=reverse("studio_begin", args=[told.work.pk]),
                action=_("Start version %(number)s") % {"number": told.revision.number + 1},
                form=form,
            )
        ]
    return steps_on(Desk(told.work, told.revision, told.standing, person, bound))
