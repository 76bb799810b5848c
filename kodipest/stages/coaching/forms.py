from django import forms
from django.utils.translation import gettext_lazy as _


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
