"""The security argument: whatever an advisor says, nothing changes without a decision by somebody entitled (laws 5, 6, 9, 11).

Entitled is a person with the right, or the system under a policy that is in force, that somebody wrote and another person
approved, that allows exactly this outcome, with every gate met. The gates are asked here a second time, in other words than
the product's. What an advisor says comes in two forms: any Answer at all, and any bytes as its answer over HTTP.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice import advisors, consult, jobs
from ordersops.advice.actions import ask
from ordersops.advice.advisors.claude import Claude
from ordersops.advice.answers import Exchange, Inquiry, Reply
from ordersops.advice.models import Consultation, Recommendation
from ordersops.advice.prompts import register
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.effects import jobs as effects
from ordersops.orders.changes import Change
from ordersops.orders.models import Order
from ordersops.review.actions import approve
from ordersops.review.automation import automate
from ordersops.review.models import Decision
from ordersops.rollout.models import AUTOMATED, LADDER, Consideration, PolicyVersion, Trial, Void
from ordersops.stores.models import Store
from tests.advice.advisors.stub import answering, leading_to, wire_form
from tests.effects.receiver import listening
from tests.fraud.shop import CARD, LYON, placing
from tests.intake.sending import placed, send
from tests.people import MakePerson
from tests.review.automated import allowed, earned
from tests.review.said import ANSWERS, BODIES, sound

pytestmark = pytest.mark.django_db
MOST = Decimal(500)
# All that an advisor must not move: orders with their axes and money, holds, effects, decisions, cases; and who may do what.
GUARDED = (
    "orders_order", "orders_hold", "orders_line", "orders_transaction", "orders_refund", "orders_shipment", "orders_dispute",
    "effects_effect", "review_decision", "rollout_policyversion", "rollout_verdict", "rollout_standing", "rollout_switch", "fraud_listentry",
    "accounts_user", "accounts_user_groups",
)  # fmt: skip
WITHOUT = {"orders_order": "- 'version'"}
Dump = dict[str, set[str]]


def dump() -> Dump:
    """Every row of these tables, as the database writes it; of orders without the count of writes, of cases what is no display of advice."""
    with connection.cursor() as cursor:
        found = {}
        for table in GUARDED:
            cursor.execute(f"SELECT (to_jsonb(t) {WITHOUT.get(table, '')})::text FROM {table} t")
            found[table] = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT row_to_json(t)::text FROM (SELECT id, state, order_id, group_key, amount, leased_by_id, decided_at FROM cases_case) t"
        )
        found["cases_case"] = {row[0] for row in cursor.fetchall()}
    return found


@dataclass
class Scene:
    """An order that waits for an answer of Claude, under a policy in force in some mode."""

    store: Store
    order: Order
    version: str
    before: Dump


class Says:
    """An advisor over the network that says whatever the example has for it, in the form in which Claude's own code hands it on."""

    key = "claude"
    answer: Any = None
    second: Any = None

    def version(self, lane: Any) -> str:
        return Claude().version(lane)

    def ask(self, inquiry: Inquiry) -> Reply:
        said = Says.second if inquiry.without_customer else Says.answer
        answer = said(inquiry) if callable(said) else said
        exchange = Exchange("claude-sonnet-5-5", inquiry.lane.prompt.sha256, b"{}", "answered", 5) if inquiry.lane.prompt else None
        return Reply(answer, exchange)


