"""What sending an effect relies on, of any connector: it is seen as undone, written once, and seen as done (law 14)."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from ordersops.effects.connectors import CONNECTORS, Connector, connector
from ordersops.effects.kinds import KINDS
from ordersops.effects.models import Effect
from ordersops.errors import Invalid, Upstream
from ordersops.orders.models import Order
from tests.conformance.writers import WRITERS, Open, Writer
from tests.effects.shopify.test_connector import ASKED

OURS = UUID("01900000-0000-7000-8000-000000000001")


@pytest.fixture(params=WRITERS)
def writer(request: pytest.FixtureRequest, settings: Any) -> Writer:
    settings.ALLOW_PRIVATE_CALLBACKS = True
    found: Writer = request.param
    return found


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest, writer: Writer) -> str:
    kind: str = request.param
    if kind not in writer.connector.kinds:
        pytest.skip(f"The {writer} connector does no {kind}: a person does it in the store.")
    return kind


@pytest.fixture
def shop(writer: Writer, kind: str) -> Iterator[Open]:
    with writer.open(kind) as found:
        yield found


@pytest.fixture
def effect(shop: Open, kind: str) -> Effect:
    """One that nobody saved: a connector needs no database. Its arguments have been stored as JSON in between."""
    arguments = json.loads(json.dumps(KINDS[kind].parse(ASKED[kind]).kept()))
    mirrored = Order(store=shop.store, external_id=shop.number, number="#1001")
    return Effect(pk=OURS, store=shop.store, order=mirrored, kind=kind, arguments=arguments, idempotency_key=f"effect:{OURS}")


def test_it_is_the_way_to_the_stores_of_its_platform(writer: Writer) -> None:
    assert writer.connector.key in CONNECTORS
    assert writer.connector.kinds <= set(KINDS)
    assert writer.connector.keyed <= writer.connector.kinds


def test_a_write_is_seen_as_undone_then_done(writer: Writer, effect: Effect, shop: Open) -> None:
    out: Connector = writer.connector
    assert type(connector(effect.store)) is type(out)
    before = out.look(effect)
    assert not before.done
    assert before.differs
    assert shop.writes() == 0
    answer = out.send(effect, out.prepare(effect, before))
    effect.accepted_at = timezone.now()  # as sending notes it; a difference, such as of stock, shows by nothing else
    assert 200 <= answer.status < 300
    after = out.look(effect)
    assert after.done
    assert after.differs == {}
    assert shop.writes() == 1


def test_preparing_asks_nobody_and_holds_no_secret(writer: Writer, effect: Effect, shop: Open) -> None:
    seen = writer.connector.look(effect)
    first = writer.connector.prepare(effect, seen)
    assert writer.connector.prepare(effect, seen) == first
    assert shop.writes() == 0
    assert not [secret for secret in shop.secrets if secret in repr(first)]


def test_an_answer_that_is_lost_is_no_refusal_and_is_found_by_looking(writer: Writer, effect: Effect, shop: Open) -> None:
    request = writer.connector.prepare(effect, writer.connector.look(effect))
    shop.lose(True)
    with pytest.raises(Upstream) as broken:
        writer.connector.send(effect, request)
    assert not broken.value.permanent
    shop.lose(False)
    if effect.kind in writer.connector.keyed:
        writer.connector.send(effect, request)  # the same key: the other side drops it
        effect.accepted_at = timezone.now()
    assert writer.connector.look(effect).done


def test_a_prepared_write_goes_to_no_other_address(writer: Writer, effect: Effect, shop: Open) -> None:
    request = writer.connector.prepare(effect, writer.connector.look(effect))
    effect.store.api_url = "https://moved.example"
    with pytest.raises(Upstream):
        writer.connector.send(effect, request)
    assert shop.writes() == 0


def test_a_store_that_is_gone_is_tried_again(writer: Writer, effect: Effect) -> None:
    effect.store.api_url = "http://127.0.0.1:9"
    with pytest.raises(Upstream) as broken:
        writer.connector.look(effect)
    assert not broken.value.permanent


def test_what_it_does_not_do_is_refused_with_a_sentence(writer: Writer) -> None:
    for other in sorted({*KINDS, "order.teleport"} - writer.connector.kinds):
        with writer.open(other) as shop:
            unknown = Effect(pk=OURS, store=shop.store, order=Order(store=shop.store, external_id=shop.number), kind=other)
            with pytest.raises(Invalid, match="person"):
                writer.connector.look(unknown)
