"""The context of the rollout pages: where each scope stands, what it takes to climb, what waits for somebody, what happened."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from ordersops.accounts.access import store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import Lane, lane, lanes
from ordersops.lists import read_cursor, write_cursor
from ordersops.rollout.actions.rights import can_in
from ordersops.rollout.actions.switches import effects, what
from ordersops.rollout.content import Content
from ordersops.rollout.fields import changes
from ordersops.rollout.gates import Gate, gates, next_rung
from ordersops.rollout.ladder import Place, barred, places
from ordersops.rollout.models import AUTOMATED, LADDER, Mode, PolicyVersion, Step, Switch
from ordersops.rollout.queries import Book, lower
from ordersops.rollout.rules import words
from ordersops.stores.models import Store

STEPS_SHOWN, PENDING_SHOWN = 20, 20
# What a rung means, in a sentence.
MEANS = {
    Mode.OFF: "Only the scorecard answers.",
    Mode.SHADOW: "The advisor answers unseen, and is measured.",
    Mode.ASSIST: "The advisor advises, a person decides.",
    Mode.SAMPLED: "Automation decides where the policy allows; people check a share.",
    Mode.AUTO: "As sampled, with the policy's own share of checks.",
}


@dataclass(frozen=True, slots=True)
class Rung:
    mode: str
    label: str
    means: str
    state: str  # passed, here, next, above
    effective: bool  # what is done now, where that is lower than the rung earned


@dataclass(slots=True)
class Card:
    """One scope on the page."""

    place: Place
    lane: Lane
    store: Store | None
    rungs: list[Rung]
    rule: list[str]
    next: str = ""
    gates: list[Gate] = field(default_factory=list)
    may_promote: bool = False
    may_step_down: bool = False
    why_not: str = ""

    @property
    def key(self) -> str:
        return f"{self.place.lane}-{self.place.scope}-{self.place.store_id or 'all'}"

    @property
    def mode(self) -> str:
        return self.place.in_force.mode

    @property
    def version(self) -> str:
        """The advisor's, without its name."""
        return self.place.in_force.advisor_version.partition(" ")[2]

    @property
    def means(self) -> str:
        """What the rung means on which it stands."""
        return MEANS[Mode(self.place.rung)]

    @property
    def next_label(self) -> str:
        return str(Mode(self.next).label) if self.next else ""

    @property
    def missing(self) -> int:
        return sum(not gate.ok for gate in self.gates)

    @property
    def lower_rungs(self) -> list[tuple[str, str]]:
        """Highest first."""
        return [(mode, str(Mode(mode).label)) for mode in reversed(LADDER) if lower(mode, self.place.rung)]

    @property
    def next_means(self) -> str:
        return MEANS[Mode(self.next)] if self.next else ""


def overview(user: User, cursor: str) -> dict[str, Any]:
    """The context of rollout/rollout.html."""
    stores = {store.pk: store for store in Store.objects.visible_to(user, Perm.VIEW_ROLLOUT)}
    waiting = pending(user)
    return {
        "lanes": [{"lane": one, "cards": cards(one, stores, user)} for one in lanes().values()],
        "pending": waiting,
        "switches": switches(user),
        "stop": _stop_form(user),
        "may_write": bool(store_ids(user, Perm.WRITE_POLICY)),
        **history(user, cursor),
    }


def cards(one: Lane, stores: dict[UUID, Store], user: User) -> list[Card]:
    """The scopes of a lane that the person may see: those of everybody, and of the person's stores."""
    found = places(Book(one))
    return [_card(one, here, stores, user) for here in found if here.store_id is None or here.store_id in stores]


def _card(one: Lane, here: Place, stores: dict[UUID, Store], user: User) -> Card:
    rung, mode = here.rung, here.in_force.mode
    to = next_rung(rung)
    rungs = []
    for each in LADDER:
        state = "here" if each == rung else "passed" if lower(each, rung) else "next" if each == to else "above"
        rungs.append(Rung(each, str(Mode(each).label), MEANS[Mode(each)], state, each == mode and mode != rung))
    card = Card(
        here, one, stores.get(here.store_id) if here.store_id else None, rungs, words(one.facts, here.policy.rule) if here.policy else [], to
    )  # fmt: skip
    may = can_in(user, Perm.PROMOTE, here.store_id)
    card.gates = gates(here.in_force, to, by=user.pk if may else None) if to else []
    card.may_step_down = may and rung != Mode.OFF
    if here.policy is not None and here.policy.author_id == user.pk:
        card.why_not = "You wrote this policy; somebody else has to promote."
    elif may and (why := barred(here, to, user.pk)):
        card.why_not = why
    elif to in AUTOMATED and here.switch:
        card.why_not = "A kill switch stands; it climbs no further until somebody lifts it."
    elif to and not card.missing:
        card.may_promote = may
    return card