@pytest.fixture
def waiting(store: Store, system: User, make_person: MakePerson, fraud_reviewer: User, settings: Any) -> Iterator[Callable[..., Scene]]:
    """A function that places an order in a mode and lets the scorecard answer; Claude's answer is still to come. Chance draws nobody."""
    for name, value in leading_to("http://127.0.0.1:9").items():
        setattr(settings, name, value)
    register(system)
    author, approver = make_person(Role.SUPERVISOR, store), make_person(Role.SUPERVISOR, store)
    Store.objects.filter(pk=store.pk).update(currency="EUR")

    def place(mode: str, **content: Any) -> Scene:
        version = allowed(store, author, approver, mode=mode, advisor="claude", most_amount=MOST, second_share=Decimal(1), **content)
        earned(store, system, fraud_reviewer, version, advisor="claude")
        order = placing(system)(store, shipping_address=LYON, card=CARD.model_copy(update={"avs": "A"}), note="A gift for my aunt in Lyon.")
        ask(changes=[Change(order, {"placed"}, {})])
        while jobs.answer():
            pass
        order.refresh_from_db()
        baseline = Recommendation.objects.get(order=order)
        assert (baseline.outcome, baseline.band, order.on_hold, order.risk) == ("release", "anomalous", True, "needs_review"), (
            baseline.score
        )
        return Scene(store, order, version, dump())

    with (
        mock.patch("ordersops.rollout.mandate.secrets.randbelow", lambda most: most - 1),
        mock.patch("ordersops.rollout.mandate.LEAST_FLOOR", 0),
    ):
        yield place
    advisors.advisor.cache_clear()


@contextmanager
def undone() -> Iterator[None]:
    """One example: what it writes is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask_and_automate() -> None:
    """Everything that follows by itself, until nothing more does: asking again after faults, automation, sending what is due."""
    for _ in range(4):
        consult.consult()
        while automate():
            pass
        effects.send()
        if not Consultation.objects.filter(state="pending").update(not_before=timezone.now(), lease_until=None):
            return


def judge(scene: Scene) -> str:
    """Nothing changed; or the system decided, was entitled to, and what changed is what that decision means."""
    after = dump()
    decisions = list(Decision.objects.filter(case__order=scene.order))
    changed = {table: after[table] ^ scene.before[table] for table in after if after[table] != scene.before[table]}
    if not decisions:
        assert changed == {}, changed
        return "left to a person"
    (decision,) = decisions
    entitled(decision, scene)
    assert set(changed) == {"orders_order", "orders_hold", "effects_effect", "review_decision", "cases_case"}
    order = Order.objects.get(pk=scene.order.pk)
    assert (order.risk, order.captured, order.refunded, order.total) == (
        "approved",
        scene.order.captured,
        scene.order.refunded,
        scene.order.total,
    )
    (hold,) = order.holds.all()
    assert (hold.decision, hold.released_by) == (decision, decision.by)
    (effect,) = order.effects.all()
    assert (effect.kind, effect.decision, effect.state, effect.attempts) == ("order.release", decision, "planned", 0)
    assert {len(rows) for table, rows in changed.items() if table in {"review_decision", "effects_effect"}} == {1}
    assert {len(rows) for table, rows in changed.items() if table in {"orders_order", "orders_hold", "cases_case"}} == {2}
    return "decided automatically"


def entitled(decision: Decision, scene: Scene) -> None:
    """Every gate, read from the rows."""
    advice = decision.recommendation
    alone = Recommendation.objects.get(snapshot=advice.snapshot, advisor="scorecard")
    policy = PolicyVersion.objects.get(lane="fraud", store=scene.store, scope=advice.scope)
    assert (decision.source, decision.by.is_system) == ("system", True)
    assert policy.version == advice.policy_version == scene.version
    assert policy.verdict.approved
    assert policy.verdict.by_id != policy.author_id
    assert policy.verdict.effective_from <= timezone.now()
    assert not policy.verdict.by.is_system
    assert not policy.author.is_system
    assert decision.outcome == advice.outcome == alone.outcome == "release"
    assert decision.outcome in policy.content["automatic"]
    assert advice.verified
    assert alone.verified
    assert not advice.rests_on_customer
    assert advice.claims
    assert all(claim["verified"] for claim in advice.claims)
    assert advice.without_customer.get("outcome", "release") == "release"
    assert advice.mode in {"sampled", "auto"}
    assert advice.shown
    assert advice.confidence in {"medium", "high"}
    assert scene.order.total <= MOST
    assert scene.order.currency == decision.store.currency
    counted = Trial.objects.filter(lane="fraud", store=scene.store, source="person").exclude(decision__in=Void.objects.values("decision"))
    assert counted.values("decision").distinct().count() >= 200
    assert Consideration.objects.get(recommendation=advice).decision == decision
    assert not decision.case.is_attack


@pytest.mark.parametrize("mode", LADDER)
def test_whatever_an_advisor_answers(waiting: Callable[..., Scene], mode: str) -> None:
    """A hundred answers in each mode, each with any second answer to the question without the customer's text."""
    scene = waiting(mode)
    seen: set[str] = set()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(answer=ANSWERS, second=st.one_of(st.just(sound), ANSWERS))
    def holds(answer: Any, second: Any) -> None:
        Says.answer, Says.second = answer, second
        with undone():
            ask_and_automate()
            verdict = judge(scene)
            event(verdict)
            seen.add(verdict)

    with mock.patch.dict(advisors.ADVISORS, {"claude": f"{__name__}.Says"}):
        advisors.advisor.cache_clear()
        holds()
    assert seen <= {"left to a person"} if mode not in AUTOMATED else "left to a person" in seen


