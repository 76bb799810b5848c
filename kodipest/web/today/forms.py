from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class LanguageForm(forms.Form):
    """The language a person reads in."""

    language = forms.ChoiceField(label=_("I read in"), choices=settings.LANGUAGES)
