"""Promotion is a person's act, one rung at a time, past every gate; the way down is always open."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.rollout.actions import demote, promote, stop
from ordersops.rollout.models import PolicyVersion, Standing, Step
from ordersops.stores.models import Store
from tests.kernel.history import events, refusals
from tests.rollout.measured import here, measure, stand

pytestmark = pytest.mark.django_db


def up(by: User, to: str, store: Store | None = None) -> Step:
    return promote(lane="fraud", store=store, scope="everything", to=to, by=by)


def down(by: User, to: str, store: Store | None = None, because: str = "A quiet week") -> Step:
    return demote(lane="fraud", store=store, scope="everything", to=to, because=because, by=by)


# --- Up ---------------------------------------------------------------------------------------------------------------
def test_past_every_gate_a_person_promotes(supervisor: User, store: Store) -> None:
    measure(store, 100, source="replay")
    step = up(supervisor, "assist")
    assert (step.before, step.after, here().rung, here().in_force.mode) == ("shadow", "assist", "assist", "assist")
    (event,) = events(Verb.LANE_PROMOTED)
    assert (event.data["before"], event.data["after"]) == ("shadow", "assist")
    assert [gate["ok"] for gate in event.data["figures"]["gates"]] == [True, True, True]
    assert step.figures == event.data["figures"]


def test_below_a_gate_it_says_what_is_missing(supervisor: User, store: Store) -> None:
    measure(store, 38)
    with pytest.raises(Conflict, match="62 more decisions"):
        up(supervisor, "assist")
    assert not Standing.objects.exists()
    assert not events(Verb.LANE_PROMOTED)


def test_one_rung_at_a_time_and_once(supervisor: User, store: Store) -> None:
    measure(store, 200)
    for to in ("sampled", "auto", "shadow", "off", "flying"):
        with pytest.raises(Conflict, match="next rung is “Assist”"):
            up(supervisor, to)
    up(supervisor, "assist")
    with pytest.raises(Conflict):
        up(supervisor, "assist")


def test_the_built_in_policy_climbs_to_assist_only(supervisor: User, store: Store) -> None:
    measure(store, 200)
    up(supervisor, "assist")
    with pytest.raises(Conflict, match="a new version must allow sampled"):
        up(supervisor, "sampled")


def test_to_the_top_by_a_policy_that_allows_it(supervisor: User, store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    measure(store, 200)
    up(supervisor, "assist")
    up(supervisor, "sampled")
    with pytest.raises(Conflict, match="200 more checks"):
        up(supervisor, "auto")
    measure(store, 200, source="sampled")
    up(supervisor, "auto")
    assert here().in_force.mode == "auto"
    with pytest.raises(Conflict, match="no higher rung"):
        up(supervisor, "auto")


def test_the_author_of_the_policy_in_force_cannot_promote(
    make_person: Any, supervisor: User, store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    from ordersops.accounts.actions import give_role
    from ordersops.accounts.roles import Role

    author = in_force(store).author
    give_role(person=author, role=Role.SUPERVISOR, store=store, by=User.objects.system())
    author = User.objects.get(pk=author.pk)
    measure(store, 100, at=here(store))
    with pytest.raises(Forbidden, match="Somebody else has to promote"):
        up(author, "assist", store)
    assert refusals(author)[-1].data["right"] == "promote"
    up(supervisor, "assist", store)


def test_promoting_needs_the_right_everywhere_the_policy_holds(
    supervisor: User, senior_fraud_reviewer: User, store: Store, make_store: Any
) -> None:
    measure(store, 100)
    with pytest.raises(Forbidden):
        up(senior_fraud_reviewer, "assist")
    make_store("generic")
    with pytest.raises(Forbidden):
        up(supervisor, "assist")


def test_no_automation_while_a_kill_switch_stands(supervisor: User, store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    in_force(store)
    measure(store, 200, at=here(store))
    up(supervisor, "assist", store)
    stop(lane="fraud", store=store, effect="", why="Odd answers", by=supervisor)
    with pytest.raises(Conflict, match="Stopped by hand: Odd answers"):
        up(supervisor, "sampled", store)


def test_a_scope_without_a_policy_in_force_does_not_exist(supervisor: User, store: Store) -> None:
    with pytest.raises(Conflict, match="No policy"):
        up(supervisor, "assist", store)


def test_decisions_of_one_store_do_not_count_in_another(
    supervisor: User, store: Store, other_store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    in_force(store)
    measure(other_store, 200)  # under the policy of every store
    with pytest.raises(Conflict, match="100 more decisions"):
        up(supervisor, "assist", store)


# --- Down -------------------------------------------------------------------------------------------------------------
def test_a_person_steps_down_any_number_of_rungs(supervisor: User, store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    stand("auto")
    step = down(supervisor, "off")
    assert (step.before, step.after, here().in_force.mode) == ("auto", "off", "off")
    (event,) = events(Verb.LANE_DEMOTED)
    assert (event.data["before"], event.data["after"], event.data["because"]) == ("auto", "off", "A quiet week")


def test_stepping_down_goes_down(supervisor: User, store: Store) -> None:
    for to in ("shadow", "assist", "auto"):
        with pytest.raises(Conflict, match="Choose a lower rung"):
            down(supervisor, to)
    with pytest.raises(Invalid):
        down(supervisor, "off", because="")


def test_stepping_down_needs_the_right(auditor: User, store: Store, system: User) -> None:
    with pytest.raises(Forbidden):
        down(auditor, "off")
    down(system, "off")  # the system may, at once


def test_after_a_fall_for_disagreement_the_mode_is_earned_anew(
    supervisor: User, system: User, store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    in_force()
    measure(store, 200)
    stand("sampled")
    demote(lane="fraud", store=None, scope="everything", to="assist", because="People disagreed", by=system, cause="agreement")
    with pytest.raises(Conflict, match="200 more decisions by people"):
        up(supervisor, "sampled")
    measure(store, 200)
    up(supervisor, "sampled")


def test_a_step_never_changes(supervisor: User, store: Store) -> None:
    down(supervisor, "off")
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Step.objects.update(because="Otherwise")
