"""WooCommerce's REST interface, version 3: orders, notes, refunds and subscriptions of the shop whose key is shown."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil
from typing import Any

from . import woocommerce as shape
from .api import Answered, Asked, encoded
from .config import Shop
from .director import Director
from .hooks import Hook, new_hook
from .woocommerce_writes import Refused, add_note, change_order, create_order, give_back
from .world import Order

BASE = "/wp-json/wc/v3/"
Found = tuple[int, Any, dict[str, str]]


class WooCommerce:
    """Basic authentication with consumer key and secret, as the platform has it over HTTPS."""

    def __init__(self, director: Director) -> None:
        self._director = director

    def answer(self, asked: Asked) -> Answered:
        shop = self._shop(asked.headers.get("authorization", ""))
        what = asked.path.removeprefix(BASE)[:200]
        if shop is None:
            return Answered(401, _error("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.", 401), what=what)
        try:
            status, document, headers = self._route(shop, asked)
        except Refused as refusal:
            return Answered(
                refusal.status, _error(refusal.code, str(refusal), refusal.status), shop=shop, what=what, note=str(refusal)[:200]
            )
        return Answered(status, encoded(document), headers, shop, what, wrote=asked.method != "GET")

    def _shop(self, authorization: str) -> Shop | None:
        scheme, _, token = authorization.partition(" ")
        try:
            shown = base64.b64decode(token, validate=True) if scheme.lower() == "basic" else b""
        except ValueError:
            return None
        for shop in self._director.config.shops:
            wanted = f"{shop.api_key}:{shop.api_secret}".encode()
            if shop.platform == "woocommerce" and shop.api_key and hmac.compare_digest(wanted, shown):
                return shop
        return None

    def _route(self, shop: Shop, asked: Asked) -> Found:
        match asked.method, *asked.path.removeprefix(BASE).strip("/").split("/"):
            case "GET", "orders":
                return _listed(_chosen(self._director.orders(shop), asked.query), shape.order_body, asked.query)
            case "POST", "orders":
                return 201, shape.order_body(create_order(self._director, shop, _document(asked))), {}
            case "GET", "orders", name:
                return 200, shape.order_body(self._order(shop, name)), {}
            case "PUT" | "POST", "orders", name:
                order = self._order(shop, name)
                change_order(self._director, order, _document(asked))
                return 200, shape.order_body(order), {}
            case "GET", "orders", name, "notes":
                return _listed(self._order(shop, name).notes[::-1], shape.note_body, asked.query)
            case "POST", "orders", name, "notes":
                return 201, shape.note_body(add_note(self._director, self._order(shop, name), _document(asked))), {}
            case "GET", "orders", name, "refunds":
                order = self._order(shop, name)
                return _listed(order.refunds[::-1], lambda back: shape.refund_body(order, back), asked.query)
            case "POST", "orders", name, "refunds":
                order = self._order(shop, name)
                return 201, shape.refund_body(order, give_back(self._director, order, _document(asked))), {}
            case "GET", "webhooks":
                return _listed(shop.hooks, shape.hook_body, asked.query)
            case "POST", "webhooks":
                return 201, shape.hook_body(self._subscribe(shop, _document(asked))), {}
            case "GET", "webhooks", name:
                return 200, shape.hook_body(_hook(shop, name)), {}
            case "PUT" | "POST", "webhooks", name:
                return 200, shape.hook_body(self._resubscribe(shop, _hook(shop, name), _document(asked))), {}
        raise Refused(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _order(self, shop: Shop, name: str) -> Order:
        order = self._director.find(shop, name) if name.isdigit() else None
        if order is None:
            raise Refused(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return order

    def _subscribe(self, shop: Shop, document: dict[str, Any]) -> Hook:
        topic, address = _topic(document.get("topic")), _address(document.get("delivery_url"))
        hook = new_hook(topic, address, str(document.get("secret") or ""), name=str(document.get("name") or "")[:200])
        shop.hooks.append(hook)
        self._director.ping(shop, hook)
        return hook

    def _resubscribe(self, shop: Shop, hook: Hook, document: dict[str, Any]) -> Hook:
        before = hook.status, hook.delivery_url
        if "status" in document:
            if document["status"] not in ("active", "paused", "disabled"):
                raise Refused(400, "rest_invalid_param", "Invalid parameter(s): status")
            hook.status = document["status"]
        if "topic" in document:
            hook.topic = _topic(document["topic"])
        if "delivery_url" in document:
            hook.delivery_url = _address(document["delivery_url"])
        if document.get("secret"):
            hook.secret = str(document["secret"])
        if hook.status == "active" and before != (hook.status, hook.delivery_url):
            hook.failures = 0
            self._director.ping(shop, hook)
        return hook


def _chosen(orders: list[Order], query: dict[str, str]) -> list[Order]:
    """The orders that the query asks for, in its order. Times without a zone are the shop's unless `dates_are_gmt` is set."""
    zone = UTC if query.get("dates_are_gmt") in ("1", "true") else shape.SHOP_ZONE
    for name, moment, later in (
        ("modified_after", shape.modified, True), ("modified_before", shape.modified, False),
        ("after", shape.created, True), ("before", shape.created, False),
    ):  # fmt: skip
        if name in query:
            limit = _moment(name, query[name])
            limit = limit if limit.tzinfo else limit.replace(tzinfo=zone)
            orders = [order for order in orders if (moment(order) > limit if later else moment(order) < limit)]
    if (wanted := query.get("status", "any")) != "any":
        orders = [order for order in orders if shape.status(order) in wanted.split(",")]
    if "parent" in query:
        orders = [order for order in orders if str(order.parent) in query["parent"].split(",")]
    if "include" in query:
        orders = [order for order in orders if str(order.number) in query["include"].split(",")]
    by = query.get("orderby", "date")
    keys: dict[str, Callable[[Order], Any]] = {"date": shape.created, "modified": shape.modified, "id": lambda order: order.number}
    if by not in keys or query.get("order", "desc") not in ("asc", "desc"):
        raise Refused(400, "rest_invalid_param", "Invalid parameter(s): orderby")
    return sorted(orders, key=lambda order: (keys[by](order), order.number), reverse=query.get("order", "desc") == "desc")


