"""Strangers are counted exactly, each by themselves, and behind a proxy by what the proxy saw."""

from typing import Any

import pytest
from django.test import RequestFactory

from ordersops.models import Usage
from ordersops.throttle import address_of, forget_old_counts, within


@pytest.mark.django_db
def test_each_is_counted_by_themselves_and_no_address_is_kept() -> None:
    allowed = [
        within("knock", who, most=2, seconds=10**9) for who in ("ada@customer.example", "eve@customer.example", "ada@customer.example")
    ]
    assert allowed == [True, True, True]
    assert not within("knock", "ada@customer.example", most=2, seconds=10**9)
    assert within("other", "ada@customer.example", most=2, seconds=10**9)
    assert not any("customer" in row.key for row in Usage.objects.all())


@pytest.mark.django_db
def test_what_was_counted_in_windows_that_are_over_is_forgotten() -> None:
    assert within("knock", "ada@customer.example", most=2, seconds=10**9)
    assert forget_old_counts() == 0
    Usage.objects.update(window=1)
    assert within("other", "ada@customer.example", most=2, seconds=10**9)
    assert (forget_old_counts(), Usage.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("proxies", "said", "found"),
    [(0, "", "127.0.0.1"), (0, "192.0.2.1", "127.0.0.1"), (1, "", "127.0.0.1"), (1, "192.0.2.1", "192.0.2.1"),
     (1, "10.0.0.9, 192.0.2.1", "192.0.2.1")],
)  # fmt: skip
def test_a_header_is_believed_only_of_a_proxy_that_is_trusted(proxies: int, said: str, found: str, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert address_of(RequestFactory().get("/", headers={"x-forwarded-for": said} if said else {})) == found
