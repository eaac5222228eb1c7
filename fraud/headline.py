"""One line in which a reviewer sees what a case is about. No personal data."""

from collections.abc import Sequence

from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import Seen

# What a signal is called in the line. First order, express and amount have their own places.
WORDS: dict[str, str] = {
    "customer_denied": "the customer says it was not them",
    "block_list": "on the block list",
    "linked_to_fraud": "linked to confirmed fraud",
    "account_takeover": "looks like a taken-over account",
    "small_amount_burst": "part of a burst of small orders",
    "bin_burst": "one of a run of cards of one bank",
    "failed_burst": "part of a burst of failed payments",
    "email_disposable": "throw-away e-mail",
    "prior_disputes": "disputed before",
    "linked_to_declined": "linked to declined orders",
    "linked_disputes": "linked to disputes",
    "platform_risk": "platform says {platform_risk} risk",
    "emails_per_card": "card of several customers",
    "device_shared": "device of several customers",
    "cvv_fail": "security code does not match",
    "failed_attempts": "{failed_attempts} failed payments",
    "cards_tried": "{cards_tried} cards tried",
    "bill_ship_country_mismatch": "ships to another country",
    "user_agent_script": "placed by a script",
    "forwarder": "to a parcel forwarder",
    "address_reused": "address of several customers",
    "address_velocity": "several customers to one address",
    "ip_velocity": "many orders from one connection",
    "gift_cards": "{gift_card_units} gift cards",
    "resaleable": "easily resold goods",
    "avs_postcode_fail": "postcode does not match the card",
    "email_pattern": "random e-mail",
}
AT_MOST = 3


def compose(evidence: Evidence, seen: Sequence[Seen]) -> str:
    """Such as "First order, express, 1,240.00 USD; ships to another country, security code does not match"."""
    fired = sorted((one for one in seen if one.points > 0), key=lambda one: (-one.points, one.key))
    head = []
    prior = evidence["prior_orders"]
    if prior is not None:
        head.append("First order" if prior == 0 else "Known customer")
    if evidence["express"]:
        head.append("express")
    total = evidence["total"]
    if total is not None:
        head.append(f"{total:,.2f} {evidence.facts['total'].unit}".strip())
    values = {key: evidence[key] for key in ("platform_risk", "failed_attempts", "cards_tried", "gift_card_units")}
    tail = [WORDS[one.key].format(**values) for one in fired if one.key in WORDS][:AT_MOST]
    line = "; ".join(", ".join(part) for part in (head, tail) if part) or "Order to look at"
    return (line[0].upper() + line[1:])[:200]
