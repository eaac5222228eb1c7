"""A real process ends by SIGKILL right after the store has done the write, before anything could be noted (law 14)."""

import os
import signal
import traceback
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ordersops.accounts.actions import sync_roles
from ordersops.effects import jobs
from ordersops.effects.connectors import CONNECTORS, Answer, Request
from ordersops.effects.models import Effect
from tests.effects.shop import Loopback, open_shop
from tests.factories import EffectFactory, StoreFactory


@pytest.mark.django_db
def test_a_database_to_copy() -> None:
    assert Effect.objects.count() == 0


def test_a_process_killed_after_the_write_repeats_and_forgets_nothing(
    fresh_database: str, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CONNECTORS, "generic", "tests.effects.shop.Loopback")
    with open_shop() as shop, django_db_blocker.unblock():
        sync_roles()
        store = StoreFactory(api_url=shop.address, api_key="shpat_of-a-test")
        effect = EffectFactory(
            decision__case__order__store=store, kind="order.tag", arguments={"add": ["vip"]}, due_at=timezone.now() - timedelta(seconds=1)
        )
        connection.close()
        child = os.fork()
        if child == 0:
            _send_and_die()
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        effect.refresh_from_db()
        assert (effect.state, effect.accepted_at, shop.writes) == ("sending", None, [str(effect.pk)])
        assert jobs.send() == 0, "its lease has not run out"
        Effect.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert jobs.send() == 1
        effect.refresh_from_db()
        assert (effect.state, shop.writes) == ("done", [str(effect.pk)])


def _send_and_die() -> None:
    """In the child: the worker. It never comes back."""
    real = Loopback.send

    def send(self: Loopback, effect: Effect, request: Request) -> Answer:
        real(self, effect, request)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    Loopback.send = send  # type: ignore[method-assign]
    # A browser's event loop in this worker ends with the fork; without one Django has another connection for this thread, an old one.
    connection.close()
    try:
        jobs.send()
    except BaseException:
        traceback.print_exc()
        os._exit(4)
    os._exit(3)
