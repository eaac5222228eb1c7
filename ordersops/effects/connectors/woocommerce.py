"""Writing to a WooCommerce shop through its REST interface. It knows no idempotency key: every write is looked for first.

An order has one status for everything, so a hold is the status `on-hold`, and where it came from is kept with the order, as
`processing` would tell the shop that money has come. Refunds and notes carry our mark, by which they are found again.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ordersops.effects.connectors import Answer, Request, Seen, woocommerce_replacement
from ordersops.errors import Invalid, Upstream
from ordersops.stores.platforms.reading import money, number, rows, table, text, units, word
from ordersops.stores.platforms.woocommerce.parts import TAGS, meta, name_of
from ordersops.stores.platforms.woocommerce.rest import Rest

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

Row = dict[str, Any]
WHOLE = 14.0  # seconds for one look or one write

HELD_FROM, ACT, MARK = "_ordersops_held_from", "_ordersops_act", woocommerce_replacement.MARK
OVER = frozenset({"completed", "cancelled", "refunded", "failed", "trash"})
ENDED = frozenset({"cancelled", "refunded"})
# Our fields of an address -> theirs; the name is two fields there.
ADDRESS = {
    "company": "company", "address1": "address_1", "address2": "address_2", "city": "city", "province": "state",
    "postal_code": "postcode", "country": "country", "phone": "phone",
}  # fmt: skip


class WooCommerceConnector:
    """effects.connectors.Connector."""

    key = "woocommerce"
    kinds = frozenset({
        "order.release", "order.hold", "order.cancel", "order.tag", "order.note", "order.metafield", "order.update_address", "refund.create",
        "replacement.create",
    })  # fmt: skip
    keyed: frozenset[str] = frozenset()

    def look(self, effect: "Effect") -> Seen:
        self._known(effect)
        rest, path = Rest(effect.store, whole=WHOLE), _path(effect)
        order = table(rest.get(path).value)
        more: Row = {}
        if effect.kind == "refund.create":
            more["refunds"] = list(rest.rows(f"{path}/refunds"))
        if effect.kind == "replacement.create":
            more["under"] = list(rest.rows("orders", parent=effect.order.external_id))
        if effect.kind == "order.note":
            more["notes"] = [row for row in rest.get(f"{path}/notes", type="internal").value if isinstance(row, dict)]
        seen = LOOKS[effect.kind](effect, order, more)
        return replace(seen, differs={} if seen.done else seen.differs)

    def prepare(self, effect: "Effect", seen: Seen) -> Request:
        self._known(effect)
        method, path, body = WRITES[effect.kind](effect, seen.found)
        content = json.dumps(body, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
        return Request(method, Rest(effect.store).url(f"{_target(effect)}{path}"), content, {"content-type": "application/json"})

    def send(self, effect: "Effect", request: Request) -> Answer:
        """The key goes to the shop that the effect is about, whatever address a stored request names."""
        rest = Rest(effect.store, whole=WHOLE)
        if not f"{request.url}/".startswith(f"{rest.url(_target(effect))}/"):
            raise Upstream("The shop's address changed after this was prepared. Try it again.", permanent=False)
        reply = rest.send(request.method, request.url, request.body)
        return Answer(reply.status, reply.body, latency_ms=reply.milliseconds)

    def _known(self, effect: "Effect") -> None:
        if effect.kind not in self.kinds:
            raise Invalid(f"WooCommerce knows no “{effect.kind}”. A person has to do it.")


def _path(effect: "Effect") -> str:
    key = effect.order.external_id
    if not (key.isascii() and key.isdigit()):
        raise Upstream(f"“{key[:40]}” is no number of a WooCommerce order. Do it by hand.", permanent=True)
    return f"orders/{key}"


def _target(effect: "Effect") -> str:
    """What is written to: a replacement is an order of its own."""
    return "orders" if effect.kind == "replacement.create" else _path(effect)


def mark(effect: "Effect") -> str:
    return f"[ordersops {effect.pk}]"


def _meta(effect: "Effect", **more: Any) -> list[Row]:
    """What is written beside a change: by which act of ours it came."""
    return [{"key": key, "value": value} for key, value in {ACT: str(effect.pk), **more}.items()]


# --- Looking ----------------------------------------------------------------------------------------------------------
def _status(order: Row) -> str:
    return word(order.get("status"))


def _held(effect: "Effect", order: Row, more: Row) -> Seen:
    status = _status(order)
    return Seen(status == "on-hold", {"status": (status, "on-hold")}, {"status": status})


def _released(effect: "Effect", order: Row, more: Row) -> Seen:
    """What is neither on hold nor over ships as the shop's own rules say: there is nothing to lift."""
    status, held = _status(order), word(meta(order, HELD_FROM))
    to = held if held and held not in OVER | {"on-hold"} else "processing"
    return Seen(status not in OVER - {"completed"} | {"on-hold"}, {"status": (status, to)}, {"status": status, "to": to})


