"""Returns as stores tell them: by Shopify's topics and by the generic contract."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ordersops.cases.models import Case
from ordersops.errors import Invalid, Upstream
from ordersops.stores.platforms import platforms
from returns.actions.taking_in import take_in
from returns.models import ReturnRequest
from tests.returns.shop import delivered_order

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def body(order: Any, status: str = "requested", at: str = "2026-06-01T10:00:00Z", line: str = "li-0", **more: Any) -> dict[str, Any]:
    row = {
        "id": 71, "quantity": 1, "return_reason": "SIZE_TOO_SMALL", "customer_note": "Too <b>tight</b>.",
        "fulfillment_line_item": {"id": 9, "line_item": {"id": line}}, **more,
    }  # fmt: skip
    return {"id": 7001, "status": status, "updated_at": at, "order": {"id": order.external_id}, "return_line_items": [row]}


def shopify(payload: dict[str, Any], topic: str = "returns/request") -> Any:
    return platforms()["shopify"].facts(topic=topic, payload=payload, at=AT)


def test_a_request_of_the_store_is_taken_in_once(store: Any, system: Any, work: Any) -> None:
    order = delivered_order(store)
    facts = shopify(body(order))
    for _ in range(2):
        take_in(facts=[(store.pk, facts)], by=system)
    made = ReturnRequest.objects.get()
    row = made.lines.get()
    assert (made.source, made.identity, made.external_id, made.stated) == ("store", "store", "7001", "requested")
    assert (row.reason, row.stated_reason, row.words) == ("SIZE_TOO_SMALL", "SIZE_TOO_SMALL", "Too <b>tight</b>.")
    work()
    assert Case.objects.get(lane="returns").subject == made.pk


def test_the_handle_of_a_reason_goes_before_the_enum_and_unknown_ones_are_kept(store: Any, system: Any) -> None:
    order = delivered_order(store)
    take_in(facts=[(store.pk, shopify(body(order, return_reason_definition={"handle": "smells-odd"})))], by=system)
    row = ReturnRequest.objects.get().lines.get()
    assert (row.reason, row.stated_reason) == ("OTHER", "smells-odd")


@pytest.mark.parametrize(("status", "state"), [("open", "approved"), ("declined", "declined"), ("canceled", "cancelled")])
def test_what_was_answered_in_the_store_is_so_here_and_its_case_goes(status: str, state: str, store: Any, system: Any, work: Any) -> None:
    order = delivered_order(store)
    take_in(facts=[(store.pk, shopify(body(order)))], by=system)
    work()
    answered = shopify(body(order, status, at="2026-06-01T11:00:00Z"), "returns/update")
    for _ in range(2):
        take_in(facts=[(store.pk, answered)], by=system)
    made = ReturnRequest.objects.get()
    assert made.state == state
    assert not Case.objects.undecided().filter(lane="returns").exists()
    take_in(facts=[(store.pk, shopify(body(order)))], by=system)  # the older one, late
    made.refresh_from_db()
    assert made.state == state


def test_before_its_order_it_is_tried_again_and_without_lines_refused(store: Any, system: Any) -> None:
    order = delivered_order(store)
    with pytest.raises(Invalid, match="no lines"):
        take_in(facts=[(store.pk, shopify({**body(order), "return_line_items": []}))], by=system)
    order.external_id = "somebody-elses"
    with pytest.raises(Upstream, match="not arrived"):
        take_in(facts=[(store.pk, shopify(body(order)))], by=system)


def test_by_the_generic_contract(store: Any, system: Any) -> None:
    order = delivered_order(store)
    payload = {
        "event": "order.updated", "order_id": order.external_id,
        "returns": [{"id": "ret_1", "status": "requested", "items": [{"id": "li-0", "quantity": 1, "reason": "damaged", "note": "The lid."}]}],
    }  # fmt: skip
    take_in(facts=[(store.pk, platforms()["generic"].facts(topic="order.updated", payload=payload, at=AT))], by=system)
    row = ReturnRequest.objects.get().lines.get()
    assert (row.reason, row.words) == ("DAMAGED_IN_TRANSIT", "The lid.")


def test_all_deliveries_of_one_return_go_with_its_order() -> None:
    envelope = platforms()["shopify"].envelope(
        headers={"x-shopify-topic": "returns/update"},
        body=b'{"id": 5, "order": {"id": 42, "admin_graphql_api_id": "gid://shopify/Order/42"}}',
    )
    assert envelope.resource == "order:42"


def test_a_carriers_word_moves_an_accepted_return_and_no_other(store: Any, system: Any) -> None:
    order = delivered_order(store)

    def tell(state: str, minute: int, /, **parcel: str) -> ReturnRequest:
        going = {
            "id": "ret_1", "status": state, "wish": "exchange", "updated_at": f"2026-06-01T12:{minute:02}:00Z", "parcel": parcel,
            "items": [{"id": "li-0", "quantity": 1}],
        }  # fmt: skip
        payload = {"event": "order.updated", "order_id": order.external_id, "returns": [going]}
        take_in(facts=[(store.pk, platforms()["generic"].facts(topic="order.updated", payload=payload, at=AT))], by=system)
        return ReturnRequest.objects.get()

    made = tell("requested", 1, status="in_transit", tracking_number="RR1")
    assert (made.state, made.wish, made.tracking_number) == ("requested", "exchange", "")
    assert tell("open", 2, tracking_number="RR1", carrier="Post").tracking_number == "RR1"
    made = tell("open", 3, status="in_transit", tracking_number="RR2", carrier="Post")
    assert (made.state, made.tracking_number, made.carrier) == ("in_transit", "RR2", "Post")
    made = tell("open", 4, status="delivered", tracking_number="RR2")
    assert (made.state, made.received_at) == ("in_transit", None)  # somebody counts what is in it
