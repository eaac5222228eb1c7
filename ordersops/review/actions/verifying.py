"""Asking the customer to confirm the order: the case waits for the answer, and the order stays held."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import snooze
from ordersops.cases.escalation import require_work
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case
from ordersops.effects import actions as effects
from ordersops.effects.models import Effect
from ordersops.errors import Conflict
from ordersops.review.actions.choosing import as_seen, lock
from ordersops.review.actions.confirming import make_link, require_kinds

WAKES_ON = ("reply", "linked_order")
WHY = "To be confirmed by the customer"


@atomic
def ask_customer(*, case: Case, by: User, version: int, subject: str, text: str, link: Sequence[str] = ()) -> Effect:
    """Write to the customer, and put the case aside until the answer or REPLY_DAYS, never past the end of the authorisation.

    With `link`, kinds of review/confirming.py, the letter holds a link on which they confirm these; the case waits as long as it works.

    Needs the lane's right to decide. The order stays held, its risk says that it waits; the clock stands meanwhile. The message has a
    hold window, and leaves with nothing said about why. Conflict for an attack (its orders have many customers), if the case changed
    since `version`, is not open, is with somebody else, or if nothing can be sent to this customer now. Invalid where the text has a
    place for a link without one, or none for it.
    """
    require_work(case, by, to="ask the customer")
    case, subjects = lock(case)
    require_work(case, by, to="ask the customer")
    if why := why_not(case):
        raise Conflict(f"{why} Nothing was sent.")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    as_seen(case, version)
    order = subjects[0].order
    kinds = require_kinds(order=order, kinds=link, text=text)
    letter = {"about": "order", "subject": subject, "text": text}
    effect = effects.ask_within(order=order, kind="message.send", arguments=letter, reason=WHY, by=by)
    until = waits_until(case)
    if kinds:
        until = max(until, make_link(case=case, effect=effect, kinds=kinds, by=by).expires_at)
    lane_named(case.lane).customer_asked(subjects=subjects, by=by)
    record(Verb.CASE_CUSTOMER_ASKED, by=by, case=case, effect=effect.pk, until=until)
    snooze(case=case, until=until, reason="customer", wakes_on=WAKES_ON, by=by)
    return effect


def why_not(case: Case) -> str:
    """Why the customer cannot be asked about this case now, in a sentence; "" where they can."""
    if not case.is_open:
        return f"This case is {case.get_state_display().lower()} already."
    if case.is_asleep:
        return "This case waits already; bring it back first."
    if case.is_attack:
        return "This case has orders of many customers: write from the page of an order."
    if waits_until(case) <= timezone.now():
        return "The authorisation has ended: there is no time to wait for an answer."
    return ""


def waits_until(case: Case) -> datetime:
    until = timezone.now() + timedelta(days=settings.REPLY_DAYS)
    return min(until, case.authorised_until) if case.authorised_until else until
