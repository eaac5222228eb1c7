"""Finding things by a few words, each kind with the right that its own page needs."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse

from ordersops.accounts.access import can_anywhere, store_ids
from ordersops.accounts.queries import visible_people
from ordersops.accounts.roles import Perm
from ordersops.cases.actions.tagging import asked_for
from ordersops.cases.lanes import lanes
from ordersops.cases.models import Case
from ordersops.orders.models import Order
from ordersops.orders.queries import page_of

if TYPE_CHECKING:
    from ordersops.accounts.models import User

ANY_ORDER = {"q": "", "store": None, "stage": "", "payment": "", "risk": "", "on_hold": False, "since": None, "until": None}
LEAST = 2  # characters; fewer would find everything


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: a line to read, and where it leads."""

    icon: str
    title: str
    url: str
    about: str = ""
    mark: str = ""


@dataclass(slots=True)
class Found:
    """Hits by kind, each kind at most as many as were asked for, the newest first; `more` leads to a list with all."""

    cases: list[Hit] = field(default_factory=list)
    orders: list[Hit] = field(default_factory=list)
    people: list[Hit] = field(default_factory=list)
    more: str = ""

    @property
    def groups(self) -> list[tuple[str, list[Hit]]]:
        named = [("Cases", self.cases), ("Orders", self.orders), ("People", self.people)]
        return [(name, hits) for name, hits in named if hits]


def search(user: "User", words: str, most: int) -> Found:
    """Orders by number, name, e-mail, phone, SKU or tracking number; the cases about them, and those with such a
    tag; colleagues by name or e-mail."""
    words = words.replace("\x00", "").strip()[:200]
    if len(words) < LEAST:
        return Found()
    orders = page_of(user, {**ANY_ORDER, "q": words}, size=most).rows
    found = Found(orders=[_order(order) for order in orders], people=_people(user, words, most))
    found.cases = _cases(user, orders, words, most)
    found.more = f"{reverse('orders')}?q=" if len(orders) == most else ""
    return found


def _order(order: Order) -> Hit:
    about = " · ".join(filter(None, [order.name or order.email, str(order.store)]))
    return Hit("orders", str(order), reverse("order", args=[order.pk]), about, order.get_stage_display())


def _cases(user: "User", orders: list[Order], words: str, most: int) -> list[Hit]:
    """The cases about the orders that were found, the attacks that they are part of, and those that carry the words as a tag; open ones
    first."""
    if not can_anywhere(user, Perm.VIEW_CASES):
        return []
    seen = Case.objects.visible_to(user).select_related("order").order_by("-opened_at")
    about = seen.about([order.pk for order in orders])[: 4 * most] if orders else []
    tagged = seen.filter(tags__contains=[asked])[: 4 * most] if (asked := asked_for(words)) else []
    cases = {case.pk: case for case in [*about, *tagged]}.values()
    labels = {lane.key: lane.label for lane in lanes().values()}
    first = sorted(cases, key=lambda case: not case.is_open)[:most]
    return [
        Hit(case.lane, f"{case.name} {case.headline}", reverse("case", args=[case.pk]), labels.get(case.lane, ""), case.get_state_display())
        for case in first
    ]


def _people(user: "User", words: str, most: int) -> list[Hit]:
    if not store_ids(user, Perm.VIEW_PEOPLE):
        return []
    people = visible_people(user).filter(Q(name__icontains=words) | Q(email__icontains=words)).order_by("name")[:most]
    return [Hit("people", person.name, reverse("person", args=[person.pk]), person.email) for person in people]


def places(desk: Any, words: str, most: int) -> list[Hit]:
    """The sections that the person may open, and what can be done from anywhere, by the words of their names."""
    asked = words.casefold().split()
    known = [Hit(section["icon"], section["label"], section["url"], "Go to") for section in desk.sections]
    known += [Hit("lock", "My account", reverse("mfa_index"), "Go to"), Hit("exit", "Sign out", reverse("account_logout"), "Do")]
    return [hit for hit in known if all(word in hit.title.casefold() for word in asked)][:most]
