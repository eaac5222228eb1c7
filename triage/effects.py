"""What follows outside from a decision: the store learns where the order ships from and why, the address is corrected, the customer is told."""

from collections.abc import Mapping
from typing import Any

from ordersops.cases.lanes import Outcome
from ordersops.effects.actions import Act
from ordersops.effects.kinds.arguments import Address, Letter, Note, Tags, UpdateAddress
from ordersops.orders.models import Order
from triage.addresses import check
from triage.plans import plan_of

MARK = "[routing]"
PREFIX = "fulfilment:"
MOST_NOTE = 1000


def acts(order: Order, outcome: Outcome, terms: Mapping[str, Any]) -> list[Act]:
    """The acts on the order, in the order in which they are planned."""
    match outcome.key:
        case "route":
            plan = plan_of(terms)
            return [] if plan is None else [_tagged(order, plan), _noted(order, plan, str(terms.get("decided", "")))]
        case "correct_address":
            corrected = _corrected(order)
            return [] if corrected is None else [Act(order, "order.update_address", UpdateAddress(address=corrected))]
        case "tell" if terms.get("text") and order.email:
            return [Act(order, "message.send", Letter(subject=terms["subject"], text=terms["text"]))]
        case "wait":
            held = [str(tag) for tag in order.tags]
            return [] if "needs_manual_review" in held else [Act(order, "order.tag", Tags(add=["needs_manual_review"]))]
        case "cancel":
            return [Act(order, "order.cancel")]
        case _:
            return []


def _tagged(order: Order, plan: Mapping[str, Any]) -> Act:
    """`fulfilment:<node>` for each node, instead of those of an earlier plan (TRI-07, ROU-05)."""
    wanted = [_tag(name) for name in dict.fromkeys(row["name"] for row in plan["parcels"])]
    held = [str(tag) for tag in order.tags]
    old = [tag for tag in held if (tag.startswith(PREFIX) or tag == "needs_manual_review") and tag not in wanted]
    return Act(order, "order.tag", Tags(add=wanted, remove=old))


def _tag(name: str) -> str:
    return (PREFIX + "_".join(name.casefold().replace(",", " ").split()))[:40]


def _noted(order: Order, plan: Mapping[str, Any], decided: str) -> Act:
    """The rationale below what stands in the note already; that of an earlier plan is replaced."""
    kept = order.note.split(MARK)[0].rstrip()
    said = f"{MARK} Ships from {plan['name']}. {decided}"
    return Act(order, "order.note", Note(text=f"{kept[: MOST_NOTE - len(said) - 2]}\n{said}".strip()[:MOST_NOTE]))


def _corrected(order: Order) -> Address | None:
    """The whole address with the corrected fields; the street stays as the customer wrote it."""
    found, held = check(order.shipping_address), order.shipping_address
    if found.state != "normalise":
        return None
    after = {one.field: one.after for one in found.correction}
    text = {
        name: str(held.get(name) or "")
        for name in ("name", "address1", "address2", "city", "region", "postal_code", "country", "phone", "company")
    }
    return Address(
        name=text["name"] or order.name or "Customer", address1=text["address1"], address2=text["address2"], city=after.get("city", text["city"]),
        province=after.get("region", text["region"]), postal_code=after.get("postal_code", text["postal_code"]),
        country=after.get("country", text["country"]), phone=text["phone"], company=text["company"],
    )  # fmt: skip
