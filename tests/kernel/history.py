"""What a verb left behind: events, refusals, wake-ups."""

from typing import Any

from ordersops.accounts.models import User
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.models import Wakeup


def events(*verbs: Verb, **about: Any) -> list[Event]:
    """The events about something, oldest first: `events(Verb.ORDER_HELD, order=order)`."""
    found = Event.objects.filter(**about).order_by("id")
    return list(found.filter(verb__in=verbs) if verbs else found)


def told(**about: Any) -> list[str]:
    """Their verbs."""
    return [event.verb for event in events(**about)]


def refusals(person: User) -> list[Event]:
    """The refused attempts of a person. They are committed at once, so ask by a person of this test alone."""
    return events(Verb.ACCESS_REFUSED, actor=person)


def woken() -> set[str]:
    """The kinds of work for which a worker is asked."""
    return set(Wakeup.objects.values_list("kind", flat=True))
