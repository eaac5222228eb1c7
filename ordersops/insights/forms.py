"""What is read from the addresses and forms of these pages."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from ordersops.insights.tower import GROUPS, OWNERS, URGENCIES
from ordersops.lists import Filters, StoreField, Words

WORK_DAYS = (("7", "7 days"), ("30", "30 days"))
QUALITY_DAYS = (("30", "30 days"), ("90", "90 days"), ("365", "a year"))


class WorkloadFilters(Filters):
    store = StoreField()
    lane = forms.ChoiceField()
    days = forms.ChoiceField(choices=WORK_DAYS)


class TowerFilters(Filters):
    q = Words()
    store = StoreField()
    source = forms.ChoiceField()
    urgency = forms.ChoiceField(choices=[("", "All"), *URGENCIES])
    owner = forms.ChoiceField(choices=[("", "All"), *OWNERS])
    group = forms.ChoiceField(choices=GROUPS)


class QualityFilters(Filters):
    store = StoreField()
    lane = forms.ChoiceField()
    days = forms.ChoiceField(choices=QUALITY_DAYS)


class SignalFilters(Filters):
    store = StoreField()


def since(days: str) -> datetime:
    """The first midnight (UTC) of so many days, today among them."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=int(days) - 1)


class AssignForm(forms.Form):
    to = forms.UUIDField(required=False)


class AnswerForm(forms.Form):
    outcome = forms.CharField(max_length=40, error_messages={"required": "Choose what you would decide."})
    reason = forms.CharField(max_length=10, error_messages={"required": "Choose a reason."})
    note = forms.CharField(required=False, max_length=2000)

    def wrong(self) -> list[str]:
        return [str(error) for errors in self.errors.values() for error in errors]


class SettleForm(forms.Form):
    stands = forms.CharField(max_length=20, error_messages={"required": "Choose which of the two stands."})
    note = forms.CharField(max_length=2000, error_messages={"required": "Say why, in at least ten characters."})

    def filled(self) -> dict[str, Any]:
        return {name: self.data.get(name, "") for name in self.fields}

    def wrong(self) -> list[str]:
        return [str(error) for errors in self.errors.values() for error in errors]
