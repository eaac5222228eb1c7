"""Every page that the product has, by the map of addresses and by what is declared of each in tests/desk/access/doors.py."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from django.urls import reverse
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from tests.desk.access import made
from tests.desk.access.addresses import ADDRESSES, DOORS, MACHINES
from tests.desk.access.door import Asker
from tests.desk.conftest import World
from tests.factories import CaseFactory, ProposalFactory

SEE_MOST = (Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR)
WALKERS = (*SEE_MOST, *(role for role in Role if role not in SEE_MOST))  # the first who sees a page walks to it
ELSEWHERE = {302, 403, 404, 405}  # no page of this address, for this person

# Where the declaration's own row would be asked about twice in one world.
INSTEAD: dict[str, Callable[[World, User], list[Any]]] = {
    "second_answer": lambda w, me: [made.judged(w.failed.decision, w.colleague, "release").pk],
}
# Rows beside the one of the declaration: the same page in its other states.
MORE: dict[str, Callable[[World, User], list[Any]]] = {
    "case": lambda w, me: [
        w.decision.case, made.a_settled_case(w), w.proposal.case, made.a_done_decision(w).case, made.an_escalated_case(w, me),
        made.a_proposal(w, me).case, CaseFactory(order__store=w.store, leased_by=me, group_key="ip:1", orders_count=3),
        CaseFactory(order__store=w.store, advice=False),
    ],
    "order": lambda w, me: [w.decision.case.order],
    "effect": lambda w, me: [w.failed, w.handed_over],
    "person": lambda w, me: [me],
    "rights_change": lambda w, me: [made.a_change_asked_by(w, me)],
    "proposal_approve": lambda w, me: [ProposalFactory(case=CaseFactory(order__store=w.store), by=w.reviewer)],
}  # fmt: skip
# Pages of signing in that open to whoever gave their password a moment ago, without and with second factors of their own.
AFTER_PASSWORD = ["account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn"]
WITH_FACTORS = [
    "mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_edit_webauthn", "mfa_remove_webauthn",
    "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
]  # fmt: skip
HALFWAY_IN = ["mfa_authenticate"]  # the password was right, the factor is asked for
FURTHER = {*AFTER_PASSWORD, *WITH_FACTORS, *HALFWAY_IN}
# Addresses that take GET and have no page in this product as it stands.
NO_PAGE = {
    "mfa_login_webauthn": "a challenge for the browser's script, as JSON",
    "mfa_download_recovery_codes": "a file, while the codes may be seen",
    "openid_connect_login": "leads to the company's own pages",
    "openid_connect_callback": "comes back from there",
}


def taking_get() -> list[str]:
    """The names of all addresses that can be looked at by a person."""
    return [name for name, _ in ADDRESSES if name not in MACHINES and "GET" in DOORS[name].methods]


def to_walk(table: dict[str, Any], askers: list[Asker], world: World) -> Iterator[tuple[str, str, Asker, int]]:
    """Of these addresses: name, path, who goes there, and what is to be answered, as the matrix foresees it."""
    for name, door in table.items():
        if name in MACHINES or name in FURTHER or "GET" not in door.methods:
            continue
        for asker in askers:
            status = door.expected(asker, "GET")
            if status not in ELSEWHERE:
                me = asker.person or world.colleague
                about = INSTEAD.get(name, door.about)
                rows = [about(world, me) if about else []]
                rows += [[row.pk] for row in MORE.get(name, lambda w, me: [])(world, me)]
                yield from ((name, reverse(name, args=row), asker, status) for row in rows)
                break


def give_factors(person: User) -> int:
    """An app, recovery codes and a security key; returns the key's number."""
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(person)
    return int(WebAuthn.add(person, "My laptop", _credential()).instance.pk)


def _credential() -> dict[str, Any]:
    """A key as a browser registers it."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    held = AttestedCredentialData.create(Aaguid.NONE, b"a key", public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(sha256(b"localhost").digest(), flags, 0, held)
    said = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    answer = AuthenticatorAttestationResponse(client_data=said, attestation_object=AttestationObject.create("none", data, {}))
    return dict(RegistrationResponse(raw_id=b"a key", response=answer))
