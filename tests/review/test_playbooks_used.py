"""A playbook on a case: shown where it fits, it fills in the confirm step, and the decision says whether what it prepared was kept."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.cases.models import Case
from ordersops.errors import Conflict
from ordersops.review import actions
from ordersops.review.models import Decision, PlaybookVersion, Proposal
from ordersops.stores.models import Store
from tests.people import MakePerson
from tests.review.plays import playbook, said, steps_alone
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
NOTE = "Card testing from one address, and more."


@pytest.fixture
def row(store: Store, supervisor: User) -> PlaybookVersion:
    return playbook(store, supervisor)


def advised(store: Store, system: User, outcome: str = "decline", **more: Any) -> Case:
    return case_about(store, system, outcome=outcome, **more)


def last(verb: str) -> dict[str, Any]:
    return Event.objects.filter(verb=verb).order_by("-pk")[0].data


# --- On the page ------------------------------------------------------------------------------------------------------
def test_a_fitting_one_is_on_the_page_with_its_key(
    client: Client, store: Store, system: User, row: PlaybookVersion, fraud_reviewer: User
) -> None:
    case = advised(store, system)
    client.force_login(fraud_reviewer)
    text = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "1 playbook fits" in text
    assert "Look at the linked orders." in text
    assert 'data-hotkey="y"' in text
    assert f"{reverse('case_approve', args=[case.pk])}?playbook={row.pk}" in text


def test_against_the_advice_it_leads_to_the_override(
    client: Client, store: Store, system: User, row: PlaybookVersion, fraud_reviewer: User
) -> None:
    case = advised(store, system, "release")
    client.force_login(fraud_reviewer)
    text = client.get(reverse("case", args=[case.pk])).content.decode()
    assert f"{reverse('case_override', args=[case.pk])}?playbook={row.pk}" in text
    assert client.get(reverse("case_approve", args=[case.pk]), {"playbook": row.pk}).status_code == 409


def test_where_none_fits_nothing_is_said(client: Client, store: Store, system: User, supervisor: User) -> None:
    playbook(store, supervisor, conditions=[["rules.saw", "contains", "forwarder"]])
    case = advised(store, system)
    client.force_login(supervisor)
    text = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "playbooks-title" not in text
    assert 'data-hotkey="y"' not in text


def test_who_may_not_decide_reads_and_uses_none(
    client: Client, store: Store, system: User, row: PlaybookVersion, make_person: MakePerson
) -> None:
    case = advised(store, system)
    client.force_login(make_person(Role.AUDITOR, store))
    text = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "Look at the linked orders." in text
    assert "Fill in" not in text
    assert client.get(reverse("case_approve", args=[case.pk]), {"playbook": row.pk}).status_code == 403


def test_one_without_a_decision_fills_in_nothing(client: Client, store: Store, system: User, supervisor: User) -> None:
    plain, case = playbook(store, supervisor, steps_alone()), advised(store, system)
    client.force_login(supervisor)
    text = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "It prepares no decision." in text
    assert client.get(reverse("case_approve", args=[case.pk]), {"playbook": plain.pk}).status_code == 409
    with pytest.raises(Conflict):
        actions.approve(case=case, by=supervisor, version=case.version, playbook=plain.pk)


# --- The confirm step -------------------------------------------------------------------------------------------------
def test_the_confirm_step_is_filled_in_and_commits_nothing(
    client: Client, store: Store, system: User, row: PlaybookVersion, supervisor: User
) -> None:
    case = advised(store, system)
    client.force_login(supervisor)
    text = client.get(reverse("case_approve", args=[case.pk]), {"playbook": row.pk}).content.decode()
    assert f'name="playbook" value="{row.pk}"' in text
    assert 'value="D3" checked' in text
    assert "Card testing from one address." in text
    assert "Filled in by the playbook" in text
    assert not Decision.objects.exists()
    plain = client.get(reverse("case_approve", args=[case.pk])).content.decode()
    assert 'value="D3" checked' not in plain
    assert "Filled in" not in plain


def test_the_override_is_filled_in(client: Client, store: Store, system: User, row: PlaybookVersion, supervisor: User) -> None:
    case = advised(store, system, "release")
    client.force_login(supervisor)
    text = client.get(reverse("case_override", args=[case.pk]), {"playbook": row.pk}).content.decode()
    assert 'value="decline" required checked' in text
    assert 'value="O2" checked' in text
    assert "Card testing from one address." in text


def test_a_form_with_a_mistake_keeps_its_playbook(
    client: Client, store: Store, system: User, row: PlaybookVersion, supervisor: User
) -> None:
    case = advised(store, system, "release")
    client.force_login(supervisor)
    typed = {"version": case.version, "outcome": "decline", "reason": "O2", "note": "short", "playbook": row.pk}
    answer = client.post(reverse("case_override", args=[case.pk]), typed)
    assert answer.status_code == 422
    assert f'name="playbook" value="{row.pk}"' in answer.content.decode()
    assert ">short</textarea>" in answer.content.decode()


# --- The decision -----------------------------------------------------------------------------------------------------
def test_the_decision_names_it_and_that_it_was_kept(
    client: Client, store: Store, system: User, row: PlaybookVersion, supervisor: User
) -> None:
    case = advised(store, system)
    client.force_login(supervisor)
    client.post(reverse("case_approve", args=[case.pk]), {"version": case.version, "reason": "D3", "note": NOTE, "playbook": row.pk})
    decision = Decision.objects.get()
    assert (decision.playbook, decision.playbook_kept, decision.fitted) == (row, True, [row.pk])
    told = last("case.approved")
    assert (told["playbook"], told["kept"]) == (str(row.pk), True)
    text = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "with the playbook" in text


@pytest.mark.parametrize(("reason", "kept"), [("D3", True), ("D2", False), ("", False)])
def test_another_reason_is_not_what_it_prepared(
    store: Store, system: User, row: PlaybookVersion, supervisor: User, reason: str, kept: bool
) -> None:
    case = advised(store, system)
    decision = actions.approve(case=case, by=supervisor, version=case.version, reason=reason, playbook=row.pk)
    assert decision.playbook_kept == kept


def test_a_reason_left_open_is_the_default_one(store: Store, system: User, supervisor: User) -> None:
    row = playbook(store, supervisor, reason="")
    for reason, kept in (("", True), ("D3", False)):
        case = advised(store, system)
        decision = actions.approve(case=case, by=supervisor, version=case.version, reason=reason, playbook=row.pk)
        assert decision.playbook_kept == kept


def test_an_override_names_it_too(store: Store, system: User, row: PlaybookVersion, supervisor: User) -> None:
    for reason, kept in (("O2", True), ("O1", False)):
        case = advised(store, system, "release")
        decision = actions.override(
            case=case, by=supervisor, version=case.version, outcome="decline", reason=reason, note=NOTE, playbook=row.pk
        )  # fmt: skip
        assert (decision.playbook, decision.playbook_kept) == (row, kept)
    assert last("case.overridden")["kept"] is False


def test_another_outcome_is_not_what_it_prepared(store: Store, system: User, supervisor: User) -> None:
    row = playbook(store, supervisor, said(outcome="release", reason="A1", reason_against="O2"))
    case = advised(store, system)
    decision = actions.approve(case=case, by=supervisor, version=case.version, reason="D3", playbook=row.pk)
    assert (decision.playbook, decision.playbook_kept) == (row, False)


def test_a_decision_without_one_says_only_what_fitted(store: Store, system: User, row: PlaybookVersion, supervisor: User) -> None:
    case = advised(store, system)
    decision = actions.approve(case=case, by=supervisor, version=case.version)
    assert isinstance(decision, Decision)
    assert (decision.playbook, decision.playbook_kept, decision.fitted) == (None, None, [row.pk])
    assert last("case.approved")["playbook"] is None


def test_one_that_was_changed_does_not_fit_or_is_not_there_decides_nothing(
    store: Store, system: User, row: PlaybookVersion, supervisor: User
) -> None:
    case = advised(store, system)
    other = playbook(store, supervisor, conditions=[["rules.saw", "contains", "forwarder"]])
    actions.change_playbook(playbook=row.playbook, said=said(name="Another name"), version=1, by=supervisor)
    for version in (row.pk, other.pk, uuid4()):
        with pytest.raises(Conflict, match="changed or retired meanwhile"):
            actions.approve(case=case, by=supervisor, version=case.version, playbook=version)
    assert not Decision.objects.exists()


# --- Two people (law 16) ----------------------------------------------------------------------------------------------
def test_what_is_dear_waits_with_its_playbook(
    client: Client, store: Store, system: User, row: PlaybookVersion, fraud_reviewer: User, supervisor: User
) -> None:
    case = advised(store, system, total=Decimal("2600.00"))
    proposal = actions.approve(case=case, by=fraud_reviewer, version=case.version, reason="D3", playbook=row.pk)
    assert isinstance(proposal, Proposal)
    assert (proposal.playbook, proposal.playbook_kept) == (row, True)
    told = last("case.proposed")
    assert (told["playbook"], told["kept"]) == (str(row.pk), True)
    client.force_login(supervisor)
    assert "with the playbook" in client.get(reverse("case", args=[case.pk])).content.decode()
    # Changed meanwhile, the second person still approves what the first one decided with it.
    actions.change_playbook(playbook=row.playbook, said=said(reason="D2"), version=1, by=supervisor)
    case.refresh_from_db()
    decision = actions.approve_second(proposal=proposal, by=supervisor, version=case.version)
    assert (decision.playbook, decision.playbook_kept) == (row, True)


# --- Prepared words ---------------------------------------------------------------------------------------------------
WORDS = {"subject": "Your address", "text": "Which house number is it?"}


def test_prepared_words_stand_in_the_terms(client: Client, system: User, store: Store, supervisor: User) -> None:
    made = actions.add_playbook(
        lane="triage",
        said=said(
            name="No house number", conditions=[["advice.outcome", "eq", "tell"]], outcome="tell", reason="M0", reason_against="N1", terms=WORDS
        ),
        store=store, by=supervisor,
    )  # fmt: skip
    case = asking(store, system)
    client.force_login(supervisor)
    text = client.get(reverse("case_approve", args=[case.pk]), {"playbook": made.pk}).content.decode()
    assert "Which house number is it?" in text
    assert "As the rules wrote it" not in text
    plain = client.get(reverse("case_approve", args=[case.pk])).content.decode()
    assert "As the rules wrote it" in plain
    for number, (words, kept) in enumerate(((WORDS, True), ({**WORDS, "text": "Other words."}, False))):
        case = case if not number else asking(store, system)
        decision = actions.approve(case=case, by=supervisor, version=case.version, reason="M0", terms=words, playbook=made.pk)
        assert isinstance(decision, Decision)
        assert (decision.terms["text"], decision.playbook_kept) == (words["text"], kept)


def asking(store: Store, system: User) -> Case:
    """A case in which triage would write to the customer."""
    from tests.factories import CaseFactory, OrderFactory

    order = OrderFactory(store=store, risk="approved")
    found: Case = CaseFactory(
        order=order, store=store, lane="triage", advice__lane="triage", advice__outcome="tell",
        advice__terms={"subject": "Your order", "text": "As the rules wrote it", "about": "address"}, advice__snapshot__lane="triage",
    )  # fmt: skip
    return found
