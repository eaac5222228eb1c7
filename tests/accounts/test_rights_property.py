"""Whatever people do, in any order: what somebody may is the sum of their roles, and nobody's rights grow by one person's word."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordersops.accounts import actions
from ordersops.accounts.access import rights
from ordersops.accounts.catalogue import all_roles
from ordersops.accounts.models import CustomRole, RightsChange, User
from ordersops.accounts.roles import Perm, Role
from ordersops.errors import Refusal
from ordersops.stores.models import Store, StoreRole

pytestmark = pytest.mark.django_db
WHY = "As the dice fell"
PEOPLE, STORES = 5, 2
number = st.integers(0, 9)
perms = st.lists(st.sampled_from([str(perm) for perm in Perm]), min_size=1, max_size=4, unique=True)
KINDS = [
    "give", "take", "reopen", "make", "edit", "retire", "approve", "approve", "approve", "send_back", "withdraw", "deactivate", "alone",
]  # fmt: skip
steps = st.lists(st.tuples(st.sampled_from(KINDS), number, number, number, number, perms), min_size=4, max_size=14)


def held(person: User) -> dict[Any, frozenset[Perm]]:
    return rights(User.objects.get(pk=person.pk))


def union_of_roles(person: User) -> dict[Any, frozenset[Perm]]:
    person, roles, found = User.objects.get(pk=person.pk), all_roles(), {}
    for one in StoreRole.objects.filter(group__user=person) if person.is_active else ():
        found[one.store_id] = found.get(one.store_id, frozenset()) | roles[one.role].perms
    return found


def grew(before: dict[Any, frozenset[Perm]], after: dict[Any, frozenset[Perm]]) -> bool:
    return any(perms - before.get(store, frozenset()) for store, perms in after.items())


def act(step: tuple[Any, ...], people: list[User], stores: list[Store]) -> RightsChange | None:
    """One try of one person. Returns the change that was approved, if one was."""
    kind, who, whom, what, where, wanted = step
    by, person = User.objects.get(pk=people[who % len(people)].pk), User.objects.get(pk=people[whom % len(people)].pk)
    store, roles, own = stores[where % len(stores)], list(all_roles()), list(CustomRole.objects.values_list("key", flat=True))
    role = roles[what % len(roles)] if what % 2 or not own else own[what % len(own)]
    changes = list(RightsChange.objects.waiting().order_by("asked_at")) if kind in {"approve", "send_back", "withdraw"} else []
    change = changes[what % len(changes)] if changes else None
    match kind:
        case "give":
            actions.ask_give(person=person, role=role, store=store, by=by, why=WHY)
        case "take":
            actions.ask_take(person=person, role=role, store=store, by=by, why=WHY)
        case "reopen":
            actions.ask_reopen(person=person, by=by, why=WHY)
        case "make":
            actions.ask_make(name=f"Role {what}{where}", based_on=Role.AUDITOR, perms=wanted, by=by, why=WHY)
        case "edit":
            actions.ask_edit(role=role, name=f"Role {what}{where}", perms=wanted, by=by, why=WHY)
        case "retire":
            actions.ask_retire(role=role, by=by, why=WHY)
        case "send_back" if change:
            actions.send_back(change=change, by=by, why=WHY)
        case "withdraw" if change:
            actions.withdraw(change=change, by=by)
        case "deactivate":
            actions.deactivate(person=person, by=by)
        case "alone":
            actions.give_role(person=person, role=role, store=store, by=by)
        case "approve" if change:
            return actions.approve(change=change, by=by)
    return None


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=steps)
def test_rights_grow_by_two_people_or_not_at_all(steps: list[tuple[Any, ...]], make_person: Any, make_store: Any, system: User) -> None:
    with transaction.atomic():
        stores = [make_store() for _ in range(STORES)]
        people = [make_person(Role.ADMIN, *stores) for _ in range(3)] + [make_person(Role.AUDITOR, stores[0]), make_person()]
        CustomRole.objects.create(key="own-dice", name="Dice", based_on="auditor", perms=["view_orders"])
        actions.sync_roles()
        actions.give_role(person=people[4], role="own-dice", store=stores[0], by=system)
        actions.give_role(person=people[0], role="own-dice", store=stores[1], by=system)
        for step in steps:
            before = {person.pk: held(person) for person in people}
            try:
                approved = act(step, people, stores)
            except Refusal:
                approved = None
            for person in people:
                after = held(person)
                assert after == union_of_roles(person)
                if grew(before[person.pk], after):
                    assert approved is not None, step
                    assert approved.answered_by_id != approved.asked_by_id
                    assert person.pk not in (approved.answered_by_id, approved.asked_by_id), step
        transaction.set_rollback(True)
