"""Is it in stock, and when is it back: answered to anybody, from what the store states, in hedged words, held against the facts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from inquiries import actions
from inquiries.availability import Asked, look
from inquiries.checking import faults
from inquiries.composing import compose
from inquiries.policy import DEFAULTS
from inquiries.reasons import OUTCOMES
from inquiries.rules import choose, see
from ordersops.review.queries import recommendation_for
from ordersops.stock.models import Inbound, Item, Level, Location
from tests.inquiries.sheets import evidence

THERE: dict[str, Any] = {
    "intent": "product.availability",
    "product_asked": "Head lamp 400 lumen",
    "product_units": 12,
    "identity_known": False,
}
GONE: dict[str, Any] = {**THERE, "product_units": 0}
COMING: dict[str, Any] = {**GONE, "product_expected": datetime(2026, 12, 3, 9, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("known", "holds", "lacks"),
    [
        (THERE, "we have Head lamp 400 lumen in stock", "expect"),
        (GONE, "is not in stock. When more will come is not known", "expect more"),
        (COMING, "we expect more on 3 December 2026", "not known"),
        ({**COMING, "language": "de"}, "Nachschub am 3. Dezember 2026", "in stock"),
    ],
)
def test_the_answer_says_what_the_store_states_and_passes_the_checker(known: Any, holds: str, lacks: str) -> None:
    sheet = evidence(known)
    draft = compose(sheet)
    assert draft is not None
    assert holds in draft.text
    assert lacks not in draft.text
    assert faults(draft.text, sheet, subject=draft.subject) == []


@pytest.mark.parametrize("known", [THERE, GONE, COMING])
def test_anybody_is_answered_and_nothing_calls_for_a_person(known: Any) -> None:
    sheet = evidence(known)
    seen = see(sheet, DEFAULTS)
    assert [one.key for one in seen if one.state == "fired"] == []
    assert choose(sheet, seen, list(OUTCOMES), ["returns"]) == "answer"


def test_a_product_that_is_not_certain_is_a_persons() -> None:
    sheet = evidence(THERE, product_asked=None, product_units=None)
    assert compose(sheet) is None
    assert "no_draft" in {one.key for one in see(sheet, DEFAULTS) if one.state == "fired"}


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (GONE, "Head lamp 400 lumen is in stock."),
        (GONE, "We have Head lamp 400 lumen in stock."),
        (GONE, "Wir haben Head lamp 400 lumen auf Lager."),
        (THERE, "Head lamp 400 lumen is not in stock."),
        (THERE, "Head lamp 400 lumen ist nicht auf Lager."),
        (GONE, "We expect more soon."),
        (COMING, "We expect more on 4 December 2026."),
        (THERE, "We have 13 of them."),
        (THERE, "Your order was shipped."),
    ],
)
def test_what_the_stock_does_not_bear_out_is_refused(known: Any, text: str) -> None:
    assert faults(text, evidence(known))


# --- With the database ------------------------------------------------------------------------------------------------
@pytest.fixture
def shelf(store: Any) -> Any:
    """An item at a place, with so many units, and more to come."""
    place = Location.objects.create(store=store, external_id="l1", name="Main")

    def put(title: str, sku: str, units: int, *, coming: Any = None, at: Any = None) -> Item:
        item = Item.objects.create(store=store, external_id=sku, sku=sku, title=title)
        Level.objects.create(store=store, location=at or place, item=item, on_hand=units, safety_stock=2 if units else 0)
        if coming:
            Inbound.objects.create(store=store, external_id=f"in-{sku}", location=place, item=item, units=50, expected_at=coming)
        return item

    return put


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Is the head lamp 400 lumen in stock?", "Head lamp 400 lumen"),
        ("Is nw-lant-sol available?", "Solar lantern"),
        ("Ist „Solar lantern“ auf Lager?", "Solar lantern"),
        ("is the rain shell available", ""),  # of two, neither
        ("is the sofa available", ""),
        ("is it available", ""),
    ],
)
def test_which_product_is_meant(store: Any, shelf: Any, text: str, title: str) -> None:
    for name, sku in (("Head lamp 400 lumen", "NW-LAMP-HD"), ("Solar lantern", "NW-LANT-SOL")):
        shelf(name, sku, 5)
    shelf("Rain shell, men, graphite", "NW-SHELL-M", 5)
    shelf("Rain shell, women, rust", "NW-SHELL-W", 5)
    key = uuid4()
    found = look([Asked(key, store.pk, text)])
    assert (found[key].title if found else "") == title


@pytest.mark.django_db
def test_units_are_those_that_can_be_sold_at_places_that_work(store: Any, shelf: Any) -> None:
    item = shelf("Solar lantern", "NW-LANT-SOL", 5, coming=timezone.now() + timedelta(days=4))
    paused = Location.objects.create(store=store, external_id="l2", paused=True)
    Level.objects.create(store=store, location=paused, item=item, on_hand=100)
    key = uuid4()
    found = look([Asked(key, store.pk, "is the solar lantern in stock")])[key]
    assert (found.units, found.expected_at is not None) == (3, True)


@pytest.mark.django_db
def test_another_stores_shelf_is_not_told(make_store: Any, shelf: Any) -> None:
    shelf("Solar lantern", "NW-LANT-SOL", 5)
    assert look([Asked(uuid4(), make_store().pk, "is the solar lantern in stock")]) == {}


@pytest.mark.django_db
def test_nothing_is_read_for_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert look([]) == {}


@pytest.mark.django_db
def test_a_stranger_is_answered_without_an_order(write: Any, shelf: Any) -> None:
    shelf("Solar lantern", "NW-LANT-SOL", 0)
    conversation = write("Hi, is the solar lantern in stock? Thanks", sender_email="x@else.example", proved=False).conversation
    draft = compose(actions.evidence_of(conversation))
    assert draft is not None
    assert "Solar lantern is not in stock" in draft.text


@pytest.mark.django_db
def test_asked_about_an_order_its_own_article_is_meant(asked: Any, order: Any, shelf: Any) -> None:
    order.lines.update(sku="NW-LANT-SOL", title="Solar lantern")
    shelf("Solar lantern", "NW-LANT-SOL", 0, coming=timezone.now() + timedelta(days=4))
    given = recommendation_for(asked("Order 1042: it is out of stock, when will it be available again?"))
    assert "expect more" in given.terms["text"]