def _listed(rows: list[Any], body: Callable[[Any], dict[str, Any]], query: dict[str, str]) -> Found:
    per_page, page = _whole(query, "per_page", 10, 1, 100), _whole(query, "page", 1, 1, 10**6)
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(ceil(len(rows) / per_page))}
    return 200, [body(row) for row in rows[(page - 1) * per_page : page * per_page]], headers


def _whole(query: dict[str, str], name: str, default: int, low: int, high: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise Refused(400, "rest_invalid_param", f"Invalid parameter(s): {name}")
    return int(text)


def _moment(name: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, "rest_invalid_param", f"Invalid parameter(s): {name}") from None


def _document(asked: Asked) -> dict[str, Any]:
    try:
        return asked.document()
    except ValueError:
        raise Refused(400, "rest_invalid_json", "Invalid JSON body passed.") from None


def _hook(shop: Shop, name: str) -> Hook:
    found = next((hook for hook in shop.hooks if str(hook.id) == name), None)
    if found is None:
        raise Refused(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
    return found


def _topic(value: object) -> str:
    resource, _, event = value.partition(".") if isinstance(value, str) else ("", "", "")
    if resource not in ("order", "customer", "product", "coupon") or event not in ("created", "updated", "deleted", "restored"):
        raise Refused(400, "woocommerce_rest_webhook_invalid_topic", "Webhook topic must be valid.")
    return f"{resource}.{event}"


def _address(value: object) -> str:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise Refused(
            400,
            "woocommerce_rest_webhook_invalid_delivery_url",
            "Webhook delivery URL must be a valid URL starting with http:// or https://.",
        )
    return value


def _error(code: str, message: str, status: int) -> bytes:
    return encoded({"code": code, "message": message, "data": {"status": status}})
