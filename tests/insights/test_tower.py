"""The control tower: one row for each open problem, whoever has it and wherever it comes from."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.models import Question
from ordersops.effects.models import EffectState
from ordersops.insights.tower import look
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, DeliveryFactory, EffectFactory, OrderFactory
from tests.people import MakePerson

ANYTHING = {"q": "", "source": "", "urgency": "", "owner": "", "group": "", "store": None}


@pytest.fixture
def supervisor(store: Store, make_person: MakePerson) -> User:
    return make_person(Role.SUPERVISOR, store)


def rows(user: User, store: Store, **asked: Any) -> list[Any]:
    return [row for group in look(user, [store.pk], {**ANYTHING, **asked}).groups for row in group.rows]


def late(store: Store, **more: Any) -> Any:
    return CaseFactory(order__store=store, due_at=timezone.now() - timedelta(hours=1), **more)


def test_every_source_is_there_and_what_is_late_comes_first(supervisor: User, store: Store) -> None:
    case = late(store)
    later = CaseFactory(order__store=store, due_at=timezone.now() + timedelta(days=1))
    decided = DecisionFactory(case=CaseFactory(order__store=store, state="decided"), by=supervisor)
    effect = EffectFactory(decision=decided, state=EffectState.DEAD, last_error="It answered 404.")
    delivery = DeliveryFactory(store=store, state="dead", last_error="No order id.")
    order = OrderFactory(store=store)
    question = Question.objects.create(
        store=store, lane="fraud", order=order, because="placed", state="dead", asked_at=timezone.now(), not_before=timezone.now()
    )
    found = {row.key: row for row in rows(supervisor, store)}
    assert found.keys() == {
        f"case:{case.pk}", f"case:{later.pk}", f"effect:{effect.pk}", f"delivery:{delivery.pk}", f"question:{question.pk}"
    }  # fmt: skip
    assert (found[f"effect:{effect.pk}"].urgency, found[f"effect:{effect.pk}"].next_action) == ("late", "Send again, edit or give up")
    in_lane = [row.key for row in rows(supervisor, store, source="fraud")]
    assert in_lane == [f"case:{case.pk}", f"case:{later.pk}"]


def test_a_case_says_who_has_it_and_what_comes_next(supervisor: User, store: Store, make_person: MakePerson) -> None:
    colleague = make_person(Role.FRAUD_REVIEWER, store, name="Ada")
    late(store, assigned_to=colleague, amount="40.00", currency="EUR")
    late(store, leased_by=supervisor, lease_until=timezone.now() + timedelta(minutes=5))
    late(store)
    by_owner = {row.owner: row for row in rows(supervisor, store)}
    assert (by_owner["Ada"].mine, by_owner[supervisor.name].mine, by_owner[""].next_action.startswith("Decide")) == (False, True, True)
    for owner, count in (("nobody", 1), ("mine", 1), ("others", 1)):
        assert len(rows(supervisor, store, owner=owner)) == count
    assert [row.owner for row in rows(supervisor, store, q="ada")] == ["Ada"]


def test_groups_add_up_what_is_at_risk(supervisor: User, store: Store) -> None:
    late(store, amount="40.00", currency="EUR")
    late(store, amount="2.50", currency="EUR")
    view = look(supervisor, [store.pk], {**ANYTHING, "group": "store"})
    assert [(group.label, group.late, [f"{c} {a}" for c, a in group.at_risk]) for group in view.groups] == [(store.name, 2, ["EUR 42.50"])]
    assert look(supervisor, [store.pk], {**ANYTHING, "urgency": "later"}).groups == []


def test_another_stores_problems_are_nobodys_business(supervisor: User, store: Store, other_store: Store, client: Client) -> None:
    late(other_store, headline="Of another store")
    late(store, headline="Of this store")
    client.force_login(supervisor)
    page = client.get("/tower/").content.decode()
    assert ("Of this store" in page, "Of another store" in page) == (True, False)
    assert client.get(f"/tower/?store={other_store.pk}").content.decode().count("Of another store") == 0


def test_the_rows_are_sent_again_only_when_something_changed(supervisor: User, store: Store, client: Client) -> None:
    late(store)
    client.force_login(supervisor)
    version = look(supervisor, [store.pk], ANYTHING).version
    assert client.get("/tower/rows", headers={"X-Seen": version}).status_code == 204
    late(store)
    assert client.get("/tower/rows", headers={"X-Seen": version}).status_code == 200


def test_it_is_where_a_supervisors_day_begins(supervisor: User, store: Store, make_person: MakePerson, client: Client) -> None:
    for person, begins in ((supervisor, "/tower/"), (make_person(Role.FRAUD_REVIEWER, store), "/")):
        person.set_password("correct horse battery")
        person.save()
        answer = client.post("/accounts/login/", {"login": person.email, "password": "correct horse battery"})
        assert answer.headers["Location"] == begins
        client.logout()
