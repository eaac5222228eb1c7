"""The form of a playbook. What may stand in it is the verb's business; here is only what the fields look like."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from ordersops.cases.lanes import Lane
from ordersops.choices import choose_from
from ordersops.review.actions import Said
from ordersops.review.models import PlaybookVersion
from ordersops.review.playbooks import COMPARISONS, facts_of
from ordersops.review.queries import reasons_of
from ordersops.rollout.rules import MOST
from ordersops.stores.models import Store

TERM = "term_"


class PlaybookForm(forms.Form):
    """Every field of a version. `store` is asked only of a new one."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=80, label="Name", widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text="The situation, in a few words.",
    )  # fmt: skip
    store = forms.ChoiceField(required=False, label="Store", widget=forms.Select(attrs={"class": "select"}))
    steps = forms.CharField(
        max_length=4000, label="What to do", widget=forms.Textarea(attrs={"class": "textarea", "rows": 6}),
        help_text="One step a line, in their order.",
    )  # fmt: skip
    outcome = forms.ChoiceField(required=False, label="Outcome", widget=forms.Select(attrs={"class": "select"}))
    reason = forms.ChoiceField(required=False, label="Reason, where that is advised", widget=forms.Select(attrs={"class": "select"}))
    reason_against = forms.ChoiceField(
        required=False, label="Reason, where it is against the advice", widget=forms.Select(attrs={"class": "select"})
    )
    note = forms.CharField(
        required=False, max_length=2000, label="Note", widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
        help_text="It begins with this; the person completes it. The customer never sees it.",
    )  # fmt: skip

    def __init__(self, about: Lane, stores: Iterable[Store] | None, *, everywhere: bool = False, data: Any = None, **more: Any) -> None:
        super().__init__(data, label_suffix="", **more)
        self.lane = about
        facts = [("", "–"), *((key, one.label) for key, one in facts_of(about).items())]
        for number in range(1, MOST + 1):
            self.fields[f"fact_{number}"] = _choice(facts, f"Condition {number}: fact")
            self.fields[f"op_{number}"] = _choice(COMPARISONS.items(), f"Condition {number}: comparison")
            self.fields[f"value_{number}"] = forms.CharField(
                required=False, max_length=120, label=f"Condition {number}: value",
                widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
            )  # fmt: skip
        choose_from(self, "outcome", [("", "Nothing: only the steps"), *((key, one.label) for key, one in about.outcomes.items())])
        for name, overrides, none in (("reason", False, "The default one"), ("reason_against", True, "The person chooses")):
            codes = [reason for reason in reasons_of(about) if reason.overrides == overrides]
            choose_from(self, name, [("", none), *((one.code, f"{one.code} {one.sentence}") for one in codes)])
        if stores is None:
            del self.fields["store"]
        else:
            choose_from(self, "store", [*([("", "Every store")] if everywhere else []), *((str(one.pk), one.name) for one in stores)])
        for name, outcomes in prepared_fields(about).items():
            self.fields[TERM + name] = forms.CharField(
                required=False, max_length=1000, label=name.capitalize(), help_text=f"For {', '.join(outcomes)}: what the customer would read.",
                widget=forms.Textarea(attrs={"class": "textarea", "rows": 2 if name == "subject" else 4}),
            )  # fmt: skip

    def conditions(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [(self[f"fact_{number}"], self[f"op_{number}"], self[f"value_{number}"]) for number in range(1, MOST + 1)]

    def words(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(TERM)]

    def said(self) -> Said:
        """What was typed, for the verbs."""
        read = self.cleaned_data
        conditions = [
            [read[f"fact_{number}"], read[f"op_{number}"], read[f"value_{number}"]]
            for number in range(1, MOST + 1)
            if read.get(f"fact_{number}")
        ]
        terms = {name.removeprefix(TERM): said for name, said in read.items() if name.startswith(TERM) and said}
        return Said(
            read["name"],
            conditions,
            read["steps"].splitlines(),
            read["outcome"],
            read["reason"],
            read["reason_against"],
            terms,
            read["note"],
        )


def prepared_fields(about: Lane) -> dict[str, list[str]]:
    """The words that can be prepared in the lane, each with the outcomes that have them."""
    found: dict[str, list[str]] = {}
    for outcome, names in about.preparable.items():
        for name in names:
            found.setdefault(name, []).append(about.outcomes[outcome].label)
    return found


def initial_of(row: PlaybookVersion) -> Mapping[str, Any]:
    """What the form begins with: the version as it is."""
    found: dict[str, Any] = {name: getattr(row, name) for name in ("version", "name", "outcome", "reason", "reason_against", "note")}
    for number, (fact, op, value) in enumerate(row.conditions[:MOST], start=1):
        shown = "yes" if value is True else "no" if value is False else "" if value is None else str(value)
        found |= {f"fact_{number}": fact, f"op_{number}": op, f"value_{number}": shown}
    return {**found, "steps": "\n".join(row.steps), **{TERM + name: said for name, said in row.terms.items()}}


def _choice(choices: Iterable[tuple[str, str]], label: str) -> forms.ChoiceField:
    return forms.ChoiceField(required=False, choices=list(choices), label=label, widget=forms.Select(attrs={"class": "select"}))
