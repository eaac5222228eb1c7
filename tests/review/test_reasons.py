"""Reason codes are data: supervisors word, order, add and retire them; each change is a version, and decisions keep theirs."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from fraud.reasons import REASONS
from ordersops.accounts.models import User
from ordersops.audit.models import Event
from ordersops.cases.lanes import lane, lanes
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.review import actions
from ordersops.review.models import Decision, ReasonCode
from ordersops.review.queries import available, reasons_of
from ordersops.stores.models import Store
from ordersops.wording import leaks
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store, system: User) -> Case:
    return case_about(store, system, outcome="release")


def codes(**more: Any) -> list[str]:
    return [reason.code for reason in reasons_of(lane("fraud"), **more)]


def current(code: str) -> ReasonCode:
    return next(row for row in ReasonCode.objects.current("fraud") if row.code == code)


def change(by: User, code: str = "A1", **more: Any) -> ReasonCode:
    return actions.change_reason(
        **{"lane": "fraud", "code": code, "version": 1, "text": "They called us back", "customer_text": "", "by": by, **more}
    )


def last(verb: str) -> dict[str, Any]:
    return Event.objects.filter(verb=verb).order_by("-pk")[0].data


def test_what_lanes_declare_is_written_down_once(system: User) -> None:
    assert reasons_of(lane("fraud")) == REASONS
    assert actions.sync_reasons() == sum(len(one.reasons) for one in lanes().values())
    assert actions.sync_reasons() == 0
    assert [reason.sentence for reason in reasons_of(lane("fraud"))] == [reason.sentence for reason in REASONS]


def test_all_reasons_of_a_lane_are_one_query(system: User, django_assert_num_queries: Any) -> None:
    actions.sync_reasons()
    with django_assert_num_queries(1):
        reasons_of(lane("fraud"))


def test_a_change_is_a_new_version(supervisor: User) -> None:
    change(supervisor)
    assert current("A1").version == 2
    assert current("A1").text == "They called us back"
    assert ReasonCode.objects.get(code="A1", version=1).text == "Verified with the customer"
    assert current("A1").label == "legitimate"
    assert last("reason.changed") == {"lane": "fraud", "code": "A1", "version": 2, "changed": ["customer_text", "text"]}


def test_a_version_cannot_be_changed(system: User) -> None:
    actions.sync_reasons()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReasonCode.objects.update(text="Something else")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReasonCode.objects.all().delete()


def test_a_change_on_an_old_version_conflicts(supervisor: User) -> None:
    change(supervisor)
    with pytest.raises(Conflict, match="changed A1 while"):
        change(supervisor, text="Another text")


def test_a_change_of_nothing_is_refused(supervisor: User) -> None:
    with pytest.raises(Invalid, match="Nothing is different"):
        change(supervisor, text="Verified with the customer", customer_text=REASONS[0].customer_text)


def test_a_customer_text_that_leaks_is_refused_with_its_words(supervisor: User) -> None:
    with pytest.raises(Invalid, match="“risk”, “score”"):
        change(supervisor, customer_text="Your risk score is high")
    with pytest.raises(Invalid, match="“guarantee”"):
        actions.add_reason(lane="fraud", code="A7", text="Some text", customer_text="We guarantee it", like="A1", by=supervisor)
    assert not ReasonCode.objects.exists()


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_no_declared_text_leaks(reason: Any) -> None:
    assert leaks(reason.customer_text) == []


def test_only_who_may_edit_does(fraud_reviewer: User, auditor: User) -> None:
    for person in (fraud_reviewer, auditor):
        with pytest.raises(Forbidden):
            change(person)
        with pytest.raises(Forbidden):
            actions.retire_reason(lane="fraud", code="A1", by=person)
        with pytest.raises(Forbidden):
            actions.move_reason(lane="fraud", code="A2", up=True, by=person)


def test_a_new_code_works_like_the_one_named(supervisor: User) -> None:
    made = actions.add_reason(lane="fraud", code="o6", text="An exception of the week", customer_text="", like="O4", by=supervisor)
    assert made.reason.needs == "override_block_list"
    assert (made.code, made.two, made.overrides, made.label, made.default) == ("O6", True, True, "inconclusive", False)
    assert codes()[-1] == "O6"
    assert last("reason.added") == {"lane": "fraud", "code": "O6", "like": "O4"}
    with pytest.raises(Conflict, match="there already"):
        actions.add_reason(lane="fraud", code="O6", text="Again", customer_text="", like="O4", by=supervisor)


@pytest.mark.parametrize("code", ["", "A", "7", "A7'", "ABCD1", "A١"])
def test_a_code_is_letters_and_a_number(supervisor: User, code: str) -> None:
    with pytest.raises(Invalid, match="letters and a number"):
        actions.add_reason(lane="fraud", code=code, text="Some text", customer_text="", like="A1", by=supervisor)


def test_a_copy_of_the_default_is_not_the_default(supervisor: User) -> None:
    assert not actions.add_reason(lane="fraud", code="A7", text="Some text", customer_text="", like="A0", by=supervisor).default


def test_a_retired_code_is_not_offered_until_it_is_brought_back(supervisor: User) -> None:
    actions.retire_reason(lane="fraud", code="A2", by=supervisor)
    assert "A2" not in codes()
    assert "A2" in codes(retired=True)
    assert last("reason.retired")["code"] == "A2"
    with pytest.raises(Conflict, match="retired already"):
        actions.retire_reason(lane="fraud", code="A2", by=supervisor)
    actions.sync_reasons()
    assert "A2" not in codes()
    actions.restore_reason(lane="fraud", code="A2", by=supervisor)
    assert codes()[:3] == ["A1", "A2", "A3"]
    with pytest.raises(Conflict, match="not retired"):
        actions.restore_reason(lane="fraud", code="A2", by=supervisor)


def test_the_default_stays_until_another_is(supervisor: User) -> None:
    with pytest.raises(Conflict, match="another one the default"):
        actions.retire_reason(lane="fraud", code="A0", by=supervisor)
    change(supervisor, default=True)
    assert [row.code for row in ReasonCode.objects.current("fraud") if row.default] == ["A1", "D0"]
    actions.retire_reason(lane="fraud", code="A0", by=supervisor)


def test_what_needs_two_or_overrides_is_never_the_default(supervisor: User) -> None:
    with pytest.raises(Invalid, match="cannot be the default"):
        change(supervisor, code="O1", default=True)


def test_the_last_override_reason_stays(supervisor: User) -> None:
    for code in ("O1", "O2"):
        actions.retire_reason(lane="fraud", code=code, by=supervisor)
    with pytest.raises(Conflict, match="the last reason"):
        actions.retire_reason(lane="fraud", code="O3", by=supervisor)


def test_neighbours_change_places(supervisor: User) -> None:
    actions.move_reason(lane="fraud", code="A2", up=True, by=supervisor)
    assert codes()[:3] == ["A2", "A1", "A3"]
    actions.move_reason(lane="fraud", code="A2", up=False, by=supervisor)
    assert codes()[:3] == ["A1", "A2", "A3"]
    with pytest.raises(Conflict, match="the first one"):
        actions.move_reason(lane="fraud", code="A1", up=True, by=supervisor)
    with pytest.raises(Conflict, match="the last one"):
        actions.move_reason(lane="fraud", code="A0", up=False, by=supervisor)


def test_the_forms_follow_the_order_and_the_words(case: Case, supervisor: User) -> None:
    before = [reason.code for reason in available(case, supervisor).approve_reasons]
    actions.move_reason(lane="fraud", code=before[1], up=True, by=supervisor)
    change(supervisor, code=before[0], version=2)
    found = available(case, supervisor).approve_reasons
    assert [reason.code for reason in found][:2] == [before[1], before[0]]
    assert found[1].sentence == "They called us back"


def test_a_decision_keeps_the_words_it_was_made_with(case: Case, supervisor: User, client: Client) -> None:
    code = next(reason.code for reason in available(case, supervisor).approve_reasons if not reason.default)
    change(supervisor, code=code, text="The words of then")
    decision = actions.approve(case=case, by=supervisor, version=case.version, reason=code)
    assert isinstance(decision, Decision)
    assert decision.reason_version == 2
    change(supervisor, code=code, version=2, text="The words of now")
    client.force_login(supervisor)
    shown = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "The words of then" in shown
    assert "The words of now" not in shown


def test_a_retired_code_cannot_be_chosen(case: Case, supervisor: User) -> None:
    code = next(reason.code for reason in available(case, supervisor).approve_reasons if not reason.default)
    actions.retire_reason(lane="fraud", code=code, by=supervisor)
    with pytest.raises(Invalid, match="Choose a reason"):
        actions.approve(case=case, by=supervisor, version=case.version, reason=code)


def test_the_page_shows_and_changes_them(client: Client, supervisor: User, auditor: User) -> None:
    client.force_login(auditor)
    page = client.get(reverse("reasons")).content.decode()
    assert "Verified with the customer" in page
    assert "Add a reason" not in page
    assert "Its words" in client.get(reverse("reason", args=["fraud", "A1"])).content.decode()
    client.force_login(supervisor)
    wrong = client.post(reverse("reason_change", args=["fraud", "A1"]), {"version": 1, "text": "Fine", "customer_text": "A score <b>"})
    assert wrong.status_code == 422
    assert "says “score”" in wrong.content.decode()
    assert "A score &lt;b&gt;" in wrong.content.decode()
    client.post(reverse("reason_change", args=["fraud", "A1"]), {"version": 1, "text": "Called <i>", "customer_text": "Thank you."})
    client.post(reverse("reason_retire", args=["fraud", "A3"]))
    page = client.get(reverse("reasons")).content.decode()
    assert "Called &lt;i&gt;" in page
    assert "Bring back" in page
    assert client.get(reverse("reason", args=["fraud", "Z9"])).status_code == 404
    added = client.post(reverse("reason_add", args=["fraud"]), {"code": "A9", "text": "Wire", "customer_text": "AI says so", "like": "A1"})
    assert added.status_code == 422
