"""Acts on the order itself. Each is known by its value: what stands there already is done."""

from typing import TYPE_CHECKING, Any

from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.shopify.act import Row, Writes, not_cancelled, order_id, order_state, same, there
from ordersops.stores.platforms.reading import table, text
from ordersops.stores.platforms.shopify.admin import Admin

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

# OrderCancelReason. STAFF is what people choose in Shopify's own admin.
REASONS = {"customer": "CUSTOMER", "fraud": "FRAUD", "inventory": "INVENTORY", "declined": "DECLINED", "other": "OTHER"}


class Cancel:
    """Shopify cancels by a job, so it shows a moment later. A cancelled order is cancelled, whoever did it."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        order = order_state(admin, effect)
        at = text(order.get("cancelledAt"))
        return Seen(bool(at), {"state": ("open", "cancelled")}, {"cancelled": at})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        wanted = effect.arguments
        variables: Row = {
            "id": order_id(effect),
            "reason": REASONS.get(wanted.get("reason", ""), "OTHER"),
            "restock": bool(wanted.get("restock", True)),
            "refund": {"originalPaymentMethodsRefund": True} if wanted.get("refund") else None,
            "notify": bool(wanted.get("notify", False)),
            "note": f"ordersops {effect.pk}",
        }
        return [("order_cancel", variables)]


class Tag:
    """Shopify's tags know no capitals."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        order = order_state(admin, effect)
        now = [text(tag) for tag in order.get("tags") or []]
        held = {tag.casefold() for tag in now}
        add = [tag for tag in effect.arguments.get("add", []) if tag.casefold() not in held]
        remove = [tag for tag in now if tag.casefold() in {gone.casefold() for gone in effect.arguments.get("remove", [])}]
        after = [tag for tag in now if tag not in remove] + add
        return Seen(not add and not remove, {"tags": (", ".join(now), ", ".join(after))}, {"add": add, "remove": remove})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        key, found = order_id(effect), seen.found
        writes: Writes = [("tags_add", {"id": key, "tags": found["add"]})] if found["add"] else []
        return writes + ([("tags_remove", {"id": key, "tags": found["remove"]})] if found["remove"] else [])


class Note:
    def look(self, admin: Admin, effect: "Effect") -> Seen:
        now, after = text(order_state(admin, effect).get("note")), effect.arguments.get("text", "").strip()
        return Seen(now == after, {"note": (now, after)})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        return [("order_update", {"input": {"id": order_id(effect), "note": effect.arguments.get("text", "").strip()}})]


class Metafield:
    def look(self, admin: Admin, effect: "Effect") -> Seen:
        wanted = effect.arguments
        answer = admin.ask("metafield", id=order_id(effect), namespace=wanted["namespace"], key=wanted["key"]).fields
        held = table(there(answer.get("order"), f"order {effect.order}").get("metafield"))
        now = text(held.get("value"))
        done = bool(held) and now == wanted["value"].strip() and text(held.get("type")) == wanted["type"]
        before = {} if done or not held else {"value": now, "type": text(held.get("type"))}
        return Seen(done, {f"{wanted['namespace']}.{wanted['key']}": (now, wanted["value"])}, before=before)

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        wanted = {name: effect.arguments[name] for name in ("namespace", "key", "type", "value")}
        return [("metafields_set", {"metafields": [{"ownerId": order_id(effect), **wanted}]})]


class UpdateAddress:
    """Where the order ships to. Empty lines are emptied; the province is compared by its name and its code."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        order = order_state(admin, effect)
        now, after = table(order.get("shippingAddress")), effect.arguments["address"]
        differs = {name: (text(now.get(own)), text(after.get(name))) for name, own in FIELDS.items()}
        differs["province"] = (text(now.get("province")), text(after.get("province")))
        wrong = {name: pair for name, pair in differs.items() if not same(*pair)}
        if "province" in wrong and same(now.get("provinceCode"), after.get("province")):
            del wrong["province"]
        return Seen(not wrong, wrong, {"cancelled": order.get("cancelledAt")})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        not_cancelled(seen)
        return [("order_update", {"input": {"id": order_id(effect), "shippingAddress": _address(effect.arguments["address"])}})]


# The address's fields as Shopify shows them.
FIELDS = {
    "name": "name", "address1": "address1", "address2": "address2", "city": "city", "postal_code": "zip", "country": "countryCodeV2",
    "phone": "phone", "company": "company",
}  # fmt: skip


def _address(after: dict[str, Any]) -> Row:
    """MailingAddressInput. A province of two or three capitals is a code, anything else its name."""
    first, _, last = after["name"].strip().rpartition(" ")
    province = after.get("province", "")
    code = 2 <= len(province) <= 3 and province.isascii() and province.isupper()
    return {
        "firstName": first,
        "lastName": last,
        "company": after.get("company", ""),
        "address1": after["address1"],
        "address2": after.get("address2", ""),
        "city": after["city"],
        "provinceCode" if code else "province": province,
        "zip": after.get("postal_code", ""),
        "countryCode": after["country"].upper(),
        "phone": after.get("phone", ""),
    }
