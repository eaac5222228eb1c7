"""The database refuses to change the history: law 17."""

import pytest
from django.db import IntegrityError, connection, transaction

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.immutable import deny_changes
from ordersops.audit.models import Event, Head
from ordersops.audit.verbs import Verb
from ordersops.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def events() -> list[Event]:
    ada = User(pk=uuid7(), name="Ada Example")
    order = uuid7()
    with atomic():
        for _ in range(3):
            record(Verb.ORDER_HELD, by=ada, order=order, store=uuid7(), hold=uuid7(), reason="fraud")
    return list(Event.objects.filter(order=order).order_by("seq"))


EVENTS = ["UPDATE audit_event SET actor_name = 'Eve'", "DELETE FROM audit_event", "TRUNCATE audit_event", "TRUNCATE audit_event CASCADE"]
HEADS = [
    "UPDATE audit_head SET seq = 0",
    "DELETE FROM audit_head",
    "TRUNCATE audit_head",
    "INSERT INTO audit_head VALUES ('system', 0, '')",
]
CHECKPOINTS = ["UPDATE audit_checkpoint SET size = 0", "DELETE FROM audit_checkpoint", "TRUNCATE audit_checkpoint"]
OTHER_WAYS = [
    "UPDATE audit_event SET actor_name = 'Eve' WHERE false",
    "MERGE INTO audit_event e USING audit_event o ON o.id = e.id WHEN MATCHED THEN DELETE",
    """INSERT INTO audit_event (id, stream, actor_id, actor_name, verb, payload, request_id)
       SELECT id, 'system', actor_id, actor_name, verb, payload, request_id FROM audit_event
       ON CONFLICT (id) DO UPDATE SET actor_name = 'Eve'""",
]


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("statement", EVENTS + HEADS + CHECKPOINTS + OTHER_WAYS)
def test_refused_even_to_a_superuser(events: list[Event], statement: str, role: str) -> None:
    before = list(Event.objects.order_by("pk").values())
    with pytest.raises(IntegrityError, match="is refused"):
        _run_as(role, statement)
    assert list(Event.objects.order_by("pk").values()) == before


def _run_as(role: str, statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        cursor.execute(statement)


def test_what_a_writer_claims_is_overwritten(events: list[Event]) -> None:
    stream = f"user:{uuid7()}"
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO audit_event (stream, seq, epoch, xid, at, actor_id, actor_name, verb, payload, request_id, prev, hash)
               VALUES (%s, 77, 1, 1, '2001-01-01', gen_random_uuid(), 'Ada', 'person.signed_in', '{}', '', 'x', 'y')""",
            [stream],
        )
    event = Event.objects.get(stream=stream)
    assert event.seq == 1
    assert event.at >= events[-1].at
    assert (event.epoch, event.xid) == (events[-1].epoch, events[-1].xid)
    assert bytes(event.prev) == bytes(32)
    assert bytes(event.hash) == bytes(Head.objects.get(stream=stream).hash)


def test_a_head_of_ones_own_in_the_session_leads_nobody_astray(events: list[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE audit_head (stream text primary key, seq bigint, hash bytea) ON COMMIT DROP")
        cursor.execute(
            "INSERT INTO audit_event (stream, actor_id, actor_name, verb, payload, request_id) "
            "VALUES (%s, gen_random_uuid(), 'Ada', 'person.signed_in', '{}', '')",
            [events[0].stream],
        )
    assert Event.objects.get(stream=events[0].stream, seq=4).prev == events[-1].hash


def test_rows_of_other_tables_can_be_made_immutable(events: list[Event]) -> None:
    operation = deny_changes("ordersops_heartbeat")
    with connection.cursor() as cursor:
        cursor.execute(operation.sql)
        cursor.execute("INSERT INTO ordersops_heartbeat VALUES ('x', now())")
    for statement in ("UPDATE ordersops_heartbeat SET at = now()", "DELETE FROM ordersops_heartbeat", "TRUNCATE ordersops_heartbeat"):
        with pytest.raises(IntegrityError, match="its rows never change"):
            _run_as("replica", statement)
    with connection.cursor() as cursor:
        cursor.execute(operation.reverse_sql)
        cursor.execute("DELETE FROM ordersops_heartbeat")
