"""Filters of the order list, and the form of a hold."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from ordersops.lists import Filters, StoreField, Words
from ordersops.orders.lifecycle import HoldReason, Payment, Risk, Stage


class OrderFilters(Filters):
    q = Words()
    store = StoreField()
    stage = forms.ChoiceField(choices=[("", "All"), *Stage.choices])
    payment = forms.ChoiceField(choices=[("", "All"), *Payment.choices])
    risk = forms.ChoiceField(choices=[("", "All"), *Risk.choices])
    on_hold = forms.BooleanField()
    since = forms.DateField()
    until = forms.DateField()

    def read(self) -> dict[str, Any]:
        """Days become moments in UTC; `until` takes its whole day in."""
        asked = super().read()
        for name, days in (("since", 0), ("until", 1)):
            if asked[name]:
                try:
                    asked[name] = timezone.make_aware(datetime.combine(asked[name] + timedelta(days=days), time.min))
                except OverflowError:
                    asked[name] = None
        return asked


# A fraud hold is placed by the assessment and ends with a decision; a person has the other reasons.
HOLD_REASONS = [(reason.value, reason.label) for reason in HoldReason if reason != HoldReason.FRAUD]


class HoldForm(forms.Form):
    reason = forms.ChoiceField(choices=HOLD_REASONS)
    note = forms.CharField(required=False, max_length=300)
