from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kodipest.engines.media.captions import MAX_BYTES, Cue, read_captions
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.messages import refusal


class CaptionsForm(forms.Form):
    """Captions as WebVTT, written by the editor or by hand; empty takes them out."""

    text = forms.CharField(
        label=_("Subtitles"),
        required=False,
        strip=False,
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true", "dir": "auto"}),
        help_text=_(
            "Time, an arrow, time; below it what is said; an empty line between subtitles."
        ),
    )
    after = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean_text(self) -> tuple[Cue, ...]:
        """Return the cues; times without an order, and text without times, are told."""
        text: str = self.cleaned_data["text"]
        said = text.replace("WEBVTT", "", 1).strip()
        return _cues_of(text.encode()) if said else ()


class BringCaptionsForm(forms.Form):
    """A caption file from another program."""

    file = forms.FileField(label=_("Subtitle file (SRT, WebVTT, ASS)"))

    def clean_file(self) -> tuple[Cue, ...]:
        """Return the cues of the file; it is small, so it may be read whole."""
        file: Any = self.cleaned_data["file"]
        with file:
            return _cues_of(file.read(MAX_BYTES + 1))


def _cues_of(content: bytes) -> tuple[Cue, ...]:
    try:
        return read_captions(content)
    except Unusable as unusable:
        code = "captions_too_large" if unusable.code == "too_large" else "not_captions"
        raise refusal(code) from unusable
