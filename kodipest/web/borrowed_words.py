"""Sentences of Django and allauth that our pages show and that we say in our own words.

Both bring catalogues in our languages, and those are used as they are. Where theirs are missing,
cold, or use another word than the rest of the site, the sentence is named here: so it enters
locale/, whose words win over those of any app. Nothing imports this; the catalogues read it.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

ACCOUNT = (
    _("Username"),
    _("Username (optional)"),
    _("The username and/or password you specified are not correct."),
    _("Too many failed login attempts. Try again later."),
    _("This account is currently inactive."),
    _("Be patient, you are sending too many requests."),
    _("Successfully signed in as %(name)s."),
    _("You have signed out."),
    _("Please type your current password."),
    _("Incorrect password."),
    _("Current Password"),
    _("New Password"),
    _("New Password (again)"),
    _("Password successfully changed."),
    _("Password successfully set."),
    _("You must type the same password each time."),
    _("Use your password"),
)
SECOND_STEP = (
    _("Authenticator code"),
    _("Code"),
    _("Incorrect code."),
    _("Use authenticator app or code"),
    _("Authenticator app activated."),
    _("Authenticator app deactivated."),
    _("A new set of recovery codes has been generated."),
    _("You cannot generate recovery codes without having two-factor authentication enabled."),
    _("Passwordless"),
    _(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes "
        "additional requirements such as biometrics or PIN protection."
    ),
)
FORMS = (
    _("This field is required."),
    _("No file was submitted. Check the encoding type on the form."),
    _("No file was submitted."),
    _("The submitted file is empty."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    _("Select a valid choice. That choice is not one of the available choices."),
)
COUNTED = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
)
