from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kodipest.kernel.text import clean_line
from kodipest.stages.publication.models import Channel
from kodipest.works.forms import ReadForm


class PublishForm(ReadForm):
    """The channel in which a work comes out, and which version stood on the page."""

    channel = forms.ModelChoiceField(
        label=_("Channel"),
        queryset=Channel.objects.all(),
        empty_label=None,
        widget=forms.RadioSelect,
    )


class ChannelForm(forms.Form):
    """A new channel."""

    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(
        label=_("About"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One or two sentences: for whom it is and what comes out here."),
    )


class WithdrawForm(forms.Form):
    """Why a work is taken off, confirmed by typing its title."""

    why = forms.CharField(
        label=_("Why it is taken down"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Its makers read this."),
    )
    title = forms.CharField(label=_("Type the title of the work to confirm"), max_length=200)

    def __init__(self, *args: Any, title: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = title

    def clean_title(self) -> str:
        """Compare without regard to capitals and spaces."""
        typed: str = self.cleaned_data["title"]
        if clean_line(typed).casefold() != clean_line(self.wanted).casefold():
            raise forms.ValidationError(
                _("This is not the title. Nothing was taken down."), code="wrong_title"
            )
        return typed
