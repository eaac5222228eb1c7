"""A history to look at and to tamper with: committed events in a database of the test's own, with key and anchors beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.checkpoints import checkpoint
from ordersops.audit.findings import Report
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.audit.verify import verify
from ordersops.ids import uuid7


@pytest.fixture
def beside(settings: Any, tmp_path: Path) -> Path:
    """Key and anchors lie in a directory of the test's own."""
    settings.ANCHOR_FILE = tmp_path / "anchors.jsonl"
    settings.CHECKPOINT_KEY_FILE = tmp_path / "key.pem"
    return tmp_path


@dataclass
class History:
    """Three orders of one store: the first two with five holds each, the last with one."""

    by: User
    store: UUID
    orders: list[UUID]

    def hold(self, order: UUID, reason: str = "fraud") -> None:
        with atomic():
            record(Verb.ORDER_HELD, by=self.by, order=order, store=self.store, hold=uuid7(), reason=reason)

    def of(self, order: UUID) -> list[Event]:
        return list(Event.objects.filter(order=order).order_by("seq"))


@pytest.fixture
def history(fresh_database: str, beside: Path) -> History:
    with unguarded() as cursor:  # refusals that other tests committed
        for table in ("audit_event", "audit_head", "audit_checkpoint"):
            cursor.execute(f"DELETE FROM {table}")
    by = User.objects.create_user("ada@test.example", name="Ada Example")
    made = History(by, uuid7(), [uuid7(), uuid7(), uuid7()])
    for _ in range(5):
        for order in made.orders[:2]:
            made.hold(order)
    made.hold(made.orders[2])
    return made


@pytest.fixture
def signed(history: History) -> History:
    """The same, with a checkpoint over it."""
    assert checkpoint() is not None
    return history


TRIGGERS = {"audit_event": ["chain", "deny_changes"], "audit_head": ["by_hand", "removal"], "audit_checkpoint": ["deny_changes"]}


@contextmanager
def unguarded() -> Iterator[Any]:
    """What somebody with the owner's rights can do: switch the triggers off, change rows, and switch them on again."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TRIGGERS:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table, triggers in TRIGGERS.items():
            for trigger in triggers:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


@pytest.fixture
def tamper() -> Callable[..., None]:
    def run(*statements: tuple[str, list[Any]]) -> None:
        with unguarded() as cursor:
            cursor.execute("ALTER TABLE audit_event DROP CONSTRAINT audit_one_event_per_place")  # in the way of swapped places
            for statement, parameters in statements:
                cursor.execute(statement, parameters)

    return run


def first_break(what: str) -> Any:
    """Verify, and expect the first broken link to be of this kind."""
    report: Report = verify()
    assert not report.holds
    assert report.breaks[0].what == what, report.text()
    return report.breaks[0]
