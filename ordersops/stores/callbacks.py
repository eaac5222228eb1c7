"""Where decisions may be sent, and stores be read. Checked when an address is entered; who sends to it checks where the name leads at that moment."""

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings

from ordersops.errors import Invalid

LONGEST = 200
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def check_callback_url(url: str) -> str:
    """The address, trimmed; empty means that nothing is sent. Raises Invalid unless it is a plain http(s) address that may be reached."""
    url = url.strip()
    if url:
        problem = _problem(url) or _private(url)
        if problem:
            raise Invalid(f"The callback address was not taken: {problem}. Correct it, or leave it empty if decisions are not sent.")
    return url


def check_api_url(url: str) -> str:
    """The address of a platform's interface without its last slash; empty means that there is none.

    A key is sent there, so it has to be https, unless private addresses are allowed and it is one.
    """
    url = url.strip().rstrip("/")
    if url:
        problem = _problem(url) or _private(url)
        if not problem and urlsplit(url).query:
            problem = "it must not have a part after ?"
        if not problem and urlsplit(url).scheme != "https" and not is_private(urlsplit(url).hostname or ""):
            problem = "it has to start with https://, as the key is sent there"
        if problem:
            raise Invalid(f"The interface address was not taken: {problem}. Correct it, or leave it empty if the store is not read.")
    return url


def _problem(url: str) -> str:
    if len(url) > LONGEST or not url.isascii() or any(char <= " " or char == "\\" for char in url):
        return f"it has to be plain ASCII without spaces, at most {LONGEST} characters"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "it cannot be read as an address"
    if parts.scheme not in {"http", "https"} or not host:
        return "it has to start with https:// or http:// and a host"
    if parts.username is not None or parts.password is not None:
        return "it must not hold a user name or password; the signature says who sends"
    return "it must not have a part after #, which is never sent" if parts.fragment else ""


def _private(url: str) -> str:
    if is_private(urlsplit(url).hostname or "") and not settings.ALLOW_PRIVATE_CALLBACKS:
        return "it leads into a private network; set ORDERSOPS_ALLOW_PRIVATE_CALLBACKS to allow that"
    return ""


def is_private(host: str) -> bool:
    """Whether the host, as it is written, is an address or name that is not reached over the public internet."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(_INSIDE):
        return True
    found = _address(host)
    if found is None:
        return "." not in host  # a bare name is one of the local network
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return not found.is_global or found.is_multicast or (inner is not None and not inner.is_global)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address, also in the short, octal and hexadecimal forms that resolvers take: 127.1, 0x7f000001."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
