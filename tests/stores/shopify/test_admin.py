"""One question to the Admin API: politely, and every fault said in a sentence that holds no token."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from ordersops.errors import Upstream
from ordersops.stores.models import Store
from ordersops.stores.platforms.shopify import admin
from ordersops.stores.platforms.shopify.admin import Admin
from tests.effects.shopify.orders import as_api, gid
from tests.effects.shopify.server import TOKEN, Server
from tests.stores.shopify.official import needs_schema

pytestmark = needs_schema
ORDER = gid("Order", 1)


def cost(available: float, needed: float = 100, rate: float = 5000) -> dict[str, Any]:
    return {"cost": {"requestedQueryCost": needed, "throttleStatus": {"currentlyAvailable": available, "restoreRate": rate}}}


def throttled(available: float = 0, **more: float) -> tuple[int, dict[str, str], Any]:
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    return 200, {}, {"errors": [error], "extensions": cost(available, **more)}


def test_the_token_goes_in_its_header_to_the_dated_version(server: Server, shop_store: Store) -> None:
    assert Admin(shop_store).ask("order", id=ORDER).fields["order"] is None
    assert server.headers[0]["x-shopify-access-token"] == TOKEN


def test_a_throttled_question_waits_for_its_points_and_is_asked_again(
    server: Server, shop_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(admin.time, "sleep", waits.append)
    server.refusals = [throttled(), (429, {"Retry-After": "0.01"}, {})]
    server.shop.order_rows[ORDER] = as_api()
    assert Admin(shop_store).ask("tags_add", id=ORDER, tags=["x"]).status == 200
    assert len(waits) >= 1
    assert all(0 < wait < 0.1 for wait in waits)
    assert server.writes == ["tagsAdd"]


def test_patience_ends(server: Server, shop_store: Store) -> None:
    server.refusals = [throttled(rate=1)]
    with pytest.raises(Upstream, match="slow down") as refused:
        Admin(shop_store).ask("order", id=ORDER)
    assert not refused.value.permanent


def test_all_questions_of_one_errand_share_its_time(server: Server, shop_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of six hundred seconds the first question has used three hundred: four hundred more are too many, though one question may wait so long."""
    passed, waits = [0.0], list[float]()
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + passed[0], sleep=waits.append)
    monkeypatch.setattr(admin, "time", clock)
    monkeypatch.setattr(admin, "PATIENCE", 1000.0)
    asking = Admin(shop_store, seconds=600)
    asking.ask("order", id=ORDER)
    passed[0] = 300.0
    server.refusals = [throttled(rate=0.25)]  # a hundred points
    with pytest.raises(Upstream) as refused:
        asking.ask("order", id=ORDER)
    assert not refused.value.permanent
    assert refused.value.retry_after == 400
    assert waits == []


def test_the_next_question_waits_for_the_points_that_are_missing(
    server: Server, shop_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(admin.time, "sleep", waits.append)
    server.cost = cost(40, needed=100, rate=20)["cost"]
    asking = Admin(shop_store)
    asking.ask("order", id=ORDER)
    asking.ask("order", id=ORDER)
    (wait,) = waits
    assert 1 < wait <= 3


def coded(code: str) -> dict[str, Any]:
    return {"errors": [{"message": "No", "extensions": {"code": code}}]}


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [
        (401, {}, True), (402, {}, True), (403, {}, True), (404, {}, True), (302, {}, True), (400, {}, True), (408, {}, False),
        (500, {}, False), (503, {}, False), (200, b"<html>", False), (200, [], False), (200, {}, False), (200, {"data": None}, False),
        (200, {"errors": "[API] no"}, True), (200, coded("ACCESS_DENIED"), True), (200, coded("INTERNAL_SERVER_ERROR"), False),
        (200, coded("MAX_COST_EXCEEDED"), True), (200, {"errors": [{"message": "Field 'x' does not exist"}]}, True),
    ],
)  # fmt: skip
def test_a_refusal_is_upstream_and_says_whether_waiting_helps(
    server: Server, shop_store: Store, status: int, body: Any, permanent: bool
) -> None:
    server.refusals = [(status, {}, body)]
    with pytest.raises(Upstream) as refused:
        Admin(shop_store).ask("order", id=ORDER)
    assert refused.value.permanent is permanent
    assert TOKEN not in refused.value.message
    assert "Shopify" in refused.value.message


def test_a_user_error_is_told_in_its_own_words(server: Server, shop_store: Store) -> None:
    server.refusals = [(200, {}, {"data": {"tagsAdd": {"userErrors": [{"field": ["id"], "message": "Order is archived"}]}}})]
    with pytest.raises(Upstream, match="Order is archived") as refused:
        Admin(shop_store).ask("tags_add", id=ORDER, tags=["x"])
    assert refused.value.permanent


def test_a_stale_quantity_is_read_again(server: Server, shop_store: Store) -> None:
    error = {"field": [], "message": "Stale", "code": "CHANGE_FROM_QUANTITY_STALE"}
    server.refusals = [(200, {}, {"data": {"inventoryAdjustQuantities": {"userErrors": [error]}}})]
    with pytest.raises(Upstream) as refused:
        Admin(shop_store).ask("stock_adjust", input={}, key="k")
    assert not refused.value.permanent


def test_a_lost_answer_may_be_asked_for_again(server: Server, shop_store: Store) -> None:
    server.shop.order_rows[ORDER] = as_api()
    server.loses_answers_to = {"tagsAdd"}
    with pytest.raises(Upstream, match="no whole answer") as refused:
        Admin(shop_store).ask("tags_add", id=ORDER, tags=["x"])
    assert not refused.value.permanent


@pytest.mark.parametrize("token", ["", "with space", "line\r\nX-Evil: 1", "ключ"])
def test_a_token_that_cannot_be_sent_is_not(server: Server, token: str) -> None:
    with pytest.raises(Upstream, match="access token"):
        Admin(Store(api_url=server.address, api_key=token)).ask("order", id=ORDER)
    assert server.headers == []


@pytest.mark.parametrize("allowed", [True, False])
def test_the_token_is_not_sent_in_the_clear_nor_into_the_private_network(
    server: Server, shop_store: Store, settings: Any, allowed: bool
) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = allowed
    if allowed:
        Admin(shop_store).ask("order", id=ORDER)
        return
    for address in (server.address, server.address.replace("http:", "https:")):
        with pytest.raises(Upstream) as refused:
            Admin(Store(api_url=address, api_key=TOKEN)).ask("order", id=ORDER)
        assert refused.value.permanent
    assert server.headers == []
