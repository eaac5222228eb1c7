"""A real process ends by SIGKILL when the receiver has taken the message and nothing was noted: it is sent again, with the same id."""

import os
import signal
import traceback
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.notifications import delivery
from ordersops.notifications.fan_out import spread
from ordersops.notifications.models import Outgoing
from ordersops.stores.actions import connect
from tests.factories import OrderFactory
from tests.notifications.receiver import listening
from tests.notifications.scene import hold, subscribe


@pytest.mark.django_db
def test_a_database_to_copy() -> None:
    assert Outgoing.objects.count() == 0


def test_a_worker_killed_between_sending_and_noting(fresh_database: str, django_db_blocker: Any) -> None:
    with listening() as receiver, django_db_blocker.unblock():
        system = sync_roles()
        store = connect(name="Shop", platform="generic", by=system)
        admin = invite(email="admin@test.example", name="Ada Min", by=system)
        give_role(person=admin, role="admin", store=store, by=system)
        subscribe(admin, receiver.address, store, "order.held")
        order = OrderFactory(store=store)
        spread([hold(order, admin), hold(order, admin)])
        connection.close()
        child = os.fork()
        if child == 0:
            _send_and_die()
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert len(receiver.told) == 1
        row = Outgoing.objects.order_by("seq").first()
        assert row is not None
        assert (row.state, row.attempts) == ("sending", 1), "the attempt was counted before the call"
        assert delivery.deliver() == 0, "its lease has not run out, and the next event of the order waits for it"
        Outgoing.objects.filter(state="sending").update(lease_until=timezone.now() - timedelta(seconds=1))
        while delivery.deliver():
            pass
        assert [one.json["data"]["sequence"] for one in receiver.told] == [1, 1, 2]
        assert receiver.ids()[0] == receiver.ids()[1] != receiver.ids()[2]
        assert set(Outgoing.objects.values_list("state", flat=True)) == {"done"}


def _send_and_die() -> None:
    """In the child: the worker. It never comes back."""

    def settle(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    delivery._settle = settle  # type: ignore[assignment]
    # A browser's event loop in this worker ends with the fork; without one Django has another connection for this thread, an old one.
    connection.close()
    try:
        delivery.deliver()
    except BaseException:
        traceback.print_exc()
        os._exit(4)
    os._exit(3)
