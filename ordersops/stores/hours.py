"""When people work for a store: the verb and the form. Deadlines of its cases count these hours (worktime.py)."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from django import forms

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Invalid
from ordersops.stores.actions import zone_named
from ordersops.stores.models import Store
from ordersops.stores.worktime import countries

DAYS = [(0, "Monday"), (1, "Tuesday"), (2, "Wednesday"), (3, "Thursday"), (4, "Friday"), (5, "Saturday"), (6, "Sunday")]


@atomic
def set_hours(
    *, store: Store, by: User, time_zone: str, country: str, working_days: Iterable[int], opens_at: time | None, closes_at: time | None
) -> Store:
    """Say when people work for the store: local hours on some days of the week, not on the country's public holidays.

    Without hours a day is the whole day; on every day and without a country, clocks run around the clock. Deadlines that are set
    already stay. Needs `manage_stores` in the store.
    """
    require(by, Perm.MANAGE_STORES, store.pk, to="change the working hours")
    store = Store.objects.select_for_update().get(pk=store.pk)
    days = sorted(set(working_days))
    if not days or not set(days) <= set(range(7)):
        raise Invalid("Choose at least one working day.")
    if (opens_at is None) != (closes_at is None) or (opens_at is not None and closes_at is not None and opens_at >= closes_at):
        raise Invalid("The hours need a beginning and a later end on the same day, or neither.")
    if country and country not in countries():
        raise Invalid(f"No public holidays are known for “{country[:10]}”. Choose a country of the list, or none.")
    wanted: dict[str, Any] = {
        "time_zone": zone_named(time_zone), "country": country, "working_days": days, "opens_at": opens_at, "closes_at": closes_at
    }  # fmt: skip
    changed = {
        name: {"before": _told(getattr(store, name)), "after": _told(value)}
        for name, value in wanted.items()
        if getattr(store, name) != value
    }
    if changed:
        for name, value in wanted.items():
            setattr(store, name, value)
        store.save(update_fields=list(wanted))
        record(Verb.STORE_UPDATED, by=by, store=store, changed=changed)
    return store


def _told(value: Any) -> Any:
    return value.isoformat("minutes") if isinstance(value, time) else value


class HoursForm(forms.Form):
    time_zone = forms.CharField(max_length=60, label="Time zone", widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}))
    country = forms.ChoiceField(
        required=False, label="Public holidays of", choices=[("", "No country"), *((code, code) for code in countries())],
        widget=forms.Select(attrs={"class": "select"}),
    )  # fmt: skip
    opens_at = forms.TimeField(
        required=False, label="From", widget=forms.TimeInput(format="%H:%M", attrs={"class": "input", "type": "time"})
    )
    closes_at = forms.TimeField(
        required=False, label="To", widget=forms.TimeInput(format="%H:%M", attrs={"class": "input", "type": "time"})
    )
    working_days = forms.TypedMultipleChoiceField(
        label="Working days", choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one working day."},
    )  # fmt: skip

    @classmethod
    def of(cls, store: Store) -> "HoursForm":
        return cls(
            initial={name: getattr(store, name) for name in ("time_zone", "country", "opens_at", "closes_at", "working_days")}
        )  # fmt: skip