def pending(user: User) -> list[dict[str, Any]]:
    """Policy versions that nobody has judged yet, newest first, each with what it would change."""
    rows = visible_policies(user).filter(verdict=None).order_by("-written_at")[:PENDING_SHOWN]
    return [{"policy": row, "changes": [line for line in difference(row) if line.differs], **rights(row, user)} for row in rows]


def visible_policies(user: User) -> "QuerySet[PolicyVersion]":
    seen = Q(store=None) | Q(store__in=store_ids(user, Perm.VIEW_ROLLOUT))
    return PolicyVersion.objects.filter(seen, lane__in=list(lanes())).select_related("store", "author", "verdict__by")


def rights(policy: PolicyVersion, user: User) -> dict[str, Any]:
    """Whether the person may judge it, and if not though having the right, why."""
    may = can_in(user, Perm.APPROVE_POLICY, policy.store_id)
    mine = policy.author_id == user.pk
    return {"may_judge": may and not mine, "why_not": "You wrote it; somebody else has to judge it." if may and mine else ""}


def replaced_by(policy: PolicyVersion) -> tuple[Content, list[Any], str]:
    """What the version is compared with: content, rule and version of what is in force in its scope, else of what holds there now."""
    this = lane(policy.lane)
    found = places(Book(this))
    for wanted in ((policy.store_id, policy.scope), (None, policy.scope), (policy.store_id, "everything"), (None, "everything")):
        for here in found:
            if (here.store_id, here.scope) == wanted:
                same = here.scope == policy.scope
                return here.in_force.content, list(here.policy.rule) if here.policy and same else [], here.in_force.version
    raise LookupError(policy.version)  # `everything` of all stores always holds


def difference(policy: PolicyVersion) -> list[Any]:
    content, rule, _ = replaced_by(policy)
    return changes(lane(policy.lane), content, rule, policy)


def policy_page(policy: PolicyVersion, user: User) -> dict[str, Any]:
    """The context of rollout/policy.html."""
    content, rule, version = replaced_by(policy)
    lines = changes(lane(policy.lane), content, rule, policy)
    return {
        "policy": policy, "lane": lane(policy.lane), "against": "" if version == policy.version else version,
        "changes": [line for line in lines if line.differs], "same": [line for line in lines if not line.differs],
        "verdict": getattr(policy, "verdict", None), **rights(policy, user),
    }  # fmt: skip


def switches(user: User) -> list[dict[str, Any]]:
    """The kill switches that stand, as far as they concern the person's stores."""
    seen = Q(store=None) | Q(store__in=store_ids(user, Perm.VIEW_ROLLOUT))
    rows = Switch.objects.filter(seen).select_related("store", "by").order_by("-at")
    return [{"switch": row, "what": what(row), "may_lift": can_in(user, Perm.STOP_AUTOMATION, row.store_id)} for row in rows]


def _stop_form(user: User) -> dict[str, Any] | None:
    """The choices of the form that throws a kill switch; None where the person may not."""
    stores = list(Store.objects.visible_to(user, Perm.STOP_AUTOMATION))
    if not stores:
        return None
    return {
        "lanes": [(one.key, one.label) for one in lanes().values()], "stores": stores, "effects": list(effects().items()),
        "everywhere": can_in(user, Perm.STOP_AUTOMATION, None),
    }  # fmt: skip


def history(user: User, cursor: str) -> dict[str, Any]:
    """Steps up and down, newest first."""
    seen = Q(store=None) | Q(store__in=store_ids(user, Perm.VIEW_ROLLOUT))
    rows = Step.objects.filter(seen).select_related("store", "by").order_by("-id")
    if after := read_cursor(cursor, int):
        rows = rows.filter(id__lt=after[0])
    found = list(rows[: STEPS_SHOWN + 1])
    steps = [{"step": row, "up": lower(row.before, row.after), "lane": _label(row.lane)} for row in found[:STEPS_SHOWN]]
    return {"steps": steps, "next_cursor": write_cursor(found[STEPS_SHOWN - 1].pk) if len(found) > STEPS_SHOWN else ""}


def _label(key: str) -> str:
    return lanes()[key].label if key in lanes() else key