def _cancelled(effect: "Effect", order: Row, more: Row) -> Seen:
    status, ours = _status(order), any(mark(effect) in text(row.get("reason")) for row in rows(order.get("refunds")))
    left, paid = _left(order), bool(order.get("date_paid_gmt") or order.get("date_paid"))
    back = left if effect.arguments.get("refund") and paid and left > 0 else Decimal(0)
    differs = {"status": (status, "refunded" if back else "cancelled")}
    if back:
        differs["refunded"] = (f"{_given(order):.2f}", f"{_given(order) + back:.2f}")
    # Our refund of everything may have left the status alone; then the cancellation is what is left to do.
    return Seen(status in ENDED, differs, {"status": status, "back": f"{Decimal(0) if ours else back:.2f}"})


def _tagged(effect: "Effect", order: Row, more: Row) -> Seen:
    stated = meta(order, TAGS)
    now = list(dict.fromkeys(filter(None, map(text, stated.split(","))))) if isinstance(stated, str) else []
    off = set(effect.arguments.get("remove", []))
    to = [tag for tag in now if tag not in off]
    to += [tag for tag in effect.arguments.get("add", []) if tag not in to]
    return Seen(now == to, {"tags": (", ".join(now), ", ".join(to))}, {"tags": to})


def _noted(effect: "Effect", order: Row, more: Row) -> Seen:
    """The customer's own note stays as it was written; ours is a private one among the order's notes."""
    done = any(mark(effect) in text(row.get("note")) for row in more["notes"])
    return Seen(done, {"note": ("", text(effect.arguments.get("text")))})


def _field(effect: "Effect") -> str:
    return f"{effect.arguments['namespace']}.{effect.arguments['key']}"


def _set(effect: "Effect", order: Row, more: Row) -> Seen:
    now = meta(order, _field(effect))
    shown = now if isinstance(now, str) else "" if now is None else json.dumps(now)[:200]
    done = now == effect.arguments["value"]
    before = (
        {"value": now} if isinstance(now, str) and not done else {}
    )  # what others keep there in a shape of their own is not ours to restore
    return Seen(done, {_field(effect): (shown, effect.arguments["value"])}, before=before)


def _addressed(effect: "Effect", order: Row, more: Row) -> Seen:
    now, wanted = table(order.get("shipping")), effect.arguments["address"]
    held = {"name": name_of(now)} | {ours: text(now.get(theirs)) for ours, theirs in ADDRESS.items()}
    # Shops before version 5.6 keep no telephone number with an address.
    names = [name for name in held if name != "phone" or "phone" in now]
    differs = {name: (held[name], to) for name in names if (to := " ".join(text(wanted.get(name)).split())) != " ".join(held[name].split())}
    return Seen(not differs, differs, {"status": _status(order)})


def _refunded(effect: "Effect", order: Row, more: Row) -> Seen:
    done = any(mark(effect) in text(row.get("reason")) or meta(row, MARK) == str(effect.pk) for row in more["refunds"])
    amount, given = Decimal(str(effect.arguments["amount"])), _given(order)
    found = {
        "left": f"{_left(order):.2f}", "currency": text(order.get("currency")).upper(),
        "lines": {text(row.get("id")): _worth(row) for row in rows(order.get("line_items"))},
    }  # fmt: skip
    return Seen(done, {"refunded": (f"{given:.2f}", f"{given + amount:.2f}")}, found)


def _given(order: Row) -> Decimal:
    return sum((abs(money(row.get("total")) or Decimal(0)) for row in rows(order.get("refunds"))), Decimal(0))


def _left(order: Row) -> Decimal:
    return (money(order.get("total")) or Decimal(0)) - _given(order)


def _worth(row: Row) -> Row:
    """A line's units, and what was paid for them without and with each tax."""
    taxes = {text(tax.get("id")): text(tax.get("total")) for tax in rows(row.get("taxes")) if text(tax.get("id"))}
    return {"units": units(row.get("quantity")) or 0, "total": text(row.get("total")), "taxes": taxes}


# --- Writing ----------------------------------------------------------------------------------------------------------
Write = tuple[str, str, Row]


def _hold(effect: "Effect", found: Row) -> Write:
    if found["status"] in OVER or found["status"] == "checkout-draft":
        raise Invalid(f"The order is “{found['status']}” in the shop, so there is nothing left to hold.")
    return "PUT", "", {"status": "on-hold", "meta_data": _meta(effect, **{HELD_FROM: found["status"]})}


def _release(effect: "Effect", found: Row) -> Write:
    if found["status"] in OVER:
        raise Invalid(f"The order is “{found['status']}” in the shop and cannot be released.")
    return "PUT", "", {"status": found["to"], "meta_data": _meta(effect, **{HELD_FROM: None})}


