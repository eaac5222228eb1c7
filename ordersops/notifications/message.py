"""What a message to a person says. No personal data of customers and nothing that anybody typed: what it is, how much, how urgent, and a link."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from ordersops.advice.cleaning import clean
from ordersops.audit.models import Event
from ordersops.cases.lanes import Outcome, lane
from ordersops.cases.models import Case
from ordersops.notifications.models import Outgoing, Severity
from ordersops.notifications.topics import TOPICS
from ordersops.review.queries import Available, available
from ordersops.stores.models import Store
from ordersops.templatetags.ordersops import money

if TYPE_CHECKING:
    from ordersops.accounts.models import User

SHOWN = 30  # items of a digest; the rest is counted


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened. `approve` is what a button would do, as (words, value); None where there is to be no button."""

    title: str
    text: str
    url: str
    severity: str = Severity.REST
    approve: tuple[str, str] | None = None
    override_url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to one person at once: one item, or the items of a digest."""

    id: str
    subject: str
    items: list[Item] = field(default_factory=list)
    more: int = 0

    @property
    def url(self) -> str:
        return self.items[0].url if len(self.items) == 1 else link("home")


def link(name: str, *args: object) -> str:
    return settings.PUBLIC_URL + reverse(name, args=args)


def compose(rows: Sequence[Outgoing], person: "User", *, buttons: bool = False) -> Message:
    """The message of these rows, the newest first. Buttons only where there is one thing, and as this person may use them now."""
    events = [row.event for row in rows if row.event is not None]
    cases = _cases(events[:SHOWN])
    stores = dict(Store.objects.filter(pk__in={event.store_id for event in events[:SHOWN]}).values_list("pk", "name"))
    items = []
    for row in rows[:SHOWN]:
        if row.event is not None:
            case = cases.get(row.event.case_id) if row.event.case_id else None
            store = stores.get(row.event.store_id, "") if row.event.store_id else ""
            items.append(_item(row, row.event, case, store, person if buttons and len(rows) == 1 else None))
    if len(rows) == 1:
        return Message(rows[0].message_id, items[0].title, items)
    high = sum(row.severity == Severity.HIGH for row in rows)
    subject = f"{len(rows):,} things happened" + (f", {high} of high severity" if high else "")
    return Message(f"{rows[0].message_id}-{len(rows)}", subject, items, max(len(rows) - SHOWN, 0))


def trial(row: Outgoing) -> Message:
    """What a test says."""
    return Message(row.message_id, "This is a test", [Item("This is a test", "Messages reach you here.", link("notifications"))])


def _cases(events: Sequence[Event]) -> dict[Any, Case]:
    ids = {event.case_id for event in events if event.case_id}
    return {case.pk: case for case in Case.objects.filter(pk__in=ids).select_related("order", "leased_by")}


def _item(row: Outgoing, event: Event, case: Case | None, store: str, person: "User | None") -> Item:
    what = next((topic.label for topic in TOPICS.values() if row.verb in topic.verbs), event.verb_label)
    if case is None:
        about = f"Order {clean(event.order.number)}, {store}" if event.order_id and event.order else store
        return Item(what, clean(about)[:300], _link_of(event), row.severity)
    urgency = f"{case.due_at:%d %b %H:%M} UTC"
    parts = [what, store, money(case.amount, case.currency) if case.amount is not None else "", f"due {urgency}" if case.is_open else ""]
    title = f"{lane(case.lane).label}: {clean(case.headline)}"[:200]
    return Item(
        title, " · ".join(part for part in map(clean, parts) if part), link("case", case.pk), row.severity, **_buttons(case, person)
    )  # fmt: skip


def _buttons(case: Case, person: "User | None") -> dict[str, Any]:
    """Overriding leads to the desk, which asks for reason and note."""
    if person is None:
        return {}
    may = available(case, person)
    found: dict[str, Any] = {}
    if outcome := approvable(case, may):
        found["approve"] = (outcome.button, f"{case.pk}:{case.version}")
    if may.override:
        found["override_url"] = link("case_override", case.pk)
    return found


def approvable(case: Case, may: Available) -> Outcome | None:
    """What may be approved from afar: what the desk offers without a doubt, of one order, and on one person's word.

    What only asks a second person is left to the desk, where the sum and the doubts are in sight.
    """
    if not may.approve or may.doubt or case.is_attack or may.recommended_two:
        return None
    return may.recommended


def _link_of(event: Event) -> str:
    if effect := event.data.get("effect"):
        return link("effect", effect)
    if event.order_id:
        return link("order", event.order_id)
    if event.verb.startswith("rollout."):
        return link("rollout")
    return link("store", event.store_id) if event.store_id else link("home")
