"""Deciding at the desk: the confirm steps, what they refuse, and what follows."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.cases import actions as cases
from ordersops.cases.models import CaseState
from ordersops.review.models import Decision
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(client: Client, fraud_reviewer: Any) -> Client:
    client.force_login(fraud_reviewer)
    return client


def test_approve_decides_as_advised(desk: Client, world: World, fraud_reviewer: Any) -> None:
    answer = desk.post(reverse("case_approve", args=[world.case.pk]), {"version": world.case.version})
    assert (answer.status_code, answer["Location"]) == (303, reverse("case", args=[world.case.pk]))
    decision = Decision.objects.get(case=world.case)
    assert (decision.outcome, decision.overrides, decision.by) == ("decline", False, fraud_reviewer)
    page = desk.get(reverse("case", args=[world.case.pk]))
    assert page.context["available"].undo == decision
    assert page.context["undo_until"] == decision.effects.get().due_at
    assert reverse("decision_undo", args=[decision.pk]) in page.content.decode()


def test_approve_by_htmx_redirects_the_page(desk: Client, world: World) -> None:
    answer = desk.post(reverse("case_approve", args=[world.case.pk]), {"version": world.case.version}, headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("case", args=[world.case.pk]))


def test_approve_of_a_changed_case_conflicts(desk: Client, world: World) -> None:
    answer = desk.post(reverse("case_approve", args=[world.case.pk]), {"version": world.case.version + 1})
    assert answer.status_code == 409
    assert "reload" in answer.content.decode()
    assert not Decision.objects.filter(case=world.case).exists()


def test_override_needs_outcome_reason_and_note(desk: Client, world: World) -> None:
    url = reverse("case_override", args=[world.case.pk])
    answer = desk.post(url, {"version": world.case.version, "note": "too short"})
    assert answer.status_code == 422
    assert len(answer.context["form"]["errors"]) == 3
    assert "too short" in answer.content.decode()  # nothing typed is lost
    assert not Decision.objects.filter(case=world.case).exists()


def test_override_with_a_reason_that_does_not_fit(desk: Client, world: World) -> None:
    data = {"version": world.case.version, "outcome": "release", "reason": "D1", "note": "The customer called from home."}
    answer = desk.post(reverse("case_override", args=[world.case.pk]), data, headers=HTMX)
    assert answer.status_code == 422
    assert "<html" not in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_the_form_is_a_fragment_for_a_dialog_and_a_page_without_script(desk: Client, world: World) -> None:
    for act in ("case_approve", "case_override"):
        url = reverse(act, args=[world.case.pk])
        assert "<html" in desk.get(url).content.decode()
        assert "<html" not in desk.get(url, headers=HTMX).content.decode()


def test_a_case_that_somebody_holds_is_not_offered(desk: Client, world: World, senior_fraud_reviewer: Any) -> None:
    cases.claim(case=world.case, by=senior_fraud_reviewer)
    answer = desk.get(reverse("case_approve", args=[world.case.pk]))
    assert answer.status_code == 409
    assert senior_fraud_reviewer.name in answer.content.decode()
    assert not desk.get(reverse("case", args=[world.case.pk])).context["available"].approve


def test_undo_opens_the_case_again(desk: Client, world: World) -> None:
    desk.post(reverse("case_approve", args=[world.case.pk]), {"version": world.case.version})
    decision = Decision.objects.get(case=world.case)
    assert desk.post(reverse("decision_undo", args=[decision.pk])).status_code == 303
    world.case.refresh_from_db()
    assert world.case.state == CaseState.OPEN


def test_a_reader_sees_why_not(client: Client, world: World, returns_reviewer: Any) -> None:
    client.force_login(returns_reviewer)
    found = client.get(reverse("case", args=[world.case.pk])).context["available"]
    assert not any([found.approve, found.override, found.claim])
    assert "needs the right" in found.why_not


def test_evidence_is_shown_with_its_source(desk: Client, world: World) -> None:
    context = desk.get(reverse("case", args=[world.case.pk])).context
    (risk,) = context["risk_signals"]
    (claim,) = risk.claims_checked
    assert (risk.width, claim["verified"], claim["actual"], claim["source"], claim["trust"]) == (100, True, "7", "history", "system")
    assert [signal.key for signal in context["clearing_signals"]] == ["known_customer"]
    assert [signal.key for signal in context["unavailable_signals"]] == ["avs"]
    assert context["missing"] == ["Address check of the card"]
    assert context["claims"][0]["signal"] == "ip_velocity"


def test_support_sees_no_advice_on_the_order(client: Client, world: World, order_clerk: Any) -> None:
    client.force_login(order_clerk)
    context = client.get(reverse("order", args=[world.order.pk])).context
    assert context["recommendation"] is None
    assert not any(context[hidden] for hidden in ("cases", "decisions", "effects", "deliveries"))
