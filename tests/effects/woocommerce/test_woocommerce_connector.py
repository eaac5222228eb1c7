"""Writing to a WooCommerce shop: looked at before and after, so that it happens once."""

from collections.abc import Iterator
from typing import Any

import pytest

from ordersops.effects.connectors import Answer
from ordersops.effects.connectors.woocommerce import LOOKS, WRITES, WooCommerceConnector, mark
from ordersops.effects.kinds import inverse
from ordersops.effects.models import Effect
from ordersops.errors import Invalid, Upstream
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.effects.woocommerce.server import KEY, SECRET, Shop, html, open_shop, slow_down
from tests.stores.woocommerce.documents import LINE, order

OUT = WooCommerceConnector()
PLACE = {
    "name": "Ada M Byron", "company": "", "address1": "2 Street", "address2": "", "city": "Porto", "province": "13", "postal_code": "4000",
    "country": "PT", "phone": "",
}  # fmt: skip
REFUND = {
    "amount": "27.50", "currency": "EUR", "lines": [{"external_id": "11", "quantity": 1, "restock": "return"}], "shipping_amount": "0.00",
    "note": "late", "notify": False,
}  # fmt: skip


@pytest.fixture
def shop(settings: Any) -> Iterator[Shop]:
    settings.ALLOW_PRIVATE_CALLBACKS = True
    with open_shop() as found:
        found.orders["727"] = order(line_items=[LINE | {"taxes": [{"id": 75, "total": "5.00"}]}])
        yield found


@pytest.fixture
def store(shop: Shop) -> Store:
    return Store(platform="woocommerce", api_url=shop.address, api_key=KEY, api_secret=SECRET)


def planned(store: Store, kind: str, number: str = "727", /, **arguments: Any) -> Effect:
    return Effect(store=store, order=Order(store=store, external_id=number), kind=kind, arguments=arguments)


def act(effect: Effect) -> Answer:
    """Look, write, look again."""
    seen = OUT.look(effect)
    assert not seen.done
    assert seen.differs
    answer = OUT.send(effect, OUT.prepare(effect, seen))
    after = OUT.look(effect)
    assert after.done
    assert after.differs == {}
    return answer


def test_every_kind_is_looked_for_and_written() -> None:
    assert set(LOOKS) == set(WRITES) == OUT.kinds


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("order.hold", {"reason": "fraud", "note": ""}), ("order.cancel", {"reason": "fraud", "restock": True, "refund": False}),
        ("order.cancel", {"reason": "fraud", "restock": True, "refund": True}), ("order.tag", {"add": ["vip"], "remove": []}),
        ("order.note", {"text": "Call first"}), ("order.metafield", {"namespace": "ops", "key": "lane", "type": "x", "value": "2"}),
        ("order.update_address", {"address": PLACE}), ("refund.create", REFUND),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_an_act_is_done_once_and_seen(shop: Shop, store: Store, kind: str, arguments: dict[str, Any]) -> None:
    effect = planned(store, kind, **arguments)
    assert act(effect).status in {200, 201}
    assert len(shop.writes) == 1


def test_a_replacement_is_a_new_order_at_no_price_under_the_old_one(shop: Shop, store: Store) -> None:
    effect = planned(store, "replacement.create", lines=[{"external_id": "11", "quantity": 1}], reason="lost", note="")
    act(effect)
    ((method, path, body),) = shop.writes
    assert (method, path, body["parent_id"], body["set_paid"]) == ("POST", "orders", 727, True)
    (line,) = body["line_items"]
    assert (line["quantity"], line["subtotal"], line["total"]) == (1, "0.00", "0.00")
    assert body["shipping"] == shop.orders["727"]["shipping"]
    assert OUT.look(effect).found["id"] == "9001"
    other = planned(store, "replacement.create", lines=[{"external_id": "11", "quantity": 1}], reason="lost", note="")
    assert not OUT.look(other).done, "the mark is that of one effect"


@pytest.mark.parametrize(
    ("changes", "lines", "why"),
    [
        ({"status": "cancelled"}, [{"external_id": "11", "quantity": 1}], "nothing of it to replace"),
        ({}, [{"external_id": "11", "quantity": 99}], "no 99 units"),
        ({"line_items": [LINE | {"product_id": 0}]}, [{"external_id": "11", "quantity": 1}], "no longer among"),
    ],
)
def test_what_cannot_be_replaced_is_not_sent(shop: Shop, store: Store, changes: Any, lines: Any, why: str) -> None:
    shop.orders["727"] |= changes
    effect = planned(store, "replacement.create", lines=lines, reason="lost", note="")
    with pytest.raises(Invalid, match=why):
        OUT.prepare(effect, OUT.look(effect))


