"""What a decision is made of, read from its form. Whether it may be made is the verbs' business."""

from typing import Any

from django import forms
from django.http import QueryDict

from ordersops.cases.lanes import lanes
from ordersops.review.confirming import KINDS
from ordersops.review.requests import MOST_DAYS


class Step(forms.Form):
    """A confirm step."""

    def filled(self, *more: str) -> dict[str, Any]:
        """What was typed, and what is wrong with it, for drawing the form again."""
        wrong = [f"{self.fields[name].label or name.capitalize()}: {error}" for name, found in self.errors.items() for error in found]
        return {**{name: self.data.get(name, "") for name in self.fields}, "errors": [*wrong, *more]}


class SecondForm(Step):
    version = forms.IntegerField(min_value=0, error_messages={"required": "The page did not say what it showed. Reload it."})


class ApproveForm(SecondForm):
    reason = forms.CharField(required=False, max_length=10)
    note = forms.CharField(required=False, max_length=2000)
    playbook = forms.UUIDField(required=False)  # which filled it in


class RequestForm(forms.Form):
    """`to` is a person, a role as `role:` with its key, or nobody in particular."""

    lane = forms.ChoiceField(
        choices=lambda: [(key, one.label) for key, one in lanes().items()], error_messages={"required": "Choose who reviews it."}
    )
    note = forms.CharField(max_length=4000, error_messages={"required": "Say in a note why it should be reviewed."})
    working_days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, error_messages={"required": "Choose by when."})
    to = forms.CharField(required=False, max_length=60)


class ImpressionForm(forms.Form):
    outcome = forms.CharField(max_length=40)


class TickForm(forms.Form):
    """An item of the checklist; `on` is sent where it is to be ticked."""

    item = forms.CharField(max_length=40)
    on = forms.BooleanField(required=False)


class OtherwiseForm(SecondForm):
    outcome = forms.CharField(max_length=40, error_messages={"required": "Choose what should happen instead."})
    reason = forms.CharField(max_length=10, error_messages={"required": "Choose a reason."})
    note = forms.CharField(
        min_length=10, max_length=2000, error_messages={"required": "Say in a note what you know that the advice did not."}
    )  # fmt: skip


class OverrideForm(OtherwiseForm):
    playbook = forms.UUIDField(required=False)  # which filled it in


class SendBackForm(Step):
    note = forms.CharField(min_length=10, max_length=2000, error_messages={"required": "Say why you send it back."})


class TakeBackForm(Step):
    note = forms.CharField(min_length=10, max_length=2000, error_messages={"required": "Say why you take it back."})


class AskCustomerForm(SecondForm):
    subject = forms.CharField(max_length=200, error_messages={"required": "Write a subject."})
    text = forms.CharField(min_length=20, max_length=4000, error_messages={"required": "Write what the customer is asked."})
    link = forms.MultipleChoiceField(required=False, choices=[(key, kind.label) for key, kind in KINDS.items()])

    def filled(self, *more: str) -> dict[str, Any]:
        return {**super().filled(*more), "link": self.data.getlist("link") if isinstance(self.data, QueryDict) else []}


class HarmForm(forms.Form):
    why = forms.CharField(max_length=300)
    severity = forms.CharField(max_length=4)
