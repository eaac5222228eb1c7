"""The forms of the stock page. Whether something may be done is the verbs' business."""

from typing import Any
from uuid import UUID

from django import forms

from ordersops.lists import Filters, StoreField, Words
from ordersops.stock.models import Kind, Location
from ordersops.stock.queries import SHOWN
from ordersops.stores.goods import NEEDS
from ordersops.stores.hours import DAYS
from ordersops.stores.worktime import countries

TEXT = {"class": "input", "autocomplete": "off"}


class LocationField(forms.ChoiceField):
    def clean(self, value: Any) -> UUID | None:
        text = super().clean(value)
        return UUID(text) if text else None


class StockFilters(Filters):
    q = Words()
    store = StoreField()
    location = LocationField()
    show = forms.ChoiceField(choices=[("", "All"), *SHOWN.items()])

    def read(self) -> dict[str, Any]:
        found = super().read()
        return {**found, "q": found["q"] or "", "show": found["show"] or "levels"}


class LocationForm(forms.Form):
    """What a location can do, whom it serves and when it works."""

    kind = forms.ChoiceField(label="Kind", choices=Kind.choices, widget=forms.Select(attrs={"class": "select"}))
    capabilities = forms.MultipleChoiceField(label="Can handle", choices=list(NEEDS.items()), required=False)
    serves = forms.CharField(
        label="Countries it serves", required=False, max_length=800, widget=forms.TextInput(attrs=TEXT),
        help_text="Two letters each, such as DE, FR, NL. None named means all.",
    )  # fmt: skip
    working_days = forms.TypedMultipleChoiceField(
        label="Working days", choices=DAYS, coerce=int, error_messages={"required": "Choose at least one working day."}
    )
    time_zone = forms.CharField(label="Time zone", max_length=60, widget=forms.TextInput(attrs=TEXT))
    holidays_of = forms.ChoiceField(
        label="Public holidays of", required=False, choices=[("", "No country"), *((code, code) for code in countries())],
        widget=forms.Select(attrs={"class": "select"}),
    )  # fmt: skip
    cut_off = forms.TimeField(
        label="Cut-off", required=False, widget=forms.TimeInput(format="%H:%M", attrs={"class": "input", "type": "time"}),
        help_text="Local time. What is routed later leaves on the next working day.",
    )  # fmt: skip
    capacity = forms.IntegerField(
        label="Orders in a day", required=False, min_value=0, max_value=1_000_000, widget=forms.NumberInput(attrs=TEXT)
    )
    handling_days = forms.IntegerField(label="Handling, working days", min_value=0, max_value=60, widget=forms.NumberInput(attrs=TEXT))
    pick_pack = forms.DecimalField(
        label="Cost of a parcel", min_value=0, max_digits=12, decimal_places=2, widget=forms.NumberInput(attrs=TEXT),
        help_text="Picking, packing and material, in the store's currency.",
    )  # fmt: skip
    priority = forms.IntegerField(
        label="Priority",
        min_value=0,
        max_value=30_000,
        widget=forms.NumberInput(attrs=TEXT),
        help_text="Lower comes first where all else is equal.",
    )

    @classmethod
    def of(cls, location: Location) -> "LocationForm":
        return cls(initial={name: getattr(location, name) for name in cls.base_fields} | {"serves": ", ".join(location.serves)})

    def clean_serves(self) -> list[str]:
        return [word.strip() for word in self.cleaned_data["serves"].replace(";", ",").split(",") if word.strip()]


class NodeForm(forms.Form):
    """The warehouse system of a location. Its secret is written and never shown."""

    url = forms.CharField(
        label="Address", required=False, max_length=200, widget=forms.TextInput(attrs={**TEXT, "inputmode": "url"}),
        help_text="Where orders are sent, signed. Left empty, a person tells the warehouse.",
    )  # fmt: skip
    secret = forms.CharField(
        label="Secret", required=False, max_length=200, widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"})
    )

    @classmethod
    def of(cls, location: Location, data: Any = None) -> "NodeForm":
        form = cls(data, initial={"url": location.node_url}, prefix="node")
        held = str(location.node_secret or "")
        ends = f" It ends in ····{held[-4:]}; left empty, it stays." if len(held) >= 8 else ""
        form.fields["secret"].help_text = f"Begins with whsec_; both sides sign with it.{ends}"
        return form


class PauseForm(forms.Form):
    note = forms.CharField(label="Why", max_length=300, widget=forms.TextInput(attrs=TEXT))


class KeepBackForm(forms.Form):
    units = forms.IntegerField(min_value=0, max_value=1_000_000)
