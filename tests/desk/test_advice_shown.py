"""What the case page says of its advice: what fails, what it rests on, who says it, and what automation made of it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.masking import masked
from ordersops.advice.models import Consultation, Recommendation
from ordersops.cases.models import Case
from ordersops.rollout.models import Consideration
from ordersops.stores.models import Store
from tests.desk.test_queries import MOST_PER_PAGE
from tests.factories import CaseFactory, DecisionFactory, RecommendationFactory, SnapshotFactory, evidence
from tests.review.automated import allowed

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"
FAILED = {
    "fact": "orders_from_ip", "op": "le", "value": 2, "direction": "against", "verified": False, "actual": 7, "code": "mismatch",
    "sentence": "Hardly any orders came from this IP.",
}  # fmt: skip


@pytest.fixture
def desk(client: Client, fraud_reviewer: User) -> Client:
    client.force_login(fraud_reviewer)
    return client


@pytest.fixture
def case(store: Store) -> Case:
    found: Case = CaseFactory(order__store=store, order__name="Ada Byron", advice__snapshot__facts=evidence(note="Please hurry"))
    return found


def consulted(case: Case, **more: Any) -> Consultation:
    """The question to Claude about the scorecard's advice, still open."""
    base = Recommendation.objects.get(order=case.order, advisor="scorecard")
    return Consultation.objects.create(**{
        "store": case.store, "lane": "fraud", "order": case.order, "baseline": base, "advisor": "claude", "chosen_because": "A setting.",
        "scope": "everything", "mode": "assist", "policy_version": "test", "not_before": timezone.now(), **more,
    })  # fmt: skip


def answered(case: Case, **more: Any) -> Recommendation:
    """Claude's advice beside the scorecard's."""
    base = Recommendation.objects.get(order=case.order, advisor="scorecard")
    given: Recommendation = RecommendationFactory(**{
        "order": case.order, "snapshot": base.snapshot, "advisor": "claude", "advisor_version": "claude-sonnet-5-5/medium/fraud-1@9c1f02ab",
        "chosen_because": "The setting ORDERSOPS_ADVISOR names it.", "mode": "assist", **more,
    })  # fmt: skip
    consulted(case, state="answered", answer=given, settled_at=timezone.now())
    return given


def page(desk: Client, case: Case) -> tuple[dict[str, Any], str]:
    response = desk.get(reverse("case", args=[case.pk]))
    assert response.status_code == 200
    context: Any = response.context
    return context, response.content.decode()


def test_who_advises_under_which_policy(desk: Client, case: Case) -> None:
    given = answered(case, policy_version="fraud/everything/3")
    context, text = page(desk, case)
    assert context["recommendation"] == given
    for said in (
        "Claude",
        given.advisor_version,
        given.chosen_because,
        "fraud/everything/3",
        "Assist: a person decides",
        "Every claim checked",
    ):
        assert said in text


def test_a_failed_claim_says_what_was_claimed_and_what_is_true(desk: Client, case: Case) -> None:
    answered(case, claims=[FAILED], verified=False)
    context, text = page(desk, case)
    (claim,) = context["claims_failed"]
    assert (claim["claimed"].endswith("at most 2"), claim["actual"], claim["why"]) == (True, "7", "The evidence says otherwise.")
    for said in (claim["sentence"], claim["claimed"], claim["why"], "Does not hold", "1 of 1 claim fails"):
        assert said in text
    assert "Every claim checked" not in text
    assert context["available"].doubt


def test_what_speaks_for_the_outcome_and_what_against_it(desk: Client, case: Case) -> None:
    holds = {**FAILED, "op": "ge", "verified": True, "code": "ok", "direction": "for", "sentence": "Seven orders from one IP."}
    answered(case, outcome="release", claims=[holds, {**holds, "direction": "against", "sentence": "A usual total."}])
    context, _ = page(desk, case)
    assert [claim["sentence"] for claim in context["claims_why"]] == ["A usual total."]
    assert [claim["sentence"] for claim in context["claims_but"]] == ["Seven orders from one IP."]


def test_faults_of_the_whole_answer(desk: Client, case: Case) -> None:
    answered(
        case, verified=False, faults=[{"code": "not_addressed", "about": "ip_velocity"}, {"code": "duplicate", "about": "order_total"}]
    )
    context, text = page(desk, case)
    (fault,) = context["faults"]
    assert fault.text == "Many orders from one IP address"
    assert fault.lead in text
    assert "Not sound as a whole" in text
    assert [note.text for note in context["notes"]] == ["Order total"]


def test_advice_that_rests_on_the_customers_words(desk: Client, case: Case) -> None:
    answered(case, outcome="release", rests_on_customer=True, without_customer={"outcome": "decline", "score": 80})
    context, text = page(desk, case)
    assert "This advice rests on what the customer wrote." in text
    assert "Without it, Claude advises: Decline and propose cancellation, score 80." in text
    assert "The scorecard disagrees." in text
    assert context["available"].doubt == "This advice rests on what the customer wrote."


def test_agreement_is_not_mentioned(desk: Client, case: Case) -> None:
    answered(case)
    assert "disagrees" not in page(desk, case)[1]


def test_the_models_own_words_are_unmasked_cleaned_and_escaped(desk: Client, case: Case) -> None:
    facts = [*evidence(), Fact("email", "E-mail", "text", "ada@customer.example", trust="customer", personal=True)]
    snapshot = SnapshotFactory(order=case.order, store=case.store, facts=Evidence(facts))
    token = masked(snapshot.evidence).hide("ada@customer.example")
    assert token != "ada@customer.example"
    answered(case, snapshot=snapshot, prose=f"{token} wrote \u202e{HOSTILE}", draft=f"Dear {token}")
    context, text = page(desk, case)
    assert context["prose"] == f"ada@customer.example wrote {HOSTILE}"
    assert context["draft"] == "Dear ada@customer.example"
    assert HOSTILE not in text
    assert "Its own words, not checked as a whole" in text


