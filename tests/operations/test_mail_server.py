"""The mail server, read from one address."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from ordersops import env


def test_none_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERSOPS_MAIL_URL", raising=False)
    assert env.mail_server("ORDERSOPS_MAIL_URL") == {}


@pytest.mark.parametrize(
    ("address", "port", "ssl", "tls"),
    [
        ("smtp://mail.example.com", 25, False, False),
        ("smtp://a:p%40ss@mail.example.com", 587, False, True),
        ("smtp://a:p%40ss@mail.example.com:2525", 2525, False, True),
        ("smtps://a:p%40ss@mail.example.com", 465, True, False),
    ],
)
def test_a_password_never_goes_in_the_clear(monkeypatch: pytest.MonkeyPatch, address: str, port: int, ssl: bool, tls: bool) -> None:
    monkeypatch.setenv("ORDERSOPS_MAIL_URL", address)
    found = env.mail_server("ORDERSOPS_MAIL_URL")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (
        "mail.example.com",
        port,
        ssl,
        tls,
    )
    assert found["EMAIL_HOST_PASSWORD"] == ("p@ss" if "@mail" in address else "")


@pytest.mark.parametrize("address", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:port", "smtp://[::1"])
def test_nonsense_stops_the_start_without_telling_the_password(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ORDERSOPS_MAIL_URL", address)
    with pytest.raises(ImproperlyConfigured, match="ORDERSOPS_MAIL_URL cannot be read"):
        env.mail_server("ORDERSOPS_MAIL_URL")
