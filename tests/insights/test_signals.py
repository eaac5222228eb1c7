"""What became of the cases that a signal brought to a person: counted, told from ten on, and only to who may see the workload."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.cases.lanes import lane
from ordersops.insights import signals
from ordersops.insights.signals import LEAST, Judged, judged, most_released
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, SignalFactory
from tests.insights.scene import decided

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    caches["process"].clear()


def several(store: Store, by: User, count: int, outcome: str, *keys: str, **more: Any) -> list[Decision]:
    """Decided cases with these signals beside the factory's own (ip_velocity)."""
    found = [decided(store, by, outcome=outcome, **more) for _ in range(count)]
    for decision in found:
        for key in keys:
            SignalFactory(recommendation=decision.recommendation, key=key)
    return found


def of(store: Store, key: str) -> Judged:
    (found,) = [row for row in judged(lane("fraud"), [store.pk], timezone.now() - MONTH) if row.key == key]
    return found


def test_how_many_of_those_decided_were_let_go(store: Store, other_store: Store, fraud_reviewer: User) -> None:
    several(store, fraud_reviewer, 8, "release", "forwarder")
    several(store, fraud_reviewer, 4, "decline", "forwarder")
    several(store, fraud_reviewer, 3, "release")
    several(other_store, fraud_reviewer, 5, "release", "forwarder")
    assert (of(store, "forwarder").released.part, of(store, "forwarder").released.whole) == (8, 12)
    assert (of(store, "ip_velocity").released.part, of(store, "ip_velocity").released.whole) == (11, 15)
    assert of(store, "known_customer" if "known_customer" in lane("fraud").signs else "cvv_fail").released.whole == 0


def test_ten_cases_are_told_and_nine_are_not(store: Store, fraud_reviewer: User, supervisor: User, client: Client) -> None:
    several(store, fraud_reviewer, LEAST - 1, "release", "forwarder")
    client.force_login(supervisor)
    fragment, page = reverse("_signals_released", args=["fraud"]), reverse("signals", args=["fraud"])
    label = lane("fraud").signs["forwarder"].label
    assert not of(store, "forwarder").is_told
    assert label not in client.get(fragment).content.decode()
    assert "Fewer than 10" in client.get(page).content.decode()
    several(store, fraud_reviewer, 1, "decline", "forwarder")
    assert of(store, "forwarder").is_told
    text = client.get(fragment).content.decode()
    assert label in text
    assert "9 of 10" in text
    assert "90 %" in text
    assert f'href="{page}#signal-forwarder"' in text
    assert 'id="signal-forwarder"' in client.get(page).content.decode()


def test_the_surest_to_be_let_go_come_first(store: Store, fraud_reviewer: User) -> None:
    several(store, fraud_reviewer, 10, "release", "cvv_fail")  # all of ten
    several(store, fraud_reviewer, 57, "release", "forwarder")  # nearly all of sixty: surer
    several(store, fraud_reviewer, 3, "decline", "forwarder")
    several(store, fraud_reviewer, 12, "decline", "prepaid")
    rows = most_released(lane("fraud"), [store.pk], timezone.now() - MONTH)
    keys = [row.key for row in rows]
    assert keys.index("forwarder") < keys.index("cvv_fail")
    assert "prepaid" not in keys


def test_only_what_people_decided_lately_and_what_stands(store: Store, fraud_reviewer: User, system: User) -> None:
    several(store, fraud_reviewer, 1, "release", "forwarder", hours=24 * 31)
    several(store, system, 1, "release", "forwarder", source="system")
    (taken_back,) = several(store, fraud_reviewer, 1, "release", "forwarder")
    DecisionFactory(case=taken_back.case, by=fraud_reviewer, outcome="undo", supersedes=taken_back, case_version=9)
    several(store, fraud_reviewer, 1, "decline", "forwarder")
    assert (of(store, "forwarder").released.part, of(store, "forwarder").released.whole) == (0, 1)


def test_what_speaks_for_it_and_what_was_not_to_be_had_is_no_signal(store: Store, fraud_reviewer: User) -> None:
    several(store, fraud_reviewer, 1, "release")
    keys = {row.key for row in judged(lane("fraud"), [store.pk], timezone.now() - MONTH) if row.released.whole}
    assert keys == {"ip_velocity"}


def test_points_are_explained(store: Store, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    text = client.get(reverse("signals", args=["fraud"])).content.decode()
    assert "10 to 18" in text  # card_velocity
    assert lane("fraud").rules_version in text
    for key in ("triage", "returns", "inquiries"):
        assert client.get(reverse("signals", args=[key])).status_code == 200
    assert client.get(reverse("signals", args=["nonsense"])).status_code == 404


def test_of_one_store_and_never_of_a_foreign_one(
    store: Store, other_store: Store, supervisor: User, fraud_reviewer: User, client: Client
) -> None:
    several(other_store, fraud_reviewer, LEAST, "release", "forwarder")
    client.force_login(supervisor)
    for query in ("", f"?store={other_store.pk}"):
        assert "10 of 10" not in client.get(reverse("_signals_released", args=["fraud"]) + query).content.decode()


def test_the_queue_offers_it_to_supervisors_alone(store: Store, supervisor: User, fraud_reviewer: User, client: Client) -> None:
    CaseFactory(order__store=store, signals=["forwarder"])
    address, fragment = reverse("queue", args=["fraud"]), reverse("_signals_released", args=["fraud"])
    client.force_login(fraud_reviewer)
    assert fragment not in client.get(address).content.decode()
    assert client.get(fragment).status_code == 403
    client.force_login(supervisor)
    assert fragment in client.get(address).content.decode()


def test_dear_figures_are_kept_for_a_minute(store: Store, fraud_reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    since = timezone.now() - MONTH
    several(store, fraud_reviewer, 1, "release", "forwarder")

    def whole() -> int:
        return sum(row.released.whole for row in judged(lane("fraud"), [store.pk], since))

    assert whole() == 2
    monkeypatch.setattr(signals, "DEAR", 3)
    several(store, fraud_reviewer, 1, "release", "forwarder")
    assert whole() == 4
    several(store, fraud_reviewer, 1, "release", "forwarder")
    assert whole() == 4