@pytest.mark.parametrize("kind", ["order.note", "refund.create"])
def test_what_was_done_though_no_answer_came_is_found_by_its_mark(shop: Shop, store: Store, kind: str) -> None:
    effect = planned(store, kind, **(REFUND if kind == "refund.create" else {"text": "Call first"}))
    shop.loses_the_answer = True
    with pytest.raises(Upstream) as refused:
        OUT.send(effect, OUT.prepare(effect, OUT.look(effect)))
    assert not refused.value.permanent
    assert OUT.look(effect).done
    assert not OUT.look(planned(store, kind, **effect.arguments)).done  # the same once more, asked for anew


def test_a_hold_is_released_to_where_it_came_from(shop: Shop, store: Store) -> None:
    shop.orders["727"]["status"] = "pending"
    act(planned(store, "order.hold", reason="fraud", note=""))
    assert shop.meta("727", "_ordersops_held_from") == "pending"
    act(planned(store, "order.release"))
    assert shop.orders["727"]["status"] == "pending"  # and not “processing”, which would say that money has come
    assert shop.meta("727", "_ordersops_held_from") is None


def test_a_hold_of_the_shops_own_is_released_to_processing(shop: Shop, store: Store) -> None:
    shop.orders["727"]["status"] = "on-hold"
    act(planned(store, "order.release"))
    assert shop.orders["727"]["status"] == "processing"
    assert OUT.look(planned(store, "order.release")).done


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("order.release", "cancelled"), ("order.release", "trash"), ("order.hold", "completed"), ("order.hold", "cancelled"),
        ("order.cancel", "completed"), ("order.update_address", "completed"),
    ],
)  # fmt: skip
def test_what_is_over_cannot_be_acted_on(shop: Shop, store: Store, kind: str, status: str) -> None:
    shop.orders["727"]["status"] = status
    arguments: dict[str, dict[str, Any]] = {"order.update_address": {"address": PLACE}, "order.cancel": {"restock": True}}
    effect = planned(store, kind, **arguments.get(kind, {}))
    with pytest.raises(Invalid, match=status):
        OUT.prepare(effect, OUT.look(effect))


def test_a_cancellation_with_refund_gives_back_what_is_left(shop: Shop, store: Store) -> None:
    shop.orders["727"]["refunds"] = [{"id": 1, "reason": "", "total": "-8.20"}]
    act(planned(store, "order.cancel", reason="fraud", restock=False, refund=True))
    ((_, path, body),) = shop.writes
    assert (path, body["amount"], body["api_refund"], body["api_restock"]) == ("orders/727/refunds", "60.00", True, False)
    assert shop.orders["727"]["status"] == "refunded"


def test_an_unpaid_order_is_cancelled_without_a_refund(shop: Shop, store: Store) -> None:
    shop.orders["727"] |= {"date_paid": None, "date_paid_gmt": None}
    act(planned(store, "order.cancel", reason="fraud", restock=True, refund=True))
    assert shop.orders["727"]["status"] == "cancelled"


def test_a_cancellation_that_says_nothing_of_money_is_for_a_person(shop: Shop, store: Store) -> None:
    effect = planned(store, "order.cancel")
    with pytest.raises(Invalid, match="by hand"):
        OUT.prepare(effect, OUT.look(effect))


def test_a_refund_names_its_lines_and_their_share_of_tax(shop: Shop, store: Store) -> None:
    effect = planned(store, "refund.create", **REFUND)
    act(effect)
    ((_, _, body),) = shop.writes
    assert body["line_items"] == [{"id": 11, "quantity": 1, "refund_total": "25.00", "refund_tax": [{"id": 75, "refund_total": "2.50"}]}]
    assert (body["amount"], body["reason"], body["api_restock"]) == ("27.50", f"late {mark(effect)}", True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"currency": "USD"}, "in EUR"), ({"amount": "68.21"}, "68.20 at most"),
        ({"lines": [{"external_id": "99", "quantity": 1}]}, "not in the shop's order"),
        ({"lines": [{"external_id": "11", "quantity": 3}]}, "has 2 of a line"),
    ],
)  # fmt: skip
def test_a_refund_that_cannot_be_is_refused(shop: Shop, store: Store, changes: dict[str, Any], says: str) -> None:
    effect = planned(store, "refund.create", **REFUND | changes)
    with pytest.raises(Invalid, match=says):
        OUT.prepare(effect, OUT.look(effect))
    assert shop.writes == []


