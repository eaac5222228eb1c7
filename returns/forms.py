"""What is asked of a customer on the hosted page."""

from typing import Any

from django import forms

from returns.grounds import OFFERED
from returns.models.request import Wish

WISHES = [
    (Wish.REFUND, "My money back"),
    (Wish.EXCHANGE, "An exchange"),
    (Wish.REPLACEMENT, "The same once more"),
    (Wish.CREDIT, "Store credit"),
]


class KnockForm(forms.Form):
    """The public form. What it answers is the same whether there is such an order or not."""

    number = forms.CharField(
        max_length=60, label="Order number", widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "inputmode": "text"})
    )
    email = forms.EmailField(
        max_length=320, label="E-mail address of the order", widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"})
    )


class LineForm(forms.Form):
    """Some units of one line. `row` is as `queries.returnable` gives it; nothing is asked for where no unit is named."""

    units = forms.IntegerField(label="How many come back", min_value=0, required=False)
    reason = forms.ChoiceField(label="Why", choices=[("", "Choose a reason"), *OFFERED], required=False)
    words = forms.CharField(label="Anything we should know", max_length=2000, required=False)

    def __init__(self, row: dict[str, Any], data: Any = None) -> None:
        self.row = row
        super().__init__(data, prefix=f"l{row['number']}", initial={"units": 0}, auto_id="id_%s")
        left = row["left"]
        self.fields["units"].widget = forms.Select(
            attrs={"class": "select"}, choices=[(n, "none" if n == 0 else "all" if n == left > 1 else str(n)) for n in _steps(left)]
        )
        self.fields["reason"].widget.attrs["class"] = "select"
        self.fields["words"].widget = forms.Textarea(attrs={"class": "textarea", "rows": 2, "maxlength": 2000})

    @property
    def photos_field(self) -> str:
        return f"{self.prefix}-photos"

    def clean_units(self) -> int:
        units = self.cleaned_data["units"] or 0
        if units > self.row["left"]:
            raise forms.ValidationError(f"{self.row['left']} can come back.")
        return int(units)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("units") and not said.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say why it comes back.")
        if said.get("units") and said.get("reason") == "OTHER" and not said.get("words"):
            self.add_error("words", "Say in a few words what is the matter.")
        return said


class WishForm(forms.Form):
    wish = forms.ChoiceField(
        label="What would you like?", choices=[("", "Whatever is easiest"), *WISHES], required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )  # fmt: skip


def _steps(left: int) -> range | list[int]:
    """Every number that can be chosen; of very many, some."""
    return range(left + 1) if left <= 50 else [*range(51), left]