def test_a_sound_answer_is_followed_where_it_may_be(waiting: Callable[..., Scene]) -> None:
    """Otherwise the test above would hold of a product that never decides."""
    scene = waiting("auto")
    Says.answer = Says.second = sound
    with mock.patch.dict(advisors.ADVISORS, {"claude": f"{__name__}.Says"}):
        advisors.advisor.cache_clear()
        ask_and_automate()
    assert judge(scene) == "decided automatically"


# --- Over HTTP ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ["assist", "auto"])
def test_whatever_a_service_sends(waiting: Callable[..., Scene], mode: str) -> None:
    scene = waiting(mode)
    box: list[Any] = [b""]
    with answering(lambda body: box[0], registering=False, ADVISOR_DEADLINE=5) as service:

        @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
        @given(said=BODIES)
        def holds(said: Any) -> None:
            box[0] = said
            with undone():
                ask_and_automate()
                event(judge(scene))

        holds()
        assert len(service.asked) >= 30


def test_a_sound_answer_over_http_is_followed(waiting: Callable[..., Scene]) -> None:
    scene = waiting("auto")
    evidence = Recommendation.objects.get(order=scene.order).snapshot.evidence
    this = lane("fraud")
    inquiry = Inquiry(this, this.policy, "", evidence, this.signals(evidence), this.possible(scene.order))
    with answering(wire_form(sound(inquiry)), registering=False):
        ask_and_automate()
    assert judge(scene) == "decided automatically"


# --- Shadow ----------------------------------------------------------------------------------------------------------------
def test_in_shadow_nothing_leaves(
    make_store: Any, system: User, fraud_reviewer: User, make_person: MakePerson, work: Callable[[], int], settings: Any
) -> None:
    """A whole order, from webhook to advice, with an advisor that would release it: the store hears of it only once a person decides (law 12)."""
    settings.HOLD_WINDOW_SECONDS = 0
    with listening() as callback, answering({"outcome": "release"}) as service:
        store = make_store(callback_url=callback.address)
        reviewer = make_person(Role.FRAUD_REVIEWER, store)
        order = placed(
            payment={"status": "authorized", "transactions": [{
                "id": "t1", "kind": "authorization", "status": "success", "amount": "30.00", "currency": "USD", "at": "2026-11-20T12:00:00Z",
                "card": {"brand": "visa", "last4": "4242", "avs": "N", "cvv": "N"},
            }]},
            billing_address={"name": "Ada Byron", "address1": "1 High Street", "city": "Leeds", "country": "GB", "postal_code": "LS1 1AA"},
            shipping_address={"name": "B. Stranger", "address1": "9 Far Road", "city": "Lagos", "country": "NG"},
        )  # fmt: skip
        assert send(store, order).status_code == 200
        work()
        consultation = Consultation.objects.get()
        assert consultation.mode == "shadow"
        assert service.asked
        assert callback.received == []
        assert not Decision.objects.exists()
        case = Case.objects.get()
        approve(case=case, by=reviewer, version=case.version)
        work()
        assert len(callback.received) == 1
