"""The forms of the lists. Whether an entry may be made is the verbs' business; here is only what can be typed."""

from ipaddress import ip_address
from typing import Any

from django import forms

from fraud.actions import NOTE_AT_LEAST
from fraud.models import ListedKey, ListKind
from ordersops.lists import Filters, StoreField, Words

# Cards and addresses come from an order: nobody types a fingerprint.
TYPED = [(key.value, key.label) for key in (ListedKey.EMAIL, ListedKey.PHONE, ListedKey.IP, ListedKey.DEVICE)]
WHY = "Say in a few words why, so that others can judge it later."
NOTE = {"required": WHY, "min_length": WHY}


class EntryFilters(Filters):
    q = Words()
    store = StoreField()
    kind = forms.ChoiceField(choices=[("", "All"), *ListKind.choices])
    key = forms.ChoiceField(choices=[("", "All"), *ListedKey.choices])


class EntryForm(forms.Form):
    """An entry by the value as people write it."""

    kind = forms.ChoiceField(choices=ListKind.choices)
    key = forms.ChoiceField(choices=TYPED)
    value = forms.CharField(max_length=320, error_messages={"required": "Type the value that goes on the list."})
    note = forms.CharField(min_length=NOTE_AT_LEAST, max_length=300, error_messages=NOTE)

    def clean(self) -> dict[str, Any]:
        """An IP address must be one: anything else would be stored, and match no order for ever."""
        typed = {**self.cleaned_data}
        if typed.get("key") == ListedKey.IP and "value" in typed:
            try:
                ip_address(typed["value"])
            except ValueError:
                self.add_error("value", f"“{typed['value'][:60]}” is not an IP address. Ranges cannot be listed.")
        return typed


class OrderEntriesForm(forms.Form):
    """What of one order goes on a list."""

    kind = forms.ChoiceField(choices=ListKind.choices)
    keys = forms.MultipleChoiceField(choices=ListedKey.choices, error_messages={"required": "Choose what of the order goes on the list."})
    note = forms.CharField(min_length=NOTE_AT_LEAST, max_length=300, error_messages=NOTE)
