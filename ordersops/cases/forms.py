"""Filters of the queue, and what the acts around a case are made of. Whether they may be done is the verbs' business."""

from typing import Any

from django import forms

from ordersops.cases.actions.snoozing import REOPENING
from ordersops.cases.actions.tagging import asked_for
from ordersops.cases.around import DAYS, SPANS
from ordersops.cases.hints import hints_of
from ordersops.cases.lanes import lanes
from ordersops.cases.waiting import REASONS, WAKES
from ordersops.lists import Filters, StoreField, Words

BANDS = [("high", "High"), ("anomalous", "Anomalous")]


class HintField(forms.CharField):
    """One of the hints of any lane; in the queue of another it says nothing."""

    def clean(self, value: Any) -> str:
        key = str(super().clean(value))
        if key and not any(key in hints_of(lane) for lane in lanes().values()):
            raise forms.ValidationError("There is no such hint.")
        return key


class TagField(Words):
    """A tag as it is kept, or "" for what cannot be one."""

    def to_python(self, value: Any) -> Any:
        return asked_for(super().to_python(value))


class AnyOf(forms.MultipleChoiceField):
    """Several words of no fixed list."""

    def valid_value(self, value: Any) -> bool:
        return True


class QueueFilters(Filters):
    q = Words()
    store = StoreField()
    band = forms.ChoiceField(choices=[("", "All"), *BANDS])
    mine = forms.BooleanField()
    overdue = forms.BooleanField()
    asked = forms.BooleanField()
    escalated = forms.BooleanField()
    asleep = forms.BooleanField()
    attack = forms.BooleanField()
    hint = HintField(max_length=40)
    signal = forms.RegexField(r"^[a-z0-9_]+\Z", max_length=60)
    tag = TagField()


class AssignForm(forms.Form):
    """`to` is a person, a team as `team:` with its id, or nobody."""

    to = forms.CharField(required=False, max_length=60)
    off_duty = forms.BooleanField(required=False)
    note = forms.CharField(required=False, max_length=4000)


class EscalateForm(forms.Form):
    role = forms.CharField(max_length=60, error_messages={"required": "Choose a role or a team."})
    note = forms.CharField(max_length=4000, error_messages={"required": "Say in a note why you escalate."})


class NoteForm(forms.Form):
    note = forms.CharField(max_length=4000, error_messages={"required": "Say in a note what the others should know."})


class SnoozeForm(forms.Form):
    span = forms.ChoiceField(choices=[(key, words) for key, (words, _) in SPANS.items()], error_messages={"required": "Choose until when."})
    reason = forms.ChoiceField(choices=[(one.key, one.label) for one in REASONS.values()], error_messages={"required": "Choose why."})
    wakes_on = forms.MultipleChoiceField(required=False, choices=[(one.key, one.label) for one in WAKES.values()])
    note = forms.CharField(required=False, max_length=4000)


class ReopenForm(forms.Form):
    reason = forms.ChoiceField(choices=list(REOPENING.items()), error_messages={"required": "Choose why."})
    note = forms.CharField(required=False, max_length=4000)


class TagForm(forms.Form):
    """`had` are the tags that the form showed on the case, `kept` those that stay ticked, `more` what was typed."""

    had = AnyOf(required=False)
    kept = AnyOf(required=False)
    more = forms.CharField(required=False, max_length=300)


class DeadlineForm(forms.Form):
    """Working days from now, or `other` with a moment in the store's zone."""

    when = forms.ChoiceField(
        choices=[*((str(days), str(days)) for days in DAYS), ("other", "other")], error_messages={"required": "Choose by when."}
    )
    moment = forms.DateTimeField(required=False, error_messages={"invalid": "Write the moment as day and time."})
    note = forms.CharField(max_length=4000, error_messages={"required": "Say in a note why the deadline moves."})


class CommentForm(forms.Form):
    text = forms.CharField(required=False, max_length=4000)
    ask = forms.UUIDField(required=False)
    file = forms.FileField(required=False, max_length=255, allow_empty_file=True)


def complaints(form: forms.Form) -> list[str]:
    """What is wrong, a sentence each."""
    return [str(error) for found in form.errors.values() for error in found]
