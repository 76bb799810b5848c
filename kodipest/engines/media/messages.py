"""What is said to a person for each code: what happened, what was kept, what to do next."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from kodipest.kernel.errors import Refusal

if TYPE_CHECKING:  # the type of a text that is translated when it is read; it has no public name
    from django.utils.functional import _StrPromise

_WORDS: dict[str, "_StrPromise"] = {
    # what is wrong with a file (errors.Unusable)
    "empty": _("This file is empty. Choose it again; if it came by phone, send it once more."),
    "not_media": _(
        "This is not a film, a sound, a picture, a PDF or an e-book. Nothing was kept; choose another file."
    ),
    "disguised": _(
        "This file is not what its beginning says it is, so it was not kept. "
        "Export it again from the program in which it was made."
    ),
    "damaged": _(
        "This file is damaged or was cut off on its way. Nothing was kept; copy it again from the camera and choose it once more."
    ),
    "no_duration": _(
        "Nothing can be played in this file: it lasts zero seconds. Record or export it again."
    ),
    "too_large": _(
        "The picture or the film is larger than this site can prepare. Export it smaller and choose it again."
    ),
    "locked": _(
        "This document opens only with a password or a licence. Save a copy without one and choose that."
    ),
    "not_captions": _(
        "No subtitles were found in this file. Export them as SRT, WebVTT or ASS and choose it again; nothing was changed."
    ),
    "captions_too_large": _(
        "This file is too large for subtitles. Nothing was changed; choose the SRT, WebVTT or ASS file."
    ),
    "unsupported": _(
        "This kind of file cannot be prepared here. Export it as MP4, MP3, JPEG, PNG, PDF or EPUB and choose it again."
    ),
    # what went wrong while it was prepared
    "encoder_failed": _(
        "This file could not be prepared for watching. The original is kept; press “Try again”, or export it anew and upload that."
    ),
    "stalled": _(
        "The preparation of this file came to a halt. The original is kept; press “Try again”, or export it anew and upload that."
    ),
    "interrupted": _(
        "The preparation was cut off too often. The original is kept; press “Try again”."
    ),
    "store_away": _(
        "The place where films are kept does not answer or takes nothing more, so the preparation rests. Nothing is lost; it goes on by itself."
    ),
    # what went wrong on its way in
    "no_space": _(
        "There is not enough room on the disk of this site. Nothing was kept of this file; tell the operator, then send it again."
    ),
    "too_big": _("This file is larger than %(limit)s, the limit of this site. Nothing was kept."),
    "sign_in_first": _("Sign in before you send a file. Nothing was kept of it."),
    "upload_cut": _("The file did not arrive whole. Nothing was kept; send it again."),
    # what went wrong on its way in, in parts
    "not_whole": _(
        "This file has not arrived whole yet. What has come is kept; choose it once more and go on."
    ),
    "arrival_unknown": _(
        "There is no such upload any more. If the file is still missing, send it once more."
    ),
    "arrival_expired": _(
        "This upload rested for too long, so its bytes were removed. Send the file once more."
    ),
    "arrival_busy": _(
        "This file is being sent or looked at in another window. Wait a little, then try again; nothing was lost."
    ),
    "arrival_taken": _("This file has its place already; remove it there."),
    "offset_differs": _(
        "The site has more or less of this file than this computer thought. Nothing was lost; press “Go on”."
    ),
    "more_than_declared": _(
        "More came than the file was said to be long. Choose the file once more; what came before is kept."
    ),
    "checksum_differs": _(
        "A part of the file was damaged on its way and was not counted. Press “Go on”: it is sent again."
    ),
    "lines_busy": _(
        "Many files are being sent right now. Yours goes on by itself in a moment; nothing was lost."
    ),
    "too_many_arrivals": _(
        "You have %(limit)s files that are not finished. Finish or remove some of them first."
    ),
    "quota_person": _(
        "This file (%(length)s) does not fit: you may keep %(limit)s and have %(left)s left. "
        "Nothing was sent; remove files you no longer need, or ask the operator for more."
    ),
    "quota_group": _(
        "This file (%(length)s) does not fit: together you may keep %(limit)s and have %(left)s left. "
        "Nothing was sent; remove files you no longer need, or ask the operator for more."
    ),
    # what cannot be done with it now
    "not_ready": _("This is still being prepared. Wait until it is ready, then try again."),
    "nothing_to_cancel": _("There is nothing to call off: it has ended already."),
    "nothing_to_retry": _("There is nothing to try again: it is waiting, at work or ready."),
}
_NO_SPACE_AT_WORK = _(
    "The disk of this site is full, so the preparation rests. The original is kept; it goes on by itself when there is room."
)
_AT_FAULT_AT_WORK = _(
    "This file is damaged, or of a kind that cannot be prepared here. The original is kept; export it anew from the program in which it was made, and upload that."
)
# What is found out only when somebody reads the file to its end: by then the original is kept.
_AT_FAULT = {
    "damaged",
    "disguised",
    "locked",
    "no_duration",
    "not_media",
    "too_large",
    "unsupported",
}


def words(code: str) -> "_StrPromise":
    """Return what to say for `code`; an unknown one is told as a failed preparation."""
    return _WORDS.get(code, _WORDS["encoder_failed"])


def words_for_transcode(error_code: str) -> "_StrPromise":
    """Return what to say about a transcode that rests or failed; its original is safe."""
    if error_code in _AT_FAULT:
        return _AT_FAULT_AT_WORK
    return _NO_SPACE_AT_WORK if error_code == "no_space" else words(error_code)


def refusal(code: str, **params: Any) -> Refusal:
    """Return the Refusal for `code`, in the language of whoever reads it."""
    return Refusal(words(code), code=code, params=params or None)
