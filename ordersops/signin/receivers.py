"""What allauth does to a person's factors goes into their history."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb

NAMES = {
    Authenticator.Type.TOTP: "an authenticator app",
    Authenticator.Type.WEBAUTHN: "a security key",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


@atomic
def _tell(verb: Verb, user: User, authenticator: Authenticator) -> None:
    record(verb, by=user, person=user, factor=NAMES[Authenticator.Type(authenticator.type)])


@receiver(authenticator_added)
def added(user: User, authenticator: Authenticator, **more: Any) -> None:
    _tell(Verb.FACTOR_ADDED, user, authenticator)


@receiver(authenticator_removed)
def removed(user: User, authenticator: Authenticator, **more: Any) -> None:
    _tell(Verb.FACTOR_REMOVED, user, authenticator)


@receiver(authenticator_reset)
def renewed(user: User, authenticator: Authenticator, **more: Any) -> None:
    _tell(Verb.FACTOR_RENEWED, user, authenticator)


@receiver(authentication_failed)
def failed(user: User, authenticator: Authenticator, **more: Any) -> None:
    _tell(Verb.FACTOR_FAILED, user, authenticator)
