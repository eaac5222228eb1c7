"""Browsers in which a person has signed in before.

Failed sign-ins are counted apart for each of them and for everywhere else (OWASP: device cookies). So somebody who guesses passwords
from elsewhere runs into the limit without taking the way away from the colleague whose account it is.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from ordersops.ids import uuid7

COOKIE = "known-device" if not settings.HTTPS else "__Host-known-device"
SALT = "ordersops.known-device"
AGE = 180 * 24 * 3600  # seconds


def known_to(request: HttpRequest, email: str) -> str:
    """The name of this browser, if the person with this address has signed in in it; "" else."""
    try:
        name, owner = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(name) if owner == email.strip().lower() else ""


def remember(request: HttpRequest, answer: HttpResponse, email: str) -> None:
    """Leave the mark after a sign-in; a browser that has it keeps its name."""
    name = known_to(request, email) or uuid7().hex
    answer.set_cookie(
        COOKIE,
        signing.dumps([name, email.strip().lower()], salt=SALT),
        max_age=AGE, secure=settings.HTTPS, httponly=True, samesite="Lax",
    )  # fmt: skip
