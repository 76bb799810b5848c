from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kodipest.engines.media.messages import refusal as media_refusal
from kodipest.engines.media.models import Arrival
from kodipest.engines.media.operations import find_arrival
from kodipest.kernel.errors import Refusal
from kodipest.people.models import Organisation, Person, Role
from kodipest.people.queries import members, organisations_of
from kodipest.works import words
from kodipest.works.models import LANGUAGES, Asset, Credit, Revision, Work

MAKER_ROLES = (Role.SANTRI, Role.COACH)


class StartWorkForm(forms.Form):
    """What a work needs to begin: a kind, a title, a language, and the house it is made in."""

    kind = forms.ChoiceField(
        label=_("What do you make?"), choices=Work.Kind, widget=forms.RadioSelect
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        help_text=_("You can change it until you hand the work in."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, initial="id")
    organisation = forms.ModelChoiceField(
        label=_("Pesantren"), queryset=Organisation.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        houses = {house.pk: house for house in organisations_of(person, *MAKER_ROLES)}
        field = self.fields["organisation"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Organisation.objects.filter(pk__in=houses)
        if len(houses) == 1:
            self.initial["organisation"] = next(iter(houses))
            field.widget = forms.HiddenInput()

    def clean_kind(self) -> Work.Kind:
        """Return the kind as the operation wants it."""
        return Work.Kind(self.cleaned_data["kind"])


class TextForm(forms.ModelForm[Revision]):
    """The words of the open version."""

    class Meta:
        model = Revision
        fields = ["title", "synopsis", "body"]
        help_texts = {
            "synopsis": _(
                "Two or three sentences for those who have not seen it. Lines such as “1:30 How to dye” become the chapters of a podcast."
            ),
            "body": _("Leave an empty line between paragraphs. ## makes a heading, > a quotation."),
        }
        widgets = {
            "synopsis": forms.Textarea(attrs={"rows": 4}),
            "body": forms.Textarea(attrs={"rows": 18}),
        }

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != Work.Kind.ARTICLE:
            del self.fields["body"]


class UploadForm(forms.Form):
    """One file for the open version; type and size are looked at by the media engine.

    The file comes with the form, or came before it in parts: then `arrival` names it.
    """

    upload = forms.FileField(label=_("File"), required=False)
    arrival = forms.CharField(required=False, widget=forms.HiddenInput)
    role = forms.ChoiceField(choices=Asset.Role, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_arrival(self) -> Arrival | None:
        """Return the upload of this person that is named."""
        if not (name := self.cleaned_data["arrival"]):
            return None
        try:
            return find_arrival(arrival_id=UUID(name), by=self.person)
        except ValueError:
            self.add_error(None, media_refusal("arrival_unknown"))
        except Refusal as refusal:
            self.add_error(None, refusal)
        return None

    def clean_role(self) -> Asset.Role:
        """Take the main place when none is named."""
        return Asset.Role(self.cleaned_data["role"] or Asset.Role.MAIN)

    def clean(self) -> dict[str, Any]:
        """Ask for the one or the other."""
        found: dict[str, Any] = self.cleaned_data
        if not (found.get("upload") or found.get("arrival") or self.errors):
            self.add_error("upload", ValidationError(_("Choose a file first."), code="required"))
        return found


class ReadForm(forms.Form):
    """Carries which version stood on the page, so that only that one is acted upon.

    The page writes the field itself, with the version it shows: after a refusal that is a newer one.
    """

    read = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": words.NEWER_VERSION, "invalid": words.NEWER_VERSION},
    )


class CreditForm(forms.Form):
    """A part in the work, for somebody of the same house."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none())
    role = forms.ChoiceField(label=_("Part"), choices=Credit.Role, initial=Credit.Role.AUTHOR)

    def __init__(self, *args: Any, house: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = members(house, *MAKER_ROLES)

    def clean_role(self) -> Credit.Role:
        """Return the part as the operation wants it."""
        return Credit.Role(self.cleaned_data["role"])
