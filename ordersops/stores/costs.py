"""What goods cost a store, and what it usually earns, are its own business: who sees them, and the verb and form for the usual margin."""

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django import forms

from ordersops.accounts.access import can, require
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Invalid
from ordersops.stores.models import Store

if TYPE_CHECKING:
    from ordersops.accounts.models import User

# Who decides about goods and money, and who reads the history in which a change of the margin stands. Not who answers customers.
SEE_COSTS = (Perm.DECIDE_FRAUD, Perm.DECIDE_TRIAGE, Perm.DECIDE_RETURNS, Perm.VIEW_AUDIT)


def sees_costs(user: "User", store: UUID) -> bool:
    return any(can(user, perm, store) for perm in SEE_COSTS)


@atomic
def set_gross_margin(*, store: Store, by: "User", gross_margin: Decimal | None) -> Store:
    """Say what the store usually earns, in percent of net sales (orders/margin.py); None takes it away, and what an order with goods of
    unknown cost earns is not known again. Needs `write_policy` in the store."""
    require(by, Perm.WRITE_POLICY, store.pk, to="say what the store usually earns")
    store = Store.objects.select_for_update().get(pk=store.pk)
    if gross_margin is not None and not 0 <= gross_margin <= 100:
        raise Invalid("The gross margin is a percentage between 0 and 100. Leave it empty where it is not known.")
    before = store.gross_margin
    if before != gross_margin:
        store.gross_margin = gross_margin
        store.save(update_fields=["gross_margin"])
        record(Verb.STORE_UPDATED, by=by, store=store, changed={"gross_margin": {"before": told(before), "after": told(gross_margin)}})
    return store


def told(percent: Decimal | None) -> str | None:
    """30, 12.5: without zeros that say nothing."""
    return None if percent is None else f"{percent.normalize():f}"


class GrossMarginForm(forms.Form):
    gross_margin = forms.DecimalField(
        required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2, label="Gross margin, %",
        widget=forms.NumberInput(attrs={"class": "input", "step": "any", "inputmode": "decimal"}),
        help_text="Of net sales, without tax and carriage. Taken where what goods cost is not known. Left empty, it is not known.",
    )  # fmt: skip

    @classmethod
    def of(cls, store: Store) -> "GrossMarginForm":
        return cls(initial={"gross_margin": told(store.gross_margin)})
