"""Author, approver, reviewers and promoter of automation are different people: whose decisions lift a lane, and who may promote it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.actions import give_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.errors import Conflict, Forbidden
from ordersops.rollout.actions import promote
from ordersops.rollout.gates import Gate, gates
from ordersops.rollout.models import PolicyVersion, Step
from ordersops.rollout.reviewers import LEAST_PEOPLE, MOST_OF_ONE, enough
from ordersops.stores.models import Store
from tests.kernel.history import refusals
from tests.people import MakePerson
from tests.rollout.measured import here, measure, stand

pytestmark = pytest.mark.django_db


def up(by: User, to: str, store: Store | None = None) -> Step:
    return promote(lane="fraud", store=store, scope="everything", to=to, by=by)


def gate(name: str, to: str = "sampled", by: User | None = None) -> Gate:
    return next(gate for gate in gates(here().in_force, to, by=by.pk if by else None) if gate.name == name)


# --- Whose decisions count ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("made", "ok", "said"),
    [
        ([], False, "nobody has so far"),
        ([200], False, "1 has so far"),
        ([161, 39], False, "One person made 161 of 200 decisions; 80 % is the most."),
        ([160, 40], True, "2 people decided, none of them more than 80 %."),
        ([100, 60, 40], True, "3 people decided"),
    ],
)
def test_two_people_and_none_of_them_nearly_all(made: list[int], ok: bool, said: str) -> None:
    assert (LEAST_PEOPLE.value, MOST_OF_ONE.value) == (2, 80)
    found, sentence = enough({uuid4(): count for count in made}, 0)
    assert (found, said in sentence) == (ok, True)


@pytest.mark.parametrize(("to", "source"), [("sampled", "person"), ("auto", "sampled")])
def test_the_authors_own_decisions_do_not_lift_it(to: str, source: str, store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    author = in_force().author
    measure(store, 200, source=source, by=author)
    assert (gate("Reviewers", to).ok, gate("Reviewers", to).have, gate("Agreement", to).have) == (False, "0", "–")
    assert "are left out: 200." in gate("Reviewers", to).sentence
    measure(store, 200, source=source)
    assert (gate("Reviewers", to).ok, gate("Reviewers", to).have, gate("Agreement", to).ok) == (True, "2", True)


@pytest.mark.parametrize(("to", "source", "below"), [("sampled", "person", "assist"), ("auto", "sampled", "sampled")])
def test_who_promotes_has_not_measured_it(
    to: str, source: str, below: str, supervisor: User, make_person: MakePerson, store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    in_force()
    stand(below)
    measure(store, 100, source=source, by=supervisor)
    measure(store, 100, source=source)
    other = make_person(Role.SUPERVISOR, store)
    with pytest.raises(Conflict, match="100 more"):
        up(supervisor, to)
    assert up(other, to).after == to


def test_one_reviewer_alone_does_not_lift_it(supervisor: User, store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    stand("assist")
    reviewer = User.objects.create(email="r@desk.example", name="R")
    measure(store, 200, by=reviewer)
    with pytest.raises(Conflict, match="2 people must have decided"):
        up(supervisor, "sampled")
    measure(store, 48)  # of 248 the one has made 81 %
    with pytest.raises(Conflict, match="One person made 200 of 248"):
        up(supervisor, "sampled")
    measure(store, 2)
    step = up(supervisor, "sampled")
    assert {"name": "Reviewers", "ok": True, "have": "5", "need": "2"} in step.figures["gates"]


def test_towards_assist_everybody_counts(supervisor: User, store: Store) -> None:
    measure(store, 100, by=supervisor)
    assert up(supervisor, "assist").after == "assist"


def test_who_could_promote_sees_what_is_left_out(
    client: Client, supervisor: User, auditor: User, store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    in_force()
    stand("assist")
    measure(store, 37, by=supervisor)
    said = "Decisions by the policy&#x27;s author and by who promotes are left out: 37."
    for person, seen in ((supervisor, True), (auditor, False)):
        client.force_login(person)
        assert (said in client.get(reverse("rollout")).content.decode()) is seen


# --- Who promotes ---------------------------------------------------------------------------------------------------
def test_who_approved_the_policy_promotes_to_assist_and_no_further(
    client: Client, supervisor: User, store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    approver = in_force(store).verdict.by
    give_role(person=approver, role=Role.SUPERVISOR, store=store, by=User.objects.system())
    approver = User.objects.get(pk=approver.pk)
    measure(store, 200, at=here(store))
    up(approver, "assist", store)
    with pytest.raises(Forbidden, match="You approved the policy in force"):
        up(approver, "sampled", store)
    assert refusals(approver)[-1].data["right"] == "promote"
    client.force_login(approver)
    assert (
        "You approved the policy in force. Beyond assist somebody else has to promote." in client.get(reverse("rollout")).content.decode()
    )
    assert up(supervisor, "sampled", store).after == "sampled"
