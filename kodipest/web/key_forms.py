"""The forms for passkeys and security keys, with the one label allauth leaves in English."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddKey(AddWebAuthnForm):  # type: ignore[misc]  # allauth brings no types
    """Add a key under a name; without one it gets a number."""

    name = forms.CharField(label=_("Name of the key"), required=False)


class RenameKey(EditWebAuthnForm):  # type: ignore[misc]  # allauth brings no types
    """Give a key another name."""

    name = forms.CharField(label=_("Name of the key"))
