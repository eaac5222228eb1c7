"""The door: accept fast, lose nothing, redirect never (law 1)."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.intake import door
from ordersops.intake.jobs import drain
from ordersops.intake.models import Delivery, Pulse
from ordersops.orders.models import Order
from ordersops.stores.actions import rotate_secret, update
from ordersops.stores.models import Store
from tests.intake.sending import encode, placed, send, signed
from tests.kernel.history import woken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_door() -> None:
    door._known.clear()


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_delivery_is_stored_and_a_worker_woken(store: Store, slash: str) -> None:
    answer = send(store, placed(), slash=slash, delivery="msg_1")
    assert (answer.status_code, answer.content) == (200, b"")
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.topic, delivery.resource, delivery.delivery_id) == ("pending", "order.created", "order:#1001", "msg_1")
    assert delivery.raw == encode(placed())
    assert "intake.drain" in woken()


@pytest.mark.parametrize(
    "redirecting", [{"SECURE_SSL_REDIRECT": True}, {"APPEND_SLASH": True}, {"SECURE_SSL_REDIRECT": True, "APPEND_SLASH": True}]
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_no_setting_makes_it_redirect(store: Store, settings: Any, redirecting: dict[str, bool], slash: str) -> None:
    for name, value in redirecting.items():
        setattr(settings, name, value)
    assert send(store, placed(), slash=slash).status_code == 200
    assert Client().get(store.endpoint_path + slash).status_code == 405


def test_no_session_csrf_or_sign_in_is_involved(store: Store) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = send(store, placed(), client=client)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Vary" not in answer.headers


def test_an_unusual_host_name_is_no_reason_to_refuse(store: Store) -> None:
    body = encode(placed())
    answer = Client().post(
        store.endpoint_path, body, content_type="text/plain", headers=signed(store, body) | {"Host": "elsewhere.example"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/hooks/", "/hooks/nonsense", "/hooks/00000000-0000-4000-8000-000000000000", "/hooks/a/b"])
def test_an_unknown_connection_is_404(db: None, path: str) -> None:
    answer = Client().post(path, b"{}", content_type="application/json")
    assert answer.status_code == 404
    assert json.loads(answer.content) == {"error": "There is no such connection."}


def test_an_inactive_store_is_404(store: Store, admin: User) -> None:
    update(store=store, by=admin, is_active=False)
    assert send(store, placed()).status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options", "patch"])
def test_only_posts_are_taken(store: Store, method: str) -> None:
    answer = getattr(Client(), method)(store.endpoint_path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("platform", ["shopify", "generic"])
def test_a_bad_signature_is_401_counted_and_stores_nothing(platform: str, make_store: Any) -> None:
    store = make_store(platform)
    other = make_store(platform)
    for _ in range(2):
        assert send(store, placed(), secret=other.webhook_secret).status_code == 401
    assert Client().post(store.endpoint_path, b"{}", content_type="application/json").status_code == 401
    assert not Delivery.objects.exists()
    pulse = Pulse.objects.get(store=store)
    assert pulse.bad_signatures == 3
    assert pulse.last_bad_signature_at is not None


def test_one_byte_more_breaks_the_signature(store: Store) -> None:
    body = encode(placed())
    answer = Client().post(store.endpoint_path, body + b" ", content_type="application/json", headers=signed(store, body))
    assert answer.status_code == 401


def test_a_body_over_two_megabytes_is_413(store: Store, settings: Any) -> None:
    assert configured.WEBHOOK_MAX_BYTES == 2 * 1024 * 1024
    settings.WEBHOOK_MAX_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    within = placed(note="x" * (2000 - len(encode(placed(note="")))))
    assert len(encode(within)) == 2000
    assert send(store, within).status_code == 200
    assert send(store, placed(note="x" * 3000)).status_code == 413
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    assert send(store, placed(note="x" * 3000)).status_code == 413
    assert Delivery.objects.count() == 1


def test_a_database_that_is_away_is_503_and_the_sender_may_come_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []

    def away(*_: Any) -> None:
        raise OperationalError("the connection is gone")

    with monkeypatch.context() as broken:
        broken.setattr(door, "_store", away)
        broken.setattr(connection, "close", lambda: closed.append(True))
        answer = send(store, placed(), delivery="msg_1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert len(closed) == 2
    assert send(store, placed(), delivery="msg_1").status_code == 200
    assert Delivery.objects.count() == 1


def test_a_connection_that_died_is_replaced_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real, tries = door._store, []

    def dies_once(*given: Any) -> None:
        tries.append(True)
        if len(tries) == 1:
            raise OperationalError("the connection is gone")
        real(*given)

    monkeypatch.setattr(door, "_store", dies_once)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert send(store, placed()).status_code == 200
    assert Delivery.objects.count() == 1


def test_duplicates_are_counted_not_doubled(store: Store) -> None:
    for _ in range(3):
        assert send(store, placed(), delivery="msg_1").status_code == 200
    assert Delivery.objects.get().duplicates == 2
    assert drain() == 1
    assert send(store, placed(), delivery="msg_1").status_code == 200
    assert Delivery.objects.get().state == "done"
    assert drain() == 0
    assert Order.objects.count() == 1


def test_the_same_delivery_id_under_another_topic_is_another_delivery(shopify_store: Store) -> None:
    for topic in ("orders/create", "orders/updated"):
        send(shopify_store, {"id": 1}, topic=topic, delivery="one")
    assert Delivery.objects.count() == 2


def test_a_topic_that_nobody_uses_is_stored_as_ignored_and_wakes_nobody(shopify_store: Store) -> None:
    assert send(shopify_store, {"id": 1}, topic="themes/update").status_code == 200
    assert Delivery.objects.get().state == "ignored"
    assert "intake.drain" not in woken()
    assert drain() == 0


def test_ids_beyond_two_to_the_53_stay_exact(shopify_store: Store) -> None:
    number = 2**53 + 1
    send(shopify_store, {"id": number, "line_items": [{"id": number + 2, "quantity": 1}], "financial_status": "paid"})
    assert Delivery.objects.get().resource == f"order:{number}"
    drain()
    order = Order.objects.get()
    assert (order.external_id, order.lines.get().external_id) == (str(number), str(number + 2))


@pytest.mark.parametrize("platform", ["shopify", "generic"])
def test_the_previous_secret_is_valid_until_it_expires(platform: str, make_store: Any, make_person: Any) -> None:
    store = make_store(platform)
    old, admin = store.webhook_secret, make_person(Role.ADMIN, store)
    rotate_secret(store=store, by=admin, grace=timedelta(hours=1))
    store.refresh_from_db()
    assert send(store, placed()).status_code == 200
    assert send(store, placed(), secret=old).status_code == 200
    Store.objects.update(previous_secret_expires_at=timezone.now() - timedelta(seconds=1))
    door._known.clear()
    assert send(store, placed(), secret=old).status_code == 401
    assert send(store, placed()).status_code == 200


def test_a_fresh_secret_is_known_at_once(store: Store, admin: User) -> None:
    send(store, placed())  # the door has read the store
    fresh = rotate_secret(store=store, by=admin)
    assert send(store, placed("#2"), secret=fresh).status_code == 200


def test_a_store_of_two_seconds_ago_is_read_again(store: Store, admin: User) -> None:
    send(store, placed())
    update(store=store, by=admin, is_active=False)
    known = door._known[store.endpoint_id]
    door._known[store.endpoint_id] = replace(known, read_at=known.read_at - door.KEPT_SECONDS)
    assert send(store, placed()).status_code == 404


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"event": "order.created", "order_id": 5e400}', b"\x00\xff", b"[" * 5000])
def test_whatever_is_signed_is_stored(shopify_store: Store, raw: bytes) -> None:
    assert send(shopify_store, None, raw=raw).status_code == 200
    assert Delivery.objects.get().state == "pending"


def test_hostile_headers_are_stored_as_text(shopify_store: Store) -> None:
    assert send(shopify_store, {"id": 1}, topic="<script>" * 100, delivery="x" * 1000).status_code == 200
    delivery = Delivery.objects.get()
    assert (delivery.state, len(delivery.topic)) == ("ignored", 120)


def test_no_secret_is_kept_with_the_delivery(shopify_store: Store) -> None:
    send(shopify_store, {"id": 1})
    assert not any("hmac" in name or "signature" in name for name in Delivery.objects.get().headers)


def test_taking_in_costs_one_statement(store: Store, tmp_path: Path) -> None:
    send(store, placed())
    wire = connection.connection.pgconn
    with (tmp_path / "wire").open("w+") as trace:
        wire.trace(trace.fileno())
        send(store, placed("#2"))
        wire.untrace()
        trace.seek(0)
        said = [line.split("\t")[3] for line in trace if line.split("\t")[1:2] == ["F"]]
    assert said.count("Execute") + said.count("Query") == 1
