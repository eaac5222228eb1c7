"""Sessions that end: those of a person who lost their access, and those that ran out."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from ordersops.accounts.models import User


def end_sessions(person: User) -> int:
    """Delete the person's session rows and return how many. Sessions hold the person's id sealed, so the live ones are read."""
    live = Session.objects.filter(expire_date__gt=timezone.now())
    mine = [row.pk for row in live.iterator() if row.get_decoded().get("_auth_user_id") == str(person.pk)]
    return Session.objects.filter(pk__in=mine).delete()[0]


def forget_old_sessions() -> int:
    """Delete sessions that have run out. Returns how many."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
