"""What lists and histories leave out while the advice about a case is closed to a person (the control of anchoring).

The rule itself is in review/impressions.py, above those who ask here: `settings.CLOSED_ADVICE` names it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from ordersops.audit.verbs import Verb

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.audit.models import Event
    from ordersops.cases.models import Case

# Events that tell what was advised, how the order scored, or what others thought.
TELLING = frozenset({
    Verb.CASE_RECOMMENDED, Verb.ORDER_ASSESSED, Verb.ADVISOR_CONSULTED, Verb.ADVISOR_MEASURED, Verb.CASE_OPENED, Verb.CASE_IMPRESSION,
    Verb.CASE_LEFT_TO_PERSON, Verb.CASE_APPROVED, Verb.CASE_OVERRIDDEN, Verb.CASE_DECIDED, Verb.DECISION_UNDONE, Verb.CASE_PROPOSED,
    Verb.CASE_SECOND_APPROVED, Verb.CASE_SENT_BACK, Verb.CASE_DECIDED_OTHERWISE, Verb.CASE_PROPOSAL_TAKEN_BACK, Verb.EFFECT_PLANNED,
    Verb.EFFECT_UNDONE, Verb.DECISION_TAKEN_BACK,
})  # fmt: skip


def closed_cases(cases: "Iterable[Case]", user: "User") -> set[UUID]:
    """Those of the cases whose advice is closed to the person, in a constant number of queries."""
    found: set[UUID] = import_string(settings.CLOSED_ADVICE)(cases, user)
    return found


def closed_events(events: "Iterable[Event]", user: "User") -> set[int]:
    """Of these events those that tell of advice which is closed to the person, by id; in a constant number of queries."""
    telling = [event for event in events if event.verb in TELLING and (event.case_id or event.order_id)]
    if not telling:
        return set()
    about = Q(pk__in={event.case_id for event in telling}) | Q(order__in={event.order_id for event in telling})
    closed, orders = _closed(about, user)
    return {event.pk for event in telling if event.case_id in closed or event.order_id in orders}


def closed_orders(orders: "Iterable[UUID]", user: "User") -> set[UUID]:
    """Of these orders those with an open case whose advice is closed to the person: what was decided about them before would tell of it."""
    asked = set(orders)
    return _closed(Q(order__in=asked), user)[1] if asked else set()


def _closed(about: Q, user: "User") -> tuple[set[UUID], set[UUID]]:
    """Of the open cases `about`, those that are closed to the person; and their orders."""
    cases = list(apps.get_model("cases", "Case").objects.open().filter(about))
    closed = closed_cases(cases, user)
    return closed, {case.order_id for case in cases if case.pk in closed}


def without_advice(cases: "Iterable[Case]", user: "User") -> list[Any]:
    """The cases as they may be listed: where the advice is closed, `advice_closed` is set, and score, band, its words and the outcome are gone.

    They are taken out of the rows, which nobody saves, so that no template can give them away.
    """
    rows: list[Any] = list(cases)
    closed = closed_cases(rows, user)
    for case in rows:
        case.advice_closed = case.pk in closed
        if case.advice_closed:
            case.score, case.band, case.priority_reasons, case.advised = None, "", [], None
    return rows