def _cancel(effect: "Effect", found: Row) -> Write:
    if not effect.arguments:
        raise Invalid("This was planned when the shop could not be written to, and does not say whether to refund. Do it by hand.")
    if found["status"] in {"completed", "trash"}:
        raise Invalid(f"The order is “{found['status']}” in the shop and cannot be cancelled any more.")
    restock = bool(effect.arguments.get("restock", True))
    if Decimal(found["back"]) > 0:
        body = {"amount": found["back"], "reason": f"Cancelled {mark(effect)}", "api_refund": True, "api_restock": restock}
        return "POST", "/refunds", body | {"meta_data": [{"key": MARK, "value": str(effect.pk)}]}
    if not restock:
        raise Invalid("WooCommerce puts goods back into stock when it cancels. Cancel by hand if they must not go back.")
    return "PUT", "", {"status": "cancelled", "meta_data": _meta(effect)}


def _tag(effect: "Effect", found: Row) -> Write:
    return "PUT", "", {"meta_data": _meta(effect, **{TAGS: ",".join(found["tags"])})}


def _note(effect: "Effect", found: Row) -> Write:
    if not effect.arguments.get("text"):
        raise Invalid("Notes are only added in WooCommerce, so there is no empty one. Delete the note by hand.")
    return "POST", "/notes", {"note": f"{effect.arguments['text']} {mark(effect)}", "customer_note": False}


def _metafield(effect: "Effect", found: Row) -> Write:
    if _field(effect).startswith("_"):
        raise Invalid("A field that begins with “_” is WooCommerce's own. Choose another namespace.")
    return "PUT", "", {"meta_data": _meta(effect, **{_field(effect): effect.arguments["value"]})}


def _address(effect: "Effect", found: Row) -> Write:
    if found["status"] in OVER:
        raise Invalid(f"The order is “{found['status']}” in the shop; its address does not change any more.")
    wanted = effect.arguments["address"]
    first, _, last = text(wanted.get("name")).rpartition(" ")
    shipping = {"first_name": first, "last_name": last} | {theirs: text(wanted.get(ours)) for ours, theirs in ADDRESS.items()}
    return "PUT", "", {"shipping": shipping, "meta_data": _meta(effect)}


def _refund(effect: "Effect", found: Row) -> Write:
    wanted = effect.arguments
    amount, left = Decimal(str(wanted["amount"])), Decimal(found["left"])
    if wanted["currency"] != found["currency"]:
        raise Invalid(f"The order is in {found['currency']}, and the refund in {wanted['currency']}. Refund in the order's currency.")
    if amount > left:
        raise Invalid(f"The shop can give back {left:.2f} at most. Refund a smaller amount.")
    lines = [line for line in wanted.get("lines", []) if line["external_id"] in found["lines"]]
    if len(lines) < len(wanted.get("lines", [])):
        raise Invalid("A line of the refund is not in the shop's order any more. Choose the lines again.")
    back = {line.get("restock", "none") in {"return", "cancel"} for line in lines}
    if len(back) > 1:
        raise Invalid("WooCommerce puts all lines of a refund back into stock, or none. Make two refunds of it.")
    body = {
        "amount": f"{amount:.2f}", "reason": f"{wanted.get('note', '')} {mark(effect)}".strip(), "api_refund": True,
        "api_restock": back == {True}, "line_items": [_line(line, found["lines"][line["external_id"]]) for line in lines],
        "meta_data": [{"key": MARK, "value": str(effect.pk)}],
    }  # fmt: skip
    return "POST", "/refunds", body


def _line(line: Row, worth: Row) -> Row:
    """A line with its share of what was paid for it; the amount of the refund itself is stated apart."""
    if line["quantity"] > worth["units"]:
        raise Invalid(f"The shop's order has {worth['units']} of a line of which {line['quantity']} are to be refunded.")

    def share(of: str) -> str:
        return f"{(number(of) or Decimal(0)) * line['quantity'] / worth['units']:.2f}"

    taxes = [{"id": int(key), "refund_total": share(total)} for key, total in worth["taxes"].items() if key.isdigit()]
    return {"id": int(line["external_id"]), "quantity": line["quantity"], "refund_total": share(worth["total"]), "refund_tax": taxes}


LOOKS: dict[str, Callable[["Effect", Row, Row], Seen]] = {
    "order.release": _released, "order.hold": _held, "order.cancel": _cancelled, "order.tag": _tagged, "order.note": _noted,
    "order.metafield": _set, "order.update_address": _addressed, "refund.create": _refunded, "replacement.create": woocommerce_replacement.look,
}  # fmt: skip
WRITES: dict[str, Callable[["Effect", Row], Write]] = {
    "order.release": _release, "order.hold": _hold, "order.cancel": _cancel, "order.tag": _tag, "order.note": _note,
    "order.metafield": _metafield, "order.update_address": _address, "refund.create": _refund, "replacement.create": woocommerce_replacement.write,
}  # fmt: skip
