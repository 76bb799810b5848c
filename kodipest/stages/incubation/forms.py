from django import forms
from django.utils.translation import gettext_lazy as _


class EnterForm(forms.Form):
    """A press of a button; it exists to carry a refusal back."""


class SendBackForm(forms.Form):
    """Why a work goes back to its makers."""

    why = forms.CharField(
        label=_("What should change"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
