from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from kodipest.works.models import Revision


class HandInForm(forms.Form):
    """A press of a button; it exists to carry a refusal back."""


class AdviceForm(forms.Form):
    """What a mentor writes to the makers."""

    text = forms.CharField(
        label=_("Your advice"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("First what is good, then the one thing that matters most."),
    )


class ApproveForm(forms.Form):
    """A signature under one exact version: the one that was read, not one handed in since."""

    revision = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, newest: Revision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newest = newest

    def clean_revision(self) -> UUID:
        """Refuse when another version has come in meanwhile."""
        chosen: UUID = self.cleaned_data["revision"]
        if chosen != self.newest.pk:
            raise forms.ValidationError(
                _("A newer version was handed in meanwhile. Read it first; nothing was signed."),
                code="newer_version",
            )
        return chosen
