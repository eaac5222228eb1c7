"""Unsafe or broken settings are found before anything starts."""

from typing import Any

import pytest

from ordersops import checks, jobs
from ordersops.jobs import Kind


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_the_defaults_are_fine() -> None:
    for check in (checks.unsafe_settings, checks.sealing_keys, checks.dotted_paths, checks.clusters, checks.connections):
        assert check(None) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"DEBUG": True, "PUBLIC_URL": "https://ops.example.com", "HTTPS": True, "ALLOW_PRIVATE_CALLBACKS": False}, "ordersops.E001"),
        ({"PUBLIC_URL": "http://ops.example.com", "ALLOW_PRIVATE_CALLBACKS": False}, "ordersops.E002"),
        ({"SECRET_KEY": "short"}, "ordersops.E003"),
        ({"SECRET_KEY": "ab" * 40}, "ordersops.E003"),
        ({"ALLOWED_HOSTS": ["*"]}, "ordersops.E004"),
        ({"PUBLIC_URL": "https://ops.example.com", "HTTPS": True, "ALLOW_PRIVATE_CALLBACKS": True}, "ordersops.W001"),
    ],
)
def test_unsafe_settings_are_named(settings: Any, changes: dict[str, Any], expected: str) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert ids(checks.unsafe_settings(None)) == [expected]


def test_a_key_ring_that_cannot_be_read(settings: Any) -> None:
    settings.SEALING_KEYS = "k1:not base64"
    assert ids(checks.sealing_keys(None)) == ["ordersops.E010"]


def test_a_lane_that_is_not_there(settings: Any) -> None:
    settings.LANES = ["fraud.lane.Nothing"]
    assert ids(checks.dotted_paths(None)) == ["ordersops.E011"]


def test_a_task_that_would_be_given_out_twice(settings: Any) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "retry": 200}
    assert ids(checks.clusters(None)) == ["ordersops.E020"]


def test_a_kind_of_work_without_its_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.KINDS, "test.work", Kind("nowhere", "ordersops.jobs.tidy", "ordersops.jobs.tidy"))
    assert ids(checks.clusters(None)) == ["ordersops.E021"]
