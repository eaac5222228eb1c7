"""Verbs on playbooks. Each change is a new version, so that a decision can always be read with the playbook that filled it in.

One person is enough: a playbook decides nothing, and what it prepares goes through the limits of every decision (law 16).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.utils.text import slugify

from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import Lane, lanes
from ordersops.cases.lanes import lane as lane_named
from ordersops.errors import Conflict, Invalid
from ordersops.review.models import Playbook, PlaybookVersion
from ordersops.review.playbooks import BAND, COMPARISONS, OUTCOME, facts_of
from ordersops.review.queries import reasons_of
from ordersops.rollout.actions.rights import require_in
from ordersops.rollout.rules import read
from ordersops.stores.models import Store
from ordersops.wording import leaks, told

MOST_STEPS, LONGEST_STEP, LONGEST_NOTE, LONGEST_TERM = 12, 240, 2000, 1000
BANDS = ("clear", "anomalous", "high")


@dataclass(frozen=True, slots=True)
class Said:
    """What a version says, as somebody typed it."""

    name: str
    conditions: Sequence[Any]
    steps: Iterable[str]
    outcome: str = ""
    reason: str = ""
    reason_against: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@atomic
def sync_playbooks() -> int:
    """Write down each declared playbook that has no row yet, in the system's name. Running it again changes nothing. Returns how many were new."""
    system, new = User.objects.system(), 0
    for this in lanes().values():
        known = set(Playbook.objects.filter(lane=this.key).values_list("key", flat=True))
        for play in this.playbooks:
            if play.key in known:
                continue
            said = Said(
                play.name, play.when, play.steps, play.outcome, play.reason, play.against, play.terms, play.note,
            )  # fmt: skip
            book, made = Playbook.objects.get_or_create(lane=this.key, key=play.key)  # another process may be at it
            if made:
                PlaybookVersion.objects.create(playbook=book, version=1, by=system, **checked(this, said))
                new += 1
    return new


@atomic
def add_playbook(*, lane: str, said: Said, by: User, store: Store | None = None) -> PlaybookVersion:
    """Write a playbook, for one store or for all. Needs `edit_playbooks` in the store, or in every store. Invalid where it means nothing."""
    this = lane_named(lane)
    require_in(by, Perm.EDIT_PLAYBOOKS, store.pk if store else None, to="write a playbook")
    content = checked(this, said)
    book = Playbook.objects.create(lane=lane, key=_free_key(lane, content["name"]), store=store)
    made = PlaybookVersion.objects.create(playbook=book, version=1, by=by, **content)
    record(Verb.PLAYBOOK_ADDED, by=by, store=store, playbook=book.pk, lane=lane, name=made.name)
    return made


@atomic
def change_playbook(*, playbook: Playbook, said: Said, version: int, by: User) -> PlaybookVersion:
    """Write its next version. Needs `edit_playbooks`. Conflict if somebody changed it since `version`; Invalid where it means nothing."""
    row = _locked(playbook, by)
    if row.version != version:
        raise Conflict(f"{row.by} changed “{row.name}” while you were at it. Nothing was changed; look at it again.")
    to = {name: value for name, value in checked(lane_named(playbook.lane), said).items() if value != getattr(row, name)}
    if not to:
        raise Invalid("Nothing is different. Change something, or leave it.")
    made = row.next(by=by, **to)
    record(Verb.PLAYBOOK_CHANGED, by=by, changed=sorted(to), **_about(made))
    return made


@atomic
def retire_playbook(*, playbook: Playbook, by: User) -> PlaybookVersion:
    """Show it on no case any more; decisions that it filled in stay as they are. Needs `edit_playbooks`."""
    row = _locked(playbook, by)
    if not row.active:
        raise Conflict(f"“{row.name}” is retired already.")
    made = row.next(by=by, active=False)
    record(Verb.PLAYBOOK_RETIRED, by=by, **_about(made))
    return made


@atomic
def restore_playbook(*, playbook: Playbook, by: User) -> PlaybookVersion:
    """Show a retired playbook again where it fits. Needs `edit_playbooks`."""
    row = _locked(playbook, by)
    if row.active:
        raise Conflict(f"“{row.name}” is not retired.")
    made = row.next(by=by, active=True)
    record(Verb.PLAYBOOK_RESTORED, by=by, **_about(made))
    return made