def test_signals_that_are_set_aside(desk: Client, case: Case) -> None:
    answered(case, set_aside=[{"signal": "ip_velocity", "reason": f"A school {HOSTILE}"}, {"signal": "no_such", "reason": "Because"}])
    context, text = page(desk, case)
    (signal,) = context["risk_signals"]
    assert signal.set_aside == f"A school {HOSTILE}"
    assert "Set aside by Claude" in text
    assert HOSTILE not in text
    assert [aside["says"] for aside in context["set_aside"]] == ["Many orders from one IP address", "no_such"]


# --- Why it is the scorecard's ------------------------------------------------------------------------------------------
def test_without_another_advisor_the_page_says_so_quietly(desk: Client, case: Case) -> None:
    given = RecommendationFactory(order=case.order, chosen_because="No other advisor has a key.")
    context, text = page(desk, case)
    assert context["recommendation"] == given
    assert context["standing_in"] == "No other advisor has a key."
    assert "No other advisor has a key." in text


@pytest.mark.parametrize(
    ("state", "mode", "said"),
    [
        ("pending", "assist", "Claude is asked; its advice comes within moments."),
        ("pending", "shadow", "Claude is asked too; in shadow its advice is only measured."),
        ("given_up", "assist", "No answer of Claude: The budget is spent. The scorecard's advice stands."),
    ],
)
def test_while_another_advisor_is_silent(desk: Client, case: Case, state: str, mode: str, said: str) -> None:
    consulted(case, state=state, mode=mode, why="The budget is spent.")
    assert page(desk, case)[0]["standing_in"] == said


def test_in_shadow_the_answer_is_not_shown(desk: Client, case: Case) -> None:
    answered(case, shown=False, mode="shadow", outcome="release", prose="Nobody shall read this.")
    Consultation.objects.update(mode="shadow")
    context, text = page(desk, case)
    assert context["recommendation"].advisor == "scorecard"
    assert context["standing_in"] == "Claude has answered too; in shadow its advice is only measured."
    assert "Nobody shall read this." not in text
    assert "Release the order" not in {row.outcome_label for row in context["older_recommendations"]}


def test_why_automation_left_it_to_a_person(desk: Client, case: Case) -> None:
    given = answered(case, mode="sampled")
    Consideration.objects.create(recommendation=given, result="person", why="The order's total is above the policy's limit.")
    assert "Left to a person: The order" in page(desk, case)[1]


def test_similar_orders_that_were_decided(desk: Client, store: Store) -> None:
    row = {
        "likeness": 82, "outcome": "release", "label": "legitimate", "reason": "A4", "why": "The mismatch is explained", "amount": "75.00",
        "currency": "USD", "days_before": 3, "shared": "ip_velocity, gone",
    }  # fmt: skip
    facts = [*evidence(), Fact("precedents", "Similar orders decided before", "list", [row], source="history", trust="system")]
    case = CaseFactory(order__store=store, advice__snapshot__facts=Evidence(facts))
    context, text = page(desk, case)
    (shown,) = context["precedents"]
    assert (shown["outcome_label"], shown["shared"]) == ("Release", ["Many orders from one IP address", "gone"])
    assert "Similar orders, decided" in text
    assert "The mismatch is explained" in text


def test_thresholds_are_those_of_the_policy_of_the_advice(desk: Client, case: Case, make_person: Any, fraud_reviewer: User) -> None:
    version = allowed(case.store, make_person(), make_person(), anomalous_from=20, high_from=45)
    answered(case, policy_version=version)
    policy = page(desk, case)[0]["policy"]
    assert (policy.anomalous_from, policy.high_from) == (20, 45)


def test_a_models_advice_costs_no_more_queries_than_a_page_may(desk: Client, case: Case) -> None:
    answered(case, prose="Words.", without_customer={"outcome": "decline", "score": 80})
    url = reverse("case", args=[case.pk])
    desk.get(url)
    with CaptureQueriesContext(connection) as captured:
        desk.get(url)
    assert len(captured) <= MOST_PER_PAGE


def test_the_order_page_shows_no_shadow_either(desk: Client, case: Case) -> None:
    answered(case, shown=False, mode="shadow", outcome="release")
    context = desk.get(reverse("order", args=[case.order_id])).context
    assert context["recommendation"].advisor == "scorecard"


def test_each_claim_at_a_glance_is_about_another_signal(desk: Client, case: Case) -> None:
    holds = {**FAILED, "op": "ge", "verified": True, "code": "ok", "direction": "for"}
    again = {**holds, "value": 3, "sentence": "At least three orders from one IP."}
    answered(case, claims=[{**holds, "sentence": "Many orders from one IP."}, again])
    context, _ = page(desk, case)
    assert [claim["sentence"] for claim in context["claims_why"]] == ["Many orders from one IP."]
    assert [claim["sentence"] for claim in context["claims_more"]] == ["At least three orders from one IP."]


def test_an_automatic_decision_is_called_one(desk: Client, case: Case, system: User) -> None:
    DecisionFactory(case=case, by=system, source="system")
    text = page(desk, case)[1]
    assert "decided automatically, under a policy of two people" in text
    assert "automatically, " in desk.get(reverse("order", args=[case.order_id])).content.decode()
