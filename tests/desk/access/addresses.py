"""Every address there is, with its declaration: the pages and acts, signing in, what is open to anybody, and the interface for machines."""

from django.urls import URLPattern, URLResolver, get_resolver

from tests.api.operations import OPERATIONS
from tests.desk.access import made
from tests.desk.access.door import ALL_METHODS, Arguments, Door, anybody, machines, own
from tests.desk.access.doors import AUTOMATION, CASES, ONES_OWN, ORDERS, PEOPLE, STORES

# allauth's pages. Signed in, the ways in lead away (302) and what is dear asks for a fresh proof first (302); OPTIONS says what is taken.
_ALL, NOTHING = dict.fromkeys(ALL_METHODS, 302), dict.fromkeys(ALL_METHODS, 404)  # they have neither app nor codes
AWAY = {"GET": 302, "HEAD": 302, "POST": 302}
FORM = {"GET": 200, "HEAD": 200, "POST": 200, "PUT": 200, "OPTIONS": 200}  # empty, it is drawn again
SIGNING_IN: dict[str, Door] = {
    "account_login": own(**_ALL, signed_out=FORM),
    "account_logout": own(GET=200, HEAD=200, POST=302, OPTIONS=200, signed_out={**AWAY, "OPTIONS": 200}),
    "account_inactive": anybody(GET=200, HEAD=200, OPTIONS=200),
    "account_reauthenticate": own(**FORM),
    "mfa_authenticate": own(**_ALL, signed_out=_ALL),
    "mfa_reauthenticate": own(**_ALL),
    "mfa_login_webauthn": own(**_ALL, signed_out={**AWAY, "PUT": 302, "OPTIONS": 200}),
    "mfa_reauthenticate_webauthn": own(**_ALL),
    "mfa_activate_totp": own(**_ALL),
    "mfa_deactivate_totp": own(**NOTHING),
    "mfa_view_recovery_codes": own(GET=404, HEAD=404, OPTIONS=200),
    "mfa_generate_recovery_codes": own(**_ALL),
    "mfa_download_recovery_codes": own(**NOTHING),
    "mfa_add_webauthn": own(**_ALL),
    "mfa_edit_webauthn": own(lambda w, me: [1], **_ALL),
    "mfa_remove_webauthn": own(lambda w, me: [1], **_ALL),
    "openid_connect_login": anybody(lambda w, me: ["nobody"], **dict.fromkeys(_ALL, 404)),  # no company is set up
    "openid_connect_callback": anybody(lambda w, me: ["nobody"], **dict.fromkeys(_ALL, 404)),
    "socialaccount_login_cancelled": anybody(GET=200, HEAD=200, OPTIONS=200),
    "socialaccount_login_error": own(GET=401, HEAD=401, OPTIONS=200),
}

OPEN: dict[str, Door] = {
    "invitation": anybody(lambda w, me: ["made-up"], GET=410, HEAD=410, POST=410),  # void, as one that was used
    "contact": anybody(lambda w, me: [w.store.endpoint_id], GET=200, HEAD=200, POST=422),  # nothing is written in it
    "mail": anybody(lambda w, me: [w.store.endpoint_id], POST=401),  # unsigned: tests/inquiries/test_doors.py
    "return_ask": anybody(lambda w, me: [w.store.endpoint_id], GET=200, HEAD=200, POST=422),  # nothing is written in it
    "return_link": anybody(lambda w, me: [w.store.endpoint_id, "made-up"], GET=200, HEAD=200, POST=410),  # void, as one that was used
    "return_visit": anybody(lambda w, me: [w.store.endpoint_id], GET=410, HEAD=410, POST=410),  # without a visit
    "return_status": anybody(lambda w, me: [w.store.endpoint_id, made.a_return(w).pk], GET=410, HEAD=410, POST=410),
    "confirm": anybody(lambda w, me: [w.store.endpoint_id, "made-up"], GET=410, HEAD=410, POST=200),  # thanked, whatever the link is
    "slack_interactions": anybody(POST=503),  # Slack is not connected here; unsigned: tests/notifications/test_slack.py
    "healthz": anybody(GET=200, HEAD=200),
    "readyz": anybody(GET=503, HEAD=503),  # no worker runs
    "api_schema": anybody(GET=200, HEAD=200),
}


def _patterns(under: list[URLPattern | URLResolver], before: str = "") -> list[tuple[str, str]]:
    """Each address of the product: its name, and its route."""
    found = []
    for pattern in under:
        route = before + str(pattern.pattern)
        found += _patterns(pattern.url_patterns, route) if isinstance(pattern, URLResolver) else [(pattern.name or f"/{route}", route)]
    return found


ADDRESSES = _patterns(get_resolver().url_patterns)
_OPERATIONS = {operation.path: operation for operation in OPERATIONS}


def _of_machines(route: str) -> Door | None:
    """Whatever the description for machines names needs no line here: it says itself what opens it."""
    if not route.startswith("api/v1/"):
        return None
    below = route.removeprefix("api/v1/")
    for kind in ("uuid:pk", "int:pk"):
        below = below.replace(f"<{kind}>", "{id}")
    operation = _OPERATIONS.get(below.replace("<slug:lane>", "{lane}"))
    if operation is None:
        return None
    about: Arguments | None = (lambda w, me: [operation.about(w)]) if operation.about_one else None
    return machines((lambda w, me: ["fraud"]) if "{lane}" in operation.path else about)


MACHINES = {name: door for name, route in ADDRESSES if (door := _of_machines(route))}
TABLES = (CASES, ORDERS, STORES, AUTOMATION, PEOPLE, ONES_OWN, SIGNING_IN, OPEN, MACHINES)
DOORS: dict[str, Door] = {name: door for table in TABLES for name, door in table.items()}