def test_tags_are_those_of_the_order_and_no_others(shop: Shop, store: Store) -> None:
    shop.orders["727"]["meta_data"] = [{"key": "_ordersops_tags", "value": "late,vip"}, {"key": "theirs", "value": {"a": 1}}]
    act(planned(store, "order.tag", add=["gift", "vip"], remove=["late"]))
    assert shop.meta("727", "_ordersops_tags") == "vip,gift"
    assert shop.meta("727", "theirs") == {"a": 1}


def test_a_note_is_private_and_the_customers_own_stays(shop: Shop, store: Store) -> None:
    shop.orders["727"]["customer_note"] = "Ring twice"
    act(planned(store, "order.note", text="Call first"))
    assert shop.notes["727"][0]["customer_note"] is False
    assert shop.orders["727"]["customer_note"] == "Ring twice"


def test_a_field_of_the_shops_own_is_left_alone(shop: Shop, store: Store) -> None:
    effect = planned(store, "order.metafield", namespace="_billing", key="email", type="x", value="x")
    with pytest.raises(Invalid, match="WooCommerce's own"):
        OUT.prepare(effect, OUT.look(effect))


def test_a_field_goes_back_to_the_text_that_it_had(shop: Shop, store: Store) -> None:
    shop.orders["727"]["meta_data"] = [{"key": "ops.lane", "value": "1"}, {"key": "ops.list", "value": ["theirs"]}]
    effect = planned(store, "order.metafield", namespace="ops", key="lane", type="x", value="2")
    before = OUT.look(effect).before
    act(effect)
    assert OUT.look(effect).before == {}, "what is there already is not ours"
    back = inverse(effect.kind, effect.arguments, before)
    assert back is not None
    act(planned(store, back[0], **back[1]))
    assert shop.meta("727", "ops.lane") == "1"
    for key in ("list", "none"):
        assert OUT.look(planned(store, "order.metafield", namespace="ops", key=key, type="x", value="2")).before == {}


def test_the_name_of_an_address_is_two_fields(shop: Shop, store: Store) -> None:
    act(planned(store, "order.update_address", address=PLACE))
    shipping = shop.orders["727"]["shipping"]
    assert (shipping["first_name"], shipping["last_name"], shipping["address_1"], shipping["state"]) == ("Ada M", "Byron", "2 Street", "13")


def test_a_prepared_write_holds_no_key_and_goes_nowhere_else(shop: Shop, store: Store) -> None:
    effect = planned(store, "order.hold")
    request = OUT.prepare(effect, OUT.look(effect))
    assert not [secret for secret in (KEY, SECRET) if secret in repr(request)]
    for key, address in (("727", "https://moved.example"), ("728", shop.address)):
        store.api_url = address
        with pytest.raises(Upstream, match="changed after"):
            OUT.send(planned(store, "order.hold", key), request)
    assert shop.writes == []


@pytest.mark.parametrize(("answer", "permanent"), [(html(), False), (slow_down(), False), (html(500), False)])
def test_a_write_that_was_not_taken_is_tried_again(shop: Shop, store: Store, answer: Any, permanent: bool) -> None:
    effect = planned(store, "order.hold")
    request = OUT.prepare(effect, OUT.look(effect))
    shop.answers.append(answer)
    with pytest.raises(Upstream) as refused:
        OUT.send(effect, request)
    assert refused.value.permanent is permanent


def test_an_order_that_is_not_there_is_final(shop: Shop, store: Store) -> None:
    for key in ("999", "7/../8"):
        with pytest.raises(Upstream) as refused:
            OUT.look(planned(store, "order.hold", key))
        assert refused.value.permanent


def test_what_it_does_not_do_is_for_a_person(store: Store) -> None:
    with pytest.raises(Invalid, match="A person has to do it"):
        OUT.look(planned(store, "fulfilment.split"))
