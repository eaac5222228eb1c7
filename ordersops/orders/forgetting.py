"""What may still be said of an order after its person was erased on request, whatever a store sends again.

The order stays, for the accounts: amounts, lines, states, times, the country, the parcels. Everything by which a person is known or
speaks is left out before it is merged, so that it is in no column, key, search word or revision.
"""

import re
from typing import TypeVar

from ordersops.orders.keys import digest
from ordersops.stores.facts import AddressFacts, CardFacts, CoreFacts, Facts, OrderFacts, RefundFacts, RiskFacts, TransactionFacts

Stated = TypeVar("Stated", bound=Facts)
PREFIX = "erased:"
# A number or a UUID says nothing of anybody; anything else may be a name or an address.
OPAQUE = re.compile(r"(gid://\w+/\w+/)?\d{1,30}|[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
CORE = frozenset({"email", "phone", "customer_id", "client", "note", "tags", "issues"})


def impersonal(facts: OrderFacts) -> OrderFacts:
    """The same facts without whom they are about."""
    return facts.model_copy(
        update={
            "core": None if facts.core is None else _core(facts.core),
            "customer": None,
            "transactions": tuple(_without(one, TransactionFacts, card=CardFacts(brand=one.card.brand)) for one in facts.transactions),
            "refunds": tuple(_without(one, RefundFacts, "reason") for one in facts.refunds),
            "risk": None if facts.risk is None else _without(facts.risk, RiskFacts, facts=()),
        }
    )


def tombstone(external_id: str) -> str:
    """What a customer with words in their id is called once erased: a digest, by which it is known when the store sends them again."""
    if not external_id or external_id.startswith(PREFIX) or OPAQUE.fullmatch(external_id):
        return external_id
    return f"{PREFIX}{(digest('customer', external_id) or 0) & (2**64 - 1):016x}"


def _core(core: CoreFacts) -> CoreFacts:
    sides = {
        side: None if (held := getattr(core, side)) is None else AddressFacts(**({"country": held.country} if held.country else {}))
        for side in ("shipping_address", "billing_address")
    }
    return _without(core, CoreFacts, *CORE, **sides)


def _without(facts: Stated, kind: type[Stated], /, *left_out: str, **instead: object) -> Stated:
    """Only what was stated stays stated, so that a partial statement leaves the rest alone as before."""
    kept = {name: getattr(facts, name) for name in facts.model_fields_set if name not in left_out}
    return kind.model_construct(**{**kept, **{name: value for name, value in instead.items() if name in kept}})
