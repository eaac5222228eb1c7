"""Money back. The write carries a key, and its note our mark, so that a refund of ours is known also when the key is forgotten."""

from decimal import Decimal
from typing import TYPE_CHECKING

from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.shopify.act import Row, Writes, order_id, there
from ordersops.errors import Invalid
from ordersops.stores.platforms.reading import money, rows, table, text
from ordersops.stores.platforms.shopify.admin import Admin, gid

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

RESTOCK = {"return": "RETURN", "cancel": "CANCEL", "none": "NO_RESTOCK"}  # RefundLineItemRestockType
TAKEN = frozenset({"SALE", "CAPTURE"})  # the movements that money can go back to


def mark(effect: "Effect") -> str:
    return f"[ordersops {effect.pk}]"


class Create:
    def look(self, admin: Admin, effect: "Effect") -> Seen:
        answer = admin.ask("order_refunds", id=order_id(effect)).fields
        order = there(answer.get("order"), f"order {effect.order}")
        refunds = list(rows(order.get("refunds")))
        given = sum((_amount(refund) for refund in refunds), Decimal(0))
        places = rows(table(order.get("fulfillmentOrders")).get("nodes"))
        return Seen(
            done=any(mark(effect) in text(refund.get("note")) for refund in refunds),
            differs={"refunded": (f"{given:.2f}", f"{given + Decimal(effect.arguments['amount']):.2f}")},
            found={
                "currencies": [text(order.get("currencyCode")), text(order.get("presentmentCurrencyCode"))],
                "parents": [
                    {"id": text(part["id"]), "gateway": text(part.get("gateway")), "left": text(left.get("amount"))}
                    for part in rows(order.get("transactions"))
                    if part.get("kind") in TAKEN and part.get("status") == "SUCCESS" and (left := table(part.get("maximumRefundableV2")))
                ],
                "location": next(
                    (key for work in places if (key := text(table(table(work.get("assignedLocation")).get("location")).get("id")))), ""
                ),
            },
        )

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        wanted = effect.arguments
        shop, buyer = seen.found["currencies"]
        if {shop, buyer} != {wanted["currency"]}:
            raise Invalid(f"The order was paid in {buyer} in a shop of {shop}; refund it in the store's admin, which shows both amounts.")
        lines = [_line(line, seen.found["location"]) for line in wanted.get("lines", [])]
        refund: Row = {
            "orderId": order_id(effect),
            "note": f"{wanted.get('note', '')} {mark(effect)}".strip(),
            "notify": bool(wanted.get("notify", False)),
            "refundLineItems": lines,
            "transactions": _shares(effect, Decimal(wanted["amount"]), seen.found["parents"]),
        }
        if Decimal(wanted.get("shipping_amount") or 0) > 0:
            refund["shipping"] = {"amount": wanted["shipping_amount"]}
        return [("refund_create", {"input": refund, "key": effect.idempotency_key})]


def _shares(effect: "Effect", amount: Decimal, parents: list[Row]) -> list[Row]:
    """The amount over the payments, the first one first, none beyond what is left of it."""
    shares: list[Row] = []
    for parent in parents:
        share = min(amount, money(parent["left"]) or Decimal(0))
        if share > 0:
            shares.append(
                {
                    "orderId": order_id(effect),
                    "parentId": parent["id"],
                    "gateway": parent["gateway"],
                    "kind": "REFUND",
                    "amount": f"{share:.2f}",
                }
            )
            amount -= share
    if amount > 0:
        raise Invalid(f"The store can still give back {amount:.2f} less than was asked for. Refund a smaller amount.")
    return shares


def _line(line: Row, location: str) -> Row:
    restock = RESTOCK.get(line.get("restock", ""), "NO_RESTOCK")
    found = {"lineItemId": gid("LineItem", line["external_id"]), "quantity": line["quantity"], "restockType": restock}
    if restock == "NO_RESTOCK":
        return found
    if not location:
        raise Invalid("The store names no location that the goods could go back to. Refund without restocking.")
    return {**found, "locationId": location}


def _amount(refund: Row) -> Decimal:
    return money(table(table(refund.get("totalRefundedSet")).get("shopMoney")).get("amount")) or Decimal(0)
