"""Where decisions may be sent."""

from typing import Any

import pytest

from ordersops.errors import Invalid
from ordersops.stores.callbacks import check_callback_url, is_private


@pytest.mark.parametrize(
    "url", ["", "  ", "https://shop.example.com/decisions", "http://shop.example.com:8443/x?y=1", "https://93.184.216.34/"]
)
def test_a_public_address_is_taken(url: str, settings: Any) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = False
    assert check_callback_url(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example.com", "//x.example.com", "shop.example.com", "https://", "https://ada@x.example.com/", "https://a:b@x.example.com/",
        "https://x.example.com:99999/", "https://x.example.com/a b", "https://x.example.com/#part", "https://[::1/", "javascript:alert(1)",
        "https://x.example.com\\@10.0.0.1/", "https://x.example.com/\n", "https://" + "x" * 300 + ".com", "https://bücher.example.com/",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(url: str, settings: Any) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = True
    if url.strip() != url:
        assert check_callback_url(url) == url.strip()
        return
    with pytest.raises(Invalid, match="The callback address was not taken"):
        check_callback_url(url)


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST.", "shop.localhost", "printer.local", "db.internal", "intranet",
        "127.0.0.1", "127.1", "0x7f000001", "2130706433",
        "0177.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1",
        "fd00::1", "::ffff:10.0.0.1", "2002:0a00:0001::1", "::",
    ],
)  # fmt: skip
def test_an_address_inside_is_private(host: str, settings: Any) -> None:
    assert is_private(host)
    written = f"[{host}]" if ":" in host else host
    settings.ALLOW_PRIVATE_CALLBACKS = False
    with pytest.raises(Invalid, match="leads into a private network"):
        check_callback_url(f"http://{written}:8000/callback")
    settings.ALLOW_PRIVATE_CALLBACKS = True
    assert check_callback_url(f"http://{written}:8000/callback")


@pytest.mark.parametrize("host", ["shop.example.com", "8.8.8.8", "2606:4700::1111", "10.example.com"])
def test_an_address_outside_is_not(host: str) -> None:
    assert not is_private(host)
