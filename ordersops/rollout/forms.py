"""Forms of rollout. What may be in a policy is the verb's business; here is only what the fields look like."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from ordersops.cases.lanes import Lane
from ordersops.choices import choose_from
from ordersops.rollout import own
from ordersops.rollout.content import Content, write_amounts
from ordersops.rollout.fields import ADVISORS, BANDS, CONFIDENCES, FIELDS, SHARES
from ordersops.rollout.models import EVERYTHING, Mode
from ordersops.rollout.rules import MOST, WORDS, facts_for_rules
from ordersops.stores.models import Store

INTEGERS = frozenset(name for name, field in Content.model_fields.items() if field.annotation is int)
SWITCHES = frozenset(name for name, field in Content.model_fields.items() if field.annotation is bool)
HUNDRED = Decimal(100)


class PolicyForm(forms.Form):
    """A policy version: its scope, the conditions of the scope, and every field of Content. Shares are asked for in percent."""

    scope = forms.CharField(
        max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text="“everything”, or a name for the orders that the conditions describe, such as domestic-under-100.",
    )  # fmt: skip
    store = forms.ChoiceField(required=False, label="Store", help_text="A store's own policy goes before that of all stores.")
    note = forms.CharField(
        max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), label="Why", help_text="For the person who approves it. At least ten characters."
    )  # fmt: skip

    def __init__(self, lane: Lane, stores: Sequence[Store], everywhere: bool, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, label_suffix="", **more)
        self.lane = lane
        every = [("", "Every store")] if everywhere else []
        choose_from(self, "store", [*every, *((str(store.pk), store.name) for store in stores)])
        outcomes = [(key, outcome.label) for key, outcome in lane.outcomes.items() if outcome.automatic]
        for name, field in FIELDS.items():
            self.fields[name] = _field(name, outcomes)
            self.fields[name].label = f"{field.label}{f' ({field.unit})' if field.unit else ''}"
            self.fields[name].help_text = field.hint
        self.fields.update(own.form_fields(lane))
        facts = [("", "–"), *((key, known.label) for key, known in facts_for_rules(lane).items())]
        for number in range(1, MOST + 1):
            self.fields[f"fact_{number}"] = forms.ChoiceField(required=False, choices=facts, label=f"Condition {number}: fact")
            self.fields[f"op_{number}"] = forms.ChoiceField(
                required=False, choices=list(WORDS.items()), label=f"Condition {number}: comparison"
            )
            self.fields[f"value_{number}"] = forms.CharField(required=False, max_length=120, label=f"Condition {number}: value")

        for each in self.fields.values():
            if isinstance(each.widget, forms.Select):
                each.widget.attrs["class"] = "select"

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of Content under their headings."""
        found: dict[str, list[forms.BoundField]] = {}
        for name, field in FIELDS.items():
            found.setdefault(field.group, []).append(self[name])
        if names := own.known(self.lane):
            found[f"What {self.lane.label.lower()} goes by"] = [self[own.PREFIX + name] for name in names]
        return list(found.items())

    def conditions(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [(self[f"fact_{number}"], self[f"op_{number}"], self[f"value_{number}"]) for number in range(1, MOST + 1)]

    def rule(self) -> list[list[Any]]:
        """The conditions that name a fact."""
        read = self.cleaned_data
        return [
            [read[f"fact_{number}"], read[f"op_{number}"], read[f"value_{number}"]]
            for number in range(1, MOST + 1)
            if read.get(f"fact_{number}")
        ]

    def content(self) -> dict[str, Any]:
        """The fields of Content. Raises Invalid where the lane has no such setting."""
        asked = {name: self.cleaned_data[name] / HUNDRED if name in SHARES else self.cleaned_data[name] for name in FIELDS}
        return {**asked, "settings": own.read(self.lane, self.cleaned_data)}


def initial_of(lane: Lane, content: Content, scope: str, store: str, rule: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """What the form begins with: the policy in force."""
    found: dict[str, Any] = {name: getattr(content, name) for name in FIELDS}
    found["two_from"] = write_amounts(content.two_from)
    for name in SHARES:
        found[name] = f"{(found[name] * HUNDRED).normalize():f}"
    for number, (fact, op, value) in enumerate(rule[:MOST], start=1):
        shown = "yes" if value is True else "no" if value is False else "" if value is None else str(value)
        found |= {f"fact_{number}": fact, f"op_{number}": op, f"value_{number}": shown}
    return {**found, **own.initial(lane, content.settings), "scope": scope or EVERYTHING, "store": store}


def _field(name: str, outcomes: list[tuple[str, str]]) -> forms.Field:
    choices: dict[str, list[tuple[str, str]]] = {
        "advisor": ADVISORS, "least_confidence": CONFIDENCES, "highest_mode": [(mode.value, str(mode.label)) for mode in Mode],
    }  # fmt: skip
    if name in choices:
        return forms.ChoiceField(required=name != "advisor", choices=choices[name])
    if name in {"ask_bands", "automatic"}:
        boxes = BANDS if name == "ask_bands" else outcomes
        return forms.MultipleChoiceField(required=False, choices=boxes, widget=forms.CheckboxSelectMultiple)
    if name in SWITCHES:
        return forms.BooleanField(required=False)
    if name == "two_from":
        return forms.CharField(required=False, max_length=600)
    if name in INTEGERS:
        return forms.IntegerField()
    return forms.DecimalField(max_digits=12, decimal_places=2)


class VerdictForm(forms.Form):
    note = forms.CharField(required=False, max_length=2000)
    effective_from = forms.DateTimeField(required=False)


class StepForm(forms.Form):
    """A scope, and the rung it is to move to."""

    lane = forms.CharField(max_length=30)
    scope = forms.CharField(max_length=60)
    store = forms.UUIDField(required=False)
    to = forms.CharField(max_length=20)
    because = forms.CharField(required=False, max_length=300)


class StopForm(forms.Form):
    lane = forms.CharField(required=False, max_length=30)
    store = forms.UUIDField(required=False)
    effect = forms.CharField(required=False, max_length=40)
    why = forms.CharField(required=False, max_length=300)
