"""Asking for a return, the customer's evidence, and giving it up."""

from datetime import timedelta
from typing import Any

import pytest

from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Line
from returns.actions import answer_evidence, ask_evidence, cancel, request
from returns.asked import NEEDS, asked, dressed
from returns.eligibility import judge
from returns.models import Photo, ReturnRequest
from returns.photos import unseal
from returns.policy import DEFAULTS, Product
from tests.returns.shop import D, asked_for, delivered_order, wanted

pytestmark = pytest.mark.django_db


def judged(made: ReturnRequest, settings: Any = DEFAULTS) -> Any:
    row = ReturnRequest.objects.select_related("order__customer", "order__store").prefetch_related(*NEEDS).get(pk=made.pk)
    return judge(dressed(asked([row])[row.pk], settings), settings)


def test_a_request_gets_a_number_and_an_event(store: Any) -> None:
    order = delivered_order(store, number="#1042")
    made = asked_for(order, wanted(words="Too tight.", condition="opened"))
    assert (made.number, made.state, made.value, made.title) == ("R-1042-1", "requested", D("80.00"), "R-1042-1")
    assert [(row.quantity, row.reason, row.words, row.condition) for row in made.lines.all()] == [
        (1, "SIZE_TOO_SMALL", "Too tight.", "opened")
    ]
    event = Event.objects.get(verb=Verb.RETURN_REQUESTED, order_id=order.pk)
    assert event.data["number"] == "R-1042-1"
    assert "Too tight" not in str(event.data)


@pytest.mark.parametrize("role", list(Role))
def test_a_colleague_needs_the_right_to_act_on_orders(role: Role, store: Any, make_person: Any) -> None:
    order, person = delivered_order(store), make_person(role, store)
    if Perm.ACT_ON_ORDER in ROLES[role]:
        assert asked_for(order, by=person, source="desk", identity="staff").requested_by == person
    else:
        with pytest.raises(Forbidden):
            asked_for(order, by=person, source="desk", identity="staff")


def test_no_more_units_than_are_left_and_not_asked_for_elsewhere(store: Any) -> None:
    order = delivered_order(store, units=3)
    asked_for(order, wanted(quantity=2))
    with pytest.raises(Conflict, match="1 can be asked for"):
        asked_for(order, wanted(quantity=2))
    assert asked_for(order, wanted(quantity=1)).number.endswith("-2")


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (wanted(quantity=0),),
        (wanted(reason="BECAUSE"),),
        (wanted(line="li-9"),),
        (wanted(), wanted()),
        (wanted(photos=(("a.txt", b"no picture"),)),),
    ],
)
def test_what_does_not_fit_is_refused(lines: Any, store: Any, system: Any) -> None:
    with pytest.raises(Invalid):
        request(order=delivered_order(store), wanted=lines, source="page", identity="contact", by=system)
    assert not ReturnRequest.objects.exists()


def test_photos_are_drawn_anew_and_sealed(store: Any, picture: Any) -> None:
    made = asked_for(delivered_order(store), wanted(reason="DEFECTIVE", photos=[picture(), picture()]))
    (photo,) = Photo.objects.all()  # the same one twice is one
    content = unseal(photo.pk, bytes(photo.body))
    assert content.startswith(b"\xff\xd8")
    assert b"SECRETCAMERA" not in content
    assert content not in bytes(photo.body)
    assert made.lines.get().photos.count() == 1


def test_evidence_is_asked_for_and_given(store: Any, system: Any, reviewer: Any, picture: Any) -> None:
    made = asked_for(delivered_order(store), wanted(reason="DEFECTIVE"), wish="refund")
    assert judged(made).lines[0].advised.ask
    assert ask_evidence(request=made, by=reviewer).state == "waiting"
    line = made.lines.get().pk
    answered = answer_evidence(request=made, by=system, photos={line: [picture()]}, words={line: "The lid broke."})
    assert answered.state == "requested"
    assert not judged(made).lines[0].advised.ask
    with pytest.raises(Invalid):
        answer_evidence(request=made, by=system, photos={}, words={})
    with pytest.raises(Invalid):
        answer_evidence(request=made, by=system, photos={}, words={made.pk: "A line of nobody."})


def test_given_up_once_and_with_a_reason(store: Any, system: Any) -> None:
    made = asked_for(delivered_order(store))
    with pytest.raises(Invalid):
        cancel(request=made, by=system, why="no")
    assert cancel(request=made, by=system, why="The customer keeps it.").state == "cancelled"
    with pytest.raises(Conflict):
        cancel(request=made, by=system, why="The customer keeps it.")


def test_rows_become_what_the_checks_see(store: Any) -> None:
    """Discounts lessen the price that was paid; the policy's table says what the goods are; history counts the customer's other orders."""
    order = delivered_order(store, prices=("80.00", "20.00"), country="DE", tags=["clearance"])
    order.total = D("85.00")  # 100.00 of goods for 80.00, and 5.00 of shipping
    order.save()
    earlier = delivered_order(store, days=60)
    asked_for(earlier, wanted(reason="NOT_RECEIVED"))
    made = asked_for(order)
    row = ReturnRequest.objects.select_related("order__customer", "order__store").prefetch_related(*NEEDS).get(pk=made.pk)
    settings = DEFAULTS.model_copy(update={"products": (Product(sku="SKU"), Product(sku="SKU-0", type="shoes", hazmat=True))})
    found = dressed(asked([row])[made.pk], settings)
    (line,) = found.lines
    assert (line.price, line.product_type, line.hazmat, line.fulfilled) == (D("64.00"), "shoes", True, 1)
    assert line.delivered_at is not None
    assert line.delivered_at - line.shipped_at == timedelta(days=2)
    assert (found.customer.orders, found.customer.not_received_claims, found.country) == (2, 1, "DE")
    assert (found.method_refundable, found.dispute_open, found.left_to_refund, found.whole_order) == (True, False, D("105.00"), False)
    assert "clearance" in found.order_tags


def test_the_number_of_queries_does_not_depend_on_the_batch(store: Any, django_assert_num_queries: Any) -> None:
    def read(requests: list[ReturnRequest]) -> None:
        rows = (
            ReturnRequest.objects.select_related("order__customer", "order__store")
            .prefetch_related(*NEEDS)
            .filter(pk__in=[one.pk for one in requests])
        )
        asked(list(rows))

    many = [asked_for(delivered_order(store, email=f"a{n}@customer.example")) for n in range(6)]
    with django_assert_num_queries(13):
        read(many[:1])
    with django_assert_num_queries(13):
        read(many)
    assert Line.objects.count() == 6
