"""Reading a WooCommerce shop: to the end, politely, with the key sent nowhere else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ordersops.errors import Upstream
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED, Document
from ordersops.stores.platforms.woocommerce import WooCommerce, rest
from ordersops.stores.platforms.woocommerce.interface import WooCommerceInterface, wanted_topics
from tests.effects.woocommerce.server import KEY, SECRET, Shop, html, open_shop, slow_down
from tests.stores.woocommerce.documents import order

READ = WooCommerceInterface()
NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
ADDRESS = "https://ops.example/hooks/abc"


@pytest.fixture
def shop(settings: Any) -> Iterator[Shop]:
    settings.ALLOW_PRIVATE_CALLBACKS = True
    with open_shop() as found:
        yield found


@pytest.fixture
def store(shop: Shop) -> Store:
    return Store(platform="woocommerce", api_url=shop.address, api_key=KEY, api_secret=SECRET, webhook_secret="a" * 32)


def changes(shop: Shop, number: int, at: datetime) -> None:
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}"
    shop.orders[str(number)] = order(id=number, number=str(number), date_modified_gmt=stamp, date_modified=stamp)


def read(store: Store, since: datetime = NOON, until: datetime = NOON + timedelta(hours=1)) -> list[Document]:
    """Page by page to the end; every cursor is another one."""
    cursor, documents, seen = "", [], set()
    for _ in range(30):
        page = READ.changed(store, since=since, until=until, cursor=cursor)
        documents += page.documents
        if not page.cursor:
            return documents
        assert page.cursor not in seen
        seen.add(cursor := page.cursor)
    raise AssertionError("It does not end.")


@pytest.mark.parametrize("counted", [True, False])
def test_all_that_changed_is_read_the_oldest_first(shop: Shop, store: Store, counted: bool) -> None:
    shop.counts_pages = counted
    for number in range(120):
        changes(shop, number + 1, NOON + timedelta(seconds=number))
    found = read(store)
    assert {document.external_id for document in found} == {str(number + 1) for number in range(120)}
    assert [document.changed_at for document in found] == sorted(document.changed_at for document in found)
    facts = WooCommerce().facts(topic=POLLED, payload=found[0].payload, at=found[0].changed_at)
    assert facts.order == "1"


def test_an_order_that_changes_while_it_is_read_hides_no_other(shop: Shop, store: Store) -> None:
    for number in range(80):
        changes(shop, number + 1, NOON + timedelta(seconds=number))
    first = READ.changed(store, since=NOON, until=NOON + timedelta(hours=1))
    for number in range(10):
        changes(shop, number + 1, NOON + timedelta(hours=2))  # they leave the window, and the rest moves up
    second = READ.changed(store, since=NOON, until=NOON + timedelta(hours=1), cursor=first.cursor)
    found = {document.external_id for document in [*first.documents, *second.documents]}
    assert found == {str(number + 1) for number in range(80)}


def test_a_bulk_edit_within_one_second_is_read_to_its_end(shop: Shop, store: Store) -> None:
    for number in range(130):
        changes(shop, number + 1, NOON + timedelta(seconds=5))
    assert len({document.external_id for document in read(store)}) == 130


def test_the_ends_of_the_window_belong_to_it(shop: Shop, store: Store) -> None:
    for number, at in enumerate((NOON - timedelta(seconds=1), NOON, NOON + timedelta(hours=1), NOON + timedelta(seconds=3601))):
        changes(shop, number, at)
    assert [document.external_id for document in read(store)] == ["1", "2"]


def test_one_order_as_it_is_now_or_none(shop: Shop, store: Store) -> None:
    changes(shop, 7, NOON)
    found = READ.order(store, "7")
    assert found is not None
    assert (found.external_id, found.changed_at) == ("7", NOON)
    assert READ.order(store, "8") is None
    asked = len(shop.asked)
    assert READ.order(store, "7/../../users") is None
    assert len(shop.asked) == asked


def test_webhooks_are_made_repaired_and_left(shop: Shop, store: Store) -> None:
    made, off, theirs, *missing = wanted_topics()
    shop.webhooks = [
        {"id": 1, "topic": made, "status": "active", "delivery_url": f"{ADDRESS}/"},
        {"id": 2, "topic": off, "status": "disabled", "delivery_url": ADDRESS},
        {"id": 3, "topic": theirs, "status": "active", "delivery_url": "https://other.example/"},
    ]
    before = {found.topic: found.state for found in READ.subscriptions(store, address=ADDRESS)}
    assert before == {made: "active", off: "disabled", theirs: "elsewhere", **dict.fromkeys(missing, "missing")}
    assert {found.state for found in READ.subscribe(store, address=ADDRESS)} == {"active"}
    assert shop.webhooks[2] == {"id": 3, "topic": theirs, "status": "active", "delivery_url": "https://other.example/"}
    assert shop.webhooks[1]["secret"] == store.webhook_secret
    assert len(shop.webhooks) == 3 + 1 + len(missing)
    writes = len(shop.writes)
    READ.subscribe(store, address=ADDRESS)
    assert len(shop.writes) == writes


@pytest.mark.parametrize(
    ("answer", "permanent", "says"),
    [
        (html(), False, "HTTP 503"), (html(200), False, "not JSON"), (slow_down(), False, "HTTP 429"), (html(404), True, "no REST interface"),
        ((302, {"Location": "https://elsewhere.example/"}, b""), True, "elsewhere"), (html(403), True, "does not let our key"),
        ((200, {}, b"<b>Notice</b>: x[]"), False, "not JSON"), ((500, {}, b"{}"), False, "HTTP 500"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_said(shop: Shop, store: Store, answer: Any, permanent: bool, says: str) -> None:
    shop.answers.append(answer)
    with pytest.raises(Upstream, match=says) as refused:
        READ.changed(store, since=NOON, until=NOON)
    assert refused.value.permanent is permanent
    assert len(shop.asked) == 1
    assert KEY not in refused.value.message
    assert SECRET not in refused.value.message


def test_it_waits_as_long_as_the_shop_asks(shop: Shop, store: Store) -> None:
    shop.answers.append(slow_down(7))
    with pytest.raises(Upstream) as refused:
        READ.order(store, "7")
    assert refused.value.retry_after == 7


def test_a_wrong_or_missing_key_is_said(shop: Shop, store: Store) -> None:
    store.api_secret = "cs_other"
    with pytest.raises(Upstream, match="does not take our consumer key"):
        READ.order(store, "7")
    store.api_secret = ""
    with pytest.raises(Upstream, match="consumer key or secret is missing"):
        READ.order(store, "7")


def test_the_key_is_never_sent_in_the_clear_or_elsewhere(shop: Shop, store: Store, settings: Any) -> None:
    with pytest.raises(Upstream, match="not that of the store"):
        rest.Rest(store).send("GET", "https://elsewhere.example/wp-json/wc/v3/orders")
    settings.ALLOW_PRIVATE_CALLBACKS = False
    with pytest.raises(Upstream, match="https://"):
        READ.order(store, "7")
    settings.ALLOW_PRIVATE_CALLBACKS = True
    store.api_url = "http://shop.example"
    with pytest.raises(Upstream, match="https://"):
        READ.order(store, "7")
    assert shop.asked == []


def test_a_shop_that_is_gone_is_tried_again(store: Store) -> None:
    store.api_url = "http://127.0.0.1:9"
    with pytest.raises(Upstream, match="no whole answer") as refused:
        READ.order(store, "7")
    assert not refused.value.permanent
