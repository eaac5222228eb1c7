"""How a reviewer changes the terms of an outcome: lines, units, amounts and what becomes of each, within what the rules allow."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from ordersops.wording import leaks, told
from returns.eligibility.outcome import OUTCOMES, REFUNDS
from returns.reasons import APPROVE, ASK, DECLINE, KEEP, REPLACE

CHOICES: dict[str, tuple[str, ...]] = {
    APPROVE.key: (
        "REFUND_ORIGINAL",
        "STORE_CREDIT",
        "EXCHANGE_SAME",
        "EXCHANGE_OTHER",
        "PARTIAL_CREDIT",
        "KEEP_ITEM_REFUND",
        "REPAIR",
        "DECLINE",
    ),
    KEEP.key: ("KEEP_ITEM_REFUND", "PARTIAL_CREDIT", "DONATE", "DECLINE"),
    REPLACE.key: ("REPLACE_NO_RETURN", "DECLINE"),
}


class TermsForm(forms.Form):
    """One group of fields for each line. `cleaned_data` are the terms, as the rules computed them but for what was changed."""

    instructions = forms.CharField(label="The customer is told", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, outcome: str, terms: Mapping[str, Any], left: Decimal | None, data: Any = None) -> None:
        super().__init__(data)
        self.terms, self.left = terms, left
        self.rows = list(terms.get("lines") or ()) if outcome in CHOICES else []
        fields: dict[str, forms.Field] = {}
        for number, row in enumerate(self.rows, 1):
            title = f"{row['title']}"[:80]
            ways = [(key, OUTCOMES[key]) for key in CHOICES[outcome]]
            fields[f"outcome_{number}"] = forms.ChoiceField(label=f"{title}: what follows", choices=ways, initial=row["outcome"])
            fields[f"units_{number}"] = forms.IntegerField(
                label=f"{title}: units of {row['asked']}", min_value=0, max_value=row["asked"], initial=row["units"]
            )
            fields[f"amount_{number}"] = forms.DecimalField(
                label=f"{title}: money back, {terms.get('currency') or ''}", min_value=Decimal(0), max_digits=14, decimal_places=2, required=False,
                initial=row["amount"],
            )  # fmt: skip
        if self.rows:
            fields["refund_shipping"] = forms.BooleanField(
                label="Give the shipping back", required=False, initial=terms.get("refund_shipping")
            )
        self.fields["instructions"].initial = terms.get("instructions")
        self.fields = {**fields, "instructions": self.fields["instructions"]}

    def clean_instructions(self) -> str:
        said = str(self.cleaned_data["instructions"]).replace("\x00", "").replace("\r\n", "\n").strip()
        if words := leaks(said):
            raise forms.ValidationError(f"The customer cannot be told that: it says {told(words)}.")
        return said

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if self.errors:
            return dict(typed)
        lines, total = [], Decimal(0)
        for number, row in enumerate(self.rows, 1):
            becomes = typed[f"outcome_{number}"]
            units = 0 if becomes == "DECLINE" else typed[f"units_{number}"]
            amount = typed.get(f"amount_{number}") if becomes in REFUNDS or becomes == "STORE_CREDIT" else None
            if becomes in REFUNDS and units and amount is None:
                self.add_error(f"amount_{number}", f"Say how much goes back for “{row['title']}”.")
            if not units:
                amount = None
            total += amount if amount is not None and becomes in REFUNDS else Decimal(0)
            lines.append({**row, "outcome": becomes, "units": units, "amount": None if amount is None else f"{amount:.2f}"})
        if self.left is not None and total > self.left:
            self.add_error(
                None, f"{total:.2f} is more than the {self.left:.2f} {self.terms.get('currency') or ''} that are left to refund."
            )
        if self.rows and not any(row["units"] for row in lines):
            self.add_error(None, "No unit is left in these terms. Decline the return instead.")
        changed = {"lines": lines, "amount": f"{total:.2f}", "refund_shipping": bool(typed.get("refund_shipping"))} if self.rows else {}
        return {**self.terms, **changed, "instructions": typed["instructions"]}


def form(outcome: str, terms: Mapping[str, Any], left: Decimal | None, data: Any = None) -> TermsForm | None:
    return TermsForm(outcome, terms, left, data) if outcome in {*CHOICES, ASK.key, DECLINE.key} else None