def checked(this: Lane, said: Said) -> dict[str, Any]:
    """The columns of a version. Raises Invalid, naming what has no meaning in the lane."""
    found = asdict(said)
    found["name"] = " ".join(said.name.replace("\x00", "").split())
    if not 3 <= len(found["name"]) <= 80:
        raise Invalid("Name it in 3 to 80 characters.")
    found["conditions"] = _conditions(this, said.conditions)
    found["steps"] = _steps(said.steps)
    found["note"] = said.note.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(found["note"]) > LONGEST_NOTE:
        raise Invalid(f"The note is too long; {LONGEST_NOTE:,} characters are the most.")
    if not said.outcome:
        if said.reason or said.reason_against or found["note"] or any(said.terms.values()):
            raise Invalid("It prepares no outcome, so there is nothing to fill in: choose an outcome, or leave the rest empty.")
        return {**found, "terms": {}}
    outcome = this.outcomes.get(said.outcome)
    if outcome is None:
        raise Invalid(f"There is no outcome “{said.outcome[:40]}” in {this.label.lower()}.")
    reasons = [reason for reason in reasons_of(this) if outcome.key in reason.outcomes]
    for code, overrides, how in ((said.reason, False, "as advised"), (said.reason_against, True, "against the advice")):
        if code and not any(reason.code == code and reason.overrides == overrides for reason in reasons):
            raise Invalid(f"{code[:10]} is no reason for “{outcome.label}” {how}.")
    return {**found, "terms": _terms(this, outcome.key, said.terms)}


def _conditions(this: Lane, conditions: Sequence[Any]) -> list[list[Any]]:
    rule = read(facts_of(this), conditions, of="playbook")
    if not rule:
        raise Invalid("Say when it fits: it needs at least one condition.")
    allowed = {OUTCOME: tuple(this.outcomes), BAND: BANDS}
    for fact, op, value in rule:
        if op not in COMPARISONS:
            raise Invalid("What is not known fits no playbook: ask for what is known.")
        if fact in allowed and op in {"eq", "ne"} and value not in allowed[fact]:
            raise Invalid(f"“{value}” is none of {', '.join(allowed[fact])}.")
    return rule


def _steps(steps: Iterable[str]) -> list[str]:
    found = [" ".join(step.replace("\x00", "").split()) for step in steps]
    found = [step for step in found if step]
    if not found:
        raise Invalid("Say in at least one step what to do.")
    if len(found) > MOST_STEPS or any(len(step) > LONGEST_STEP for step in found):
        raise Invalid(f"{MOST_STEPS} steps of {LONGEST_STEP} characters are the most.")
    return found


def _terms(this: Lane, outcome: str, terms: Mapping[str, str]) -> dict[str, str]:
    """Words for the customer go through the same wording rules as any others (law 19)."""
    allowed = this.preparable.get(outcome, ())
    found = {name: said.replace("\x00", "").replace("\r\n", "\n").strip() for name, said in terms.items() if said.strip()}
    for name, said in found.items():
        if name not in allowed:
            raise Invalid(f"“{name[:40]}” cannot be prepared for “{this.outcomes[outcome].label}”.")
        if len(said) > LONGEST_TERM:
            raise Invalid(f"{LONGEST_TERM:,} characters are the most for prepared words.")
        if leaking := leaks(said):
            raise Invalid(f"The prepared words say {told(leaking)}. Customers are not told how orders are judged, nor promised anything.")
    return found


def _locked(playbook: Playbook, by: User) -> PlaybookVersion:
    """The newest version, once nobody else is at it."""
    require_in(by, Perm.EDIT_PLAYBOOKS, playbook.store_id, to="change a playbook")
    Playbook.objects.select_for_update().get(pk=playbook.pk)
    return PlaybookVersion.objects.filter(playbook=playbook).select_related("playbook", "by").order_by("-version")[0]


def _about(made: PlaybookVersion) -> dict[str, Any]:
    book = made.playbook
    store: UUID | None = book.store_id
    return {"store": store, "playbook": book.pk, "lane": book.lane, "name": made.name, "version": made.version}


def _free_key(lane: str, name: str) -> str:
    base = slugify(name)[:50] or "playbook"
    taken = set(Playbook.objects.filter(lane=lane, key__startswith=base).values_list("key", flat=True))
    return next(key for number in range(1, len(taken) + 2) if (key := base if number == 1 else f"{base}-{number}") not in taken)
