"""Searching the history: filters out of the URL, and pages by cursor."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.audit.models import Event, EventQuerySet
from ordersops.audit.verbs import Verb
from ordersops.lists import SIZE, Filters, Page, StoreField, Words, read_cursor, write_cursor

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class AuditFilters(Filters):
    """`q` finds an order by number, colleagues by name and verbs by their words; the others narrow down. Days are UTC."""

    q = Words()
    verb = forms.ChoiceField(choices=[("", "All"), *((verb.value, verb.label) for verb in Verb)])
    actor = forms.ChoiceField()
    store = StoreField()
    order = Words()
    case = forms.UUIDField()
    text = Words()
    since = forms.DateField()
    until = forms.DateField()


def filters_for(user: "User", asked: Any, perm: Perm = Perm.VIEW_AUDIT) -> AuditFilters:
    """The filters with the stores and people that this person may choose from."""
    stores = apps.get_model("stores", "Store").objects.filter(pk__in=store_ids(user, perm))
    people = get_user_model().objects.filter(Q(groups__store_role__store__in=stores) | Q(is_system=True) | Q(pk=user.pk)).distinct()
    return AuditFilters(
        asked,
        store=[(str(pk), name) for pk, name in stores.values_list("pk", "name")],
        actor=[(str(pk), name) for pk, name in people.values_list("pk", "name")],
    )


def found(user: "User", asked: dict[str, Any], perm: Perm = Perm.VIEW_AUDIT) -> EventQuerySet:
    """The events that the person may see and that fit, newest first."""
    events = Event.objects.visible_to(user, perm).newest_first()
    for field in ("verb", "store", "case"):
        if asked[field]:
            events = events.filter(**{field: asked[field]})
    if asked["actor"]:
        events = events.filter(Q(actor=asked["actor"]) | Q(stream=f"user:{asked['actor']}"))
    if asked["order"]:
        events = events.filter(order__in=_orders(user, asked["order"]))
    if asked["text"]:
        events = events.filter(verb__in=_verbs(asked["text"]))
    if asked["q"]:
        people = list(get_user_model().objects.filter(name__icontains=asked["q"]).values_list("pk", flat=True)[:50])
        events = events.filter(Q(order__in=_orders(user, asked["q"])) | Q(actor__in=people) | Q(verb__in=_verbs(asked["q"])))
    if asked["since"]:
        events = events.filter(at__gte=_midnight(asked["since"]))
    if asked["until"]:
        events = events.filter(at__lt=_midnight(asked["until"]) + timedelta(days=1))
    return events


def page(events: EventQuerySet, cursor: str, size: int = SIZE) -> Page[Event]:
    """One page from the cursor on; going deep costs no more than the first."""
    after = read_cursor(cursor, int)
    rows = list(events.filter(pk__lt=min(after[0], 2**63 - 1))[: size + 1] if after else events[: size + 1])
    more = len(rows) > size
    return Page(rows[:size], write_cursor(rows[size - 1].pk) if more else "")


def every(events: EventQuerySet, size: int = 2000) -> Iterator[Event]:
    """All of them, in pieces: memory does not grow, and no cursor stays open on the server."""
    rows = list(events[:size])
    while rows:
        yield from rows
        rows = list(events.filter(pk__lt=rows[-1].pk)[:size]) if len(rows) == size else []


def _orders(user: "User", text: str) -> list[UUID]:
    """The orders with this number, with or without its #, or this id, in the stores whose orders the person sees."""
    orders = apps.get_model("orders", "Order").objects.visible_to(user)
    try:
        return list(orders.filter(pk=UUID(text)).values_list("pk", flat=True))
    except ValueError:
        number = text.strip().lstrip("#")
        return list(orders.search(text).filter(number__in=[number, f"#{number}"]).values_list("pk", flat=True)[:50]) if number else []


def _verbs(text: str) -> list[str]:
    """The verbs whose label or sentence has the words in it."""
    words = text.casefold()
    return [verb.value for verb in Verb if words in verb.label.casefold() or words in verb.plain.casefold()]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
