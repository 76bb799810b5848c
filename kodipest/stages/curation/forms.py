from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kodipest.stages.curation import rubric
from kodipest.stages.curation.models import Verdict

# What each score means, from the lowest to the highest.
SCORES = {
    1: _("1 · not yet"),
    2: _("2 · nearly"),
    3: _("3 · good"),
    4: _("4 · exemplary"),
}


class SubmitForm(forms.Form):
    """A word to the curators, who see no names."""

    note = forms.CharField(
        label=_("A note to the curators"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Write no names: the curators judge without them."),
    )


class SendBackForm(forms.Form):
    """Why a passed work goes back to its makers after all."""

    why = forms.CharField(
        label=_("What should change"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Its makers read this."),
    )


class VerdictForm(forms.Form):
    """A rubric, a praise, an advice; the button that is pressed says the outcome."""

    outcome = forms.ChoiceField(choices=Verdict.Outcome)
    praise = forms.CharField(
        label=_("What is good"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One thing the makers should keep."),
    )
    advice = forms.CharField(
        label=_("What to improve"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you return the work: one thing, said so that a santri can do it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for criterion in rubric.CRITERIA:
            self.fields[criterion.key] = forms.TypedChoiceField(
                label=str(criterion.name),
                help_text=str(criterion.question),
                choices=list(SCORES.items()),
                coerce=int,
                widget=forms.RadioSelect(attrs={"data-weight": criterion.weight}),
            )

    @property
    def criteria(self) -> list[tuple[forms.BoundField, rubric.Criterion]]:
        """The rubric as fields, each beside what it weighs."""
        return [(self[criterion.key], criterion) for criterion in rubric.CRITERIA]

    @property
    def total(self) -> float | None:
        """The points as typed so far, when every criterion has a score."""
        scores = self.scores
        return rubric.total(scores) if len(scores) == len(rubric.CRITERIA) else None

    @property
    def scores(self) -> dict[str, int]:
        """The scores that are valid so far, by criterion."""
        cleaned = getattr(self, "cleaned_data", {})
        keys = [criterion.key for criterion in rubric.CRITERIA]
        return {key: cleaned[key] for key in keys if isinstance(cleaned.get(key), int)}

    @property
    def decision(self) -> dict[str, Any]:
        """What the operation asks for."""
        return {
            "outcome": Verdict.Outcome(self.cleaned_data["outcome"]),
            "scores": self.scores,
            "praise": self.cleaned_data["praise"],
            "advice": self.cleaned_data["advice"],
        }
