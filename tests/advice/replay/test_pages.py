"""The pages about advisors: what they show, to whom, and what they cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice import performance
from ordersops.advice import replay as replays
from ordersops.advice.bodies import sealed
from ordersops.advice.models import Breaker, CallBody, Spend
from ordersops.advice.views import SHOWN_BODY, readable
from ordersops.cases.lanes import lane
from ordersops.stores.models import Store
from tests.advice.replay.old import CALM, WILD, advised, decided
from tests.desk.test_queries import queries
from tests.factories import CallFactory, OrderFactory, RecommendationFactory, ReplayAnswerFactory, ReplayFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, supervisor: User) -> Any:
    """The text of a page, as a supervisor of `store` reads it."""
    client.force_login(supervisor)

    def read(name: str, *args: Any, **asked: Any) -> str:
        answer = client.get(reverse(name, args=args), asked)
        assert answer.status_code == 200
        return answer.content.decode()

    return read


def test_empty_pages_say_what_will_be_there(page: Any, store: Store) -> None:
    assert "Nothing was advised in this time" in page("advisors")
    assert "Nothing was replayed yet" in page("advice_replays")
    advised(OrderFactory(store=store), **CALM)
    text = page("advisors")
    assert "Nothing has been decided yet" in text
    assert "Agreement appears with the first decision" in text
    assert "No order's truth is known yet" in text
    assert "No call failed" in text


def test_figures_of_the_version_that_is_looked_at(page: Any, store: Store) -> None:
    decided(advised(OrderFactory(store=store), **CALM), label="legitimate")
    other = RecommendationFactory(order=OrderFactory(store=store), advisor="claude", advisor_version="m/-/p|1<b>")
    decided(other, "release", reason="O3", label="legitimate")
    text = page("advisors")
    assert "1 of 1 decided" in text
    text = page("advisors", of="fraud|claude|m/-/p|1<b>")
    assert "A signal is wrong or was not available" in text
    assert "ip_velocity" in text
    assert "m/-/p|1&lt;b&gt;" in text
    assert "<b>" not in text
    assert "Brier 0.490 on 1 label" in text
    assert 'class="curve-dot"' in text


def test_alerts_budget_and_failed_calls_are_in_sight(page: Any, store: Store) -> None:
    Breaker.objects.create(advisor="claude", faults=5, open_until=timezone.now() + timedelta(minutes=5), alert="The key was <refused>.")
    Spend.objects.create(store=store, lane="fraud", day=timezone.now().date(), spent_micros=20_000_000, calls=7)
    call = CallFactory(snapshot__order__store=store, outcome="broken", detail="<script>alert(1)</script>")
    text = page("advisors")
    assert "Claude is left alone until" in text
    assert "The key was &lt;refused&gt;." in text
    assert "the scorecard answers until midnight UTC" in text
    assert reverse("advice_call", args=[call.pk]) in text
    assert "<script>alert" not in text


def test_a_filter_that_is_nonsense_is_left_out(client: Client, supervisor: User, store: Store) -> None:
    client.force_login(supervisor)
    for asked in ({"days": "x"}, {"days": "-1"}, {"store": "1"}, {"lane": "'; --"}, {"of": "a|b"}, {"of": "\x00"}, {"days": "9" * 50}):
        assert client.get(reverse("advisors"), asked).status_code == 200


def test_flips_link_to_the_case(page: Any, store: Store, system: User) -> None:
    then = advised(OrderFactory(store=store), {"outcome": "release", "alternatives": [{"outcome": "decline", "why_not": ""}]}, **WILD)
    decision = decided(then, "decline", reason="D1")
    run = replays.start(lane=lane("fraud"), store=store, by=system, because="<i>", advisor_key="scorecard")
    replays.run(run)
    text = page("advice_replay", run.pk)
    assert reverse("case", args=[decision.case_id]) in text
    assert "as now" in text
    assert "NOT IDENTICAL" in text
    assert "&lt;i&gt;" in text
    assert "Not identical" in page("advice_replays")


def test_of_a_replay_over_every_store_one_sees_ones_own_questions(
    client: Client, make_person: Any, store: Store, other_store: Store
) -> None:
    everywhere = ReplayFactory(store=None)
    mine = ReplayAnswerFactory(replay=everywhere, recommendation__order__store=store, flipped=True)
    theirs = ReplayAnswerFactory(replay=everywhere, recommendation__order__store=other_store, flipped=True)
    client.force_login(make_person(Role.SUPERVISOR, store))
    text = client.get(reverse("advice_replay", args=[everywhere.pk])).content.decode()
    assert mine.recommendation.order.number in text
    assert theirs.recommendation.order.number not in text
    assert client.get(reverse("advice_replay", args=[everywhere.pk])).context["report"].asked == 1
    assert client.get(reverse("advice_replays")).context["replays"][0].asked == 1
    client.force_login(make_person(Role.SUPPORT_AGENT, store))
    assert client.get(reverse("advice_replay", args=[everywhere.pk])).status_code == 403


def test_a_replay_that_was_cut_off_says_how_to_go_on(page: Any, store: Store) -> None:
    run = ReplayFactory(store=store, finished_at=None)
    assert f"manage.py advice_replay --resume {run.pk}" in page("advice_replay", run.pk)


def kept(store: Store, request: bytes = b'{"a": "<EMAIL_1>"}', response: bytes | None = b"<html>busy</html>") -> Any:
    call = CallFactory(snapshot__order__store=store)
    CallBody.objects.create(
        call=call, request=sealed(call.pk, "request", request), response=None if response is None else sealed(call.pk, "response", response)
    )
    return call


def test_bodies_are_opened_for_those_who_may_export(client: Client, make_person: Any, store: Store) -> None:
    call = kept(store)
    for role, sees in ((Role.SUPERVISOR, True), (Role.AUDITOR, False), (Role.SENIOR_FRAUD_REVIEWER, False)):
        client.force_login(make_person(role, store))
        text = client.get(reverse("advice_call", args=[call.pk])).content.decode()
        assert ("&lt;EMAIL_1&gt;" in text) is sees, role
        assert ("&lt;html&gt;busy" in text) is sees
        assert ("Request and response are sealed" in text) is not sees


def test_a_forgotten_body_says_so(page: Any, store: Store) -> None:
    call = kept(store)
    CallBody.objects.all().delete()
    assert "Forgotten" in page("advice_call", call.pk)
    assert call.request_sha256 in page("advice_call", call.pk)


def test_a_body_that_cannot_be_opened_says_so(page: Any, store: Store) -> None:
    call = kept(store)
    CallBody.objects.update(request=b"not sealed by us at all")
    assert "cannot be opened" in page("advice_call", call.pk)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"b":1}', '{\n  "b": 1\n}'),
        (b"\xff\xfe", "��"),
        ("a\u202eb\u200bc\x00\n".encode(), "a\\u202eb\\u200bc\\u0000\n"),
        (b"[" * 5000, "[" * 5000),
        (None, ""),
    ],
)
def test_bodies_are_made_readable(body: bytes | None, shown: str) -> None:
    assert readable(body) == shown


def test_a_long_body_is_cut_off() -> None:
    assert len(readable(b"x" * (SHOWN_BODY + 50))) < SHOWN_BODY + 50


def test_dear_figures_are_counted_once_a_minute(page: Any, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    advised(OrderFactory(store=store), **CALM)
    assert "counted" not in page("advisors")
    monkeypatch.setattr(performance, "DEAR", 0)
    assert "once a minute" in page("advisors")
    advised(OrderFactory(store=store), {"advisor_version": "newer"}, **CALM)
    assert "newer" not in page("advisors")
    assert "newer" in page("advisors", days="7")  # another period is counted anew


def test_pages_cost_the_same_for_few_and_many(client: Client, supervisor: User, store: Store) -> None:
    client.force_login(supervisor)
    run = ReplayFactory(store=store)

    def more(count: int) -> None:
        for _ in range(count):
            old = RecommendationFactory(order=OrderFactory(store=store))
            decided(old, "release", label="legitimate")
            call = CallFactory(snapshot=old.snapshot, outcome="busy")
            RecommendationFactory(order=old.order, snapshot=old.snapshot, advisor="claude", call=CallFactory(snapshot=old.snapshot))
            ReplayAnswerFactory(replay=run, recommendation=old, flipped=True, call=call)
            ReplayFactory(store=store)

    urls = [reverse("advisors"), reverse("advice_replays"), reverse("advice_replay", args=[run.pk])]
    more(2)
    few = [queries(client, url) for url in urls]
    more(8)
    assert [queries(client, url) for url in urls] == few
