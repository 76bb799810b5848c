from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kodipest.people.models import Organisation, Person, Role
from kodipest.people.queries import members, organisations_of
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
            "synopsis": _("Two or three sentences for those who have not seen it."),
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
    """One file for the open version; type and size are looked at by the media engine."""

    upload = forms.FileField(
        label=_("File"), error_messages={"required": _("Choose a file first.")}
    )
    role = forms.ChoiceField(choices=Asset.Role, required=False, widget=forms.HiddenInput)

    def clean_role(self) -> Asset.Role:
        """Take the main place when none is named."""
        return Asset.Role(self.cleaned_data["role"] or Asset.Role.MAIN)


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
