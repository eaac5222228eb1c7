"""A replacement: another order at no price, for the same customer at the same address, that says which order it replaces.

Shopify takes no key for it, so it carries our tag, by which it is found again. Its search may show a new order a moment late:
after an attempt that ended without an answer the next one waits before it believes that nothing was made.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from ordersops.effects.connectors import NotSeenYet, Seen
from ordersops.effects.connectors.shopify.act import Row, Writes, not_cancelled, order_id, there
from ordersops.errors import Invalid
from ordersops.stores.platforms.reading import rows, table, text
from ordersops.stores.platforms.shopify.admin import Admin, gid

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

SHOWN_WITHIN = timedelta(minutes=2)  # after which the search shows what was made
# The address's fields as Shopify takes them: as it shows them, but for the country.
ADDRESS = ("firstName", "lastName", "company", "address1", "address2", "city", "provinceCode", "zip", "phone")


def tag(effect: "Effect") -> str:
    """Shopify's tags have 40 characters at most."""
    return f"effect-{effect.pk.hex}"


class Create:
    """Done where an order carries our tag."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        answer = admin.ask("replacement", id=order_id(effect), marked=f"tag:{tag(effect)}").fields
        order = there(answer.get("order"), f"order {effect.order}")
        made = next((one for one in rows(table(answer.get("orders")).get("nodes")) if tag(effect) in (one.get("tags") or [])), {})
        lines = {text(line.get("id")): line for line in rows(table(order.get("lineItems")).get("nodes"))}
        if not made:
            _wait_for_a_lost_one(effect)
        differs = {"a new order at no price": ("", _listed(effect, lines))}
        found = {"id": text(made.get("id")).rpartition("/")[2], "order": order, "lines": lines, "cancelled": order.get("cancelledAt")}
        return Seen(bool(made), differs, found)

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        not_cancelled(seen)
        order = seen.found["order"]
        place = table(order.get("shippingAddress"))
        if not place:
            raise Invalid("The order in the store has no delivery address, so there is nowhere to send a replacement to.")
        replaces = text(order.get("name"))
        new: Row = {
            "currency": text(order.get("currencyCode")),
            "customAttributes": [{"key": "Replaces", "value": replaces}],
            "financialStatus": "PAID",  # nothing is to be paid
            "lineItems": [_line(part, seen.found["lines"], text(order.get("currencyCode"))) for part in effect.arguments["lines"]],
            "note": f"Replaces {replaces}: {effect.arguments.get('note') or _words(effect)}",
            "shippingAddress": {name: place.get(name) for name in ADDRESS} | {"countryCode": place.get("countryCodeV2")},
            "sourceIdentifier": str(effect.pk),
            "tags": ["replacement", tag(effect)],
        }
        if customer := text(table(order.get("customer")).get("id")):
            new["customer"] = {"toAssociate": {"id": customer}}
        elif order.get("email"):
            new["email"] = text(order.get("email"))
        # What is not in stock cannot be sent again: the shop's own rules on stock decide.
        return [("order_create", {"order": new, "options": {"inventoryBehaviour": "DECREMENT_OBEYING_POLICY", "sendReceipt": False}})]


def _wait_for_a_lost_one(effect: "Effect") -> None:
    if effect.attempts == 0 or effect.accepted_at:
        return  # a dry run, or it is known to be made
    since = timezone.now() - SHOWN_WITHIN
    if effect.tries.filter(step="prepared", refused=False, at__gt=since).exists():
        raise NotSeenYet("The attempt before ended without an answer, and the store's search may not show yet what it made.")


def _line(part: Row, lines: dict[str, Row], currency: str) -> Row:
    line = lines.get(gid("LineItem", part["external_id"]))
    if line is None or part["quantity"] > int(line.get("quantity") or 0):
        raise Invalid(f"The store's order has no {part['quantity']} units of line {part['external_id']}.")
    new: Row = {
        "quantity": part["quantity"],
        "priceSet": {"shopMoney": {"amount": "0.00", "currencyCode": currency}},
        "requiresShipping": line.get("requiresShipping") is True,
        "taxable": False,
    }
    if variant := text(table(line.get("variant")).get("id")):
        return new | {"variantId": variant}
    return new | {"title": text(line.get("title")), "sku": text(line.get("sku"))}


def _listed(effect: "Effect", lines: dict[str, Row]) -> str:
    named = ((part, lines.get(gid("LineItem", part["external_id"]), {})) for part in effect.arguments["lines"])
    return ", ".join(f"{part['quantity']} × {text(line.get('title')) or part['external_id']}" for part, line in named)


def _words(effect: "Effect") -> str:
    return str(effect.arguments.get("reason", "other")).replace("_", " ")
