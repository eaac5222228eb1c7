"""What follows outside from a decision: the store learns where the order ships from and why, the address is corrected, the customer is told."""

from collections.abc import Mapping
from typing import Any, Literal

from ordersops.cases.lanes import Outcome
from ordersops.effects.actions import Act, reached
from ordersops.effects.kinds.arguments import Address, AskedUnits, FromNode, Letter, Move, Note, Tags, ToNode, UpdateAddress
from ordersops.orders.models import Order
from ordersops.stock.models import Location
from triage.addresses import check
from triage.facts import EXPRESS, GIFT
from triage.handing import handed
from triage.plans import plan_of

MARK = "[routing]"
PREFIX = "fulfilment:"
MOST_NOTE = 1000


def acts(order: Order, outcome: Outcome, terms: Mapping[str, Any]) -> list[Act]:
    """The acts on the order, in the order in which they are planned."""
    match outcome.key:
        case "route":
            plan = plan_of(terms)
            if plan is None:
                return []
            return [
                _tagged(order, plan), _noted(order, plan, str(terms.get("decided", ""))), *_moved(order, plan), *_called_back(order),
                *_asked(order, plan),
            ]  # fmt: skip
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


def _moved(order: Order, plan: Mapping[str, Any]) -> list[Act]:
    """The store's own fulfilment follows, where the whole order leaves from one place and the store has a way to say so."""
    places = _places(order, plan)
    if len(places) != 1 or not reached(kind="fulfilment.move", orders=[order]):
        return []
    return [Act(order, "fulfilment.move", Move(location=places[0].external_id))]


def _called_back(order: Order) -> list[Act]:
    """What an earlier routing has asked of warehouses, and they have not refused or sent."""
    return [
        Act(order, "node.cancel", FromNode(location=one.location, request=str(one.effect.pk)))
        for one in handed([order.pk]).get(order.pk, ())
        if one.is_open and one.state != "shipped" and (one.effect.accepted_at or one.state == "planned")
    ]


def _asked(order: Order, plan: Mapping[str, Any]) -> list[Act]:
    """Each warehouse of the plan that has a node is asked for its lines."""
    known = {str(line.pk): line for line in order.lines.all()}
    method, tags = order.shipping_method.casefold(), {str(tag).casefold() for tag in order.tags}
    found = []
    for place in _places(order, plan):
        rows = [row for row in plan["parcels"] if row["node"] == str(place.pk) and row["line"] in known]
        if not place.has_node or not rows:
            continue
        lines = [
            AskedUnits(external_id=known[row["line"]].external_id, sku=str(row["sku"] or "")[:200], quantity=row["units"]) for row in rows
        ]
        service: Literal["standard", "expedited"] = "expedited" if any(word in method for word in EXPRESS) else "standard"
        found.append(Act(order, "node.request", ToNode(location=place.external_id, lines=lines, service=service, gift=bool(tags & GIFT))))
    return found


def _places(order: Order, plan: Mapping[str, Any]) -> list[Location]:
    return list(Location.objects.filter(store=order.store_id, pk__in={row["node"] for row in plan["parcels"]}))


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
