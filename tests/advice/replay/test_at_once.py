"""Several questions at a time, with real threads: each is asked once, and no connection is left behind."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from ordersops.accounts.actions import sync_roles
from ordersops.accounts.models import User
from ordersops.advice import replay as replays
from ordersops.cases.lanes import lane
from ordersops.stores.actions import connect
from tests.advice.advisors.stub import answering
from tests.advice.replay.old import CALM, advised
from tests.advice.replay.test_replay import RELEASE
from tests.factories import OrderFactory


@pytest.fixture
def system(fresh_database: str, django_db_blocker: Any) -> Iterator[User]:
    """The system user in a database of this test's own, where threads see what was committed."""
    with django_db_blocker.unblock():
        yield sync_roles()


@pytest.mark.django_db
def test_there_is_a_database_to_copy() -> None:
    assert connection.settings_dict["NAME"].startswith("test_")


def test_each_question_once(system: User) -> None:
    store = connect(name="Shop", platform="generic", by=system)
    old = [advised(OrderFactory(store=store), **{**CALM, "good_orders": number}) for number in range(6, 13)]
    with answering(RELEASE) as service:
        run = replays.start(lane=lane("fraud"), store=store, by=system, because="a test", advisor_key="claude")
        assert replays.run(run, at_once=3) == ""
    assert len(service.asked) == len(old)
    assert set(run.answers.values_list("recommendation_id", "code")) == {(one.pk, "answered") for one in old}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert cursor.fetchone() == (1,)
