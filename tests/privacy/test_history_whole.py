"""Erasing a person changes nothing of the history: every chain, checkpoint and anchor still holds, by the command that auditors run."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.roles import Role
from ordersops.audit.checkpoints import checkpoint
from ordersops.orders.models import Order
from tests.audit.conftest import beside, unguarded
from tests.effects.shopify.orders import as_webhook
from tests.factories import StoreFactory
from tests.privacy.test_sent_again import PERSON, changed, erase, everything, send

__all__ = ["beside"]  # a fixture


@pytest.mark.django_db
def test_a_database_to_copy() -> None:
    assert not Order.objects.exists()


def test_the_history_is_whole_after_an_erasing(fresh_database: str, beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Committed, as only then the chains are flushed; with a checkpoint anchored before the erasing and one after it."""
    with unguarded() as cursor:  # refusals that other tests committed
        for table in ("audit_event", "audit_head", "audit_checkpoint"):
            cursor.execute(f"DELETE FROM {table}")
    system = sync_roles()
    store = StoreFactory(platform="shopify")
    admin = invite(email="admin@test.example", name="Admin", by=system)
    give_role(person=admin, role=Role.ADMIN, store=store, by=system)
    send(store, as_webhook())
    send(store, changed(as_webhook(), note="Ring once, Ada"))
    assert checkpoint() is not None
    erase(store, admin)
    send(store, changed(as_webhook(), updated_at="2026-03-06T10:00:00Z", note="Ring Ada again", cancelled_at="2026-03-06T09:00:00Z"))
    assert checkpoint() is not None
    assert [word for word in PERSON if word in everything(store)] == []
    call_command("audit_verify", "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["holds"], report["checkpoints"], report["anchors"]) == (True, 2, 2)
    assert report["events"] >= 6
