"""What can be done around a case besides deciding it: computed once, drawn as a menu, and asked again by the verbs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from ordersops.accounts.access import can, store_ids
from ordersops.accounts.queries import people_with
from ordersops.accounts.roles import Perm
from ordersops.cases import files
from ordersops.cases.actions.deadlines import last_moment
from ordersops.cases.actions.tagging import MOST_TAGS
from ordersops.cases.clocks import in_days
from ordersops.cases.duty import with_duty
from ordersops.cases.escalation import TEAM, may_hand_back, obstacle, targets, teams_for, whom
from ordersops.cases.lanes import lane
from ordersops.cases.models import Attachment, Case, CaseState, Comment, Mention, Tag
from ordersops.cases.waiting import REASONS, WAKES
from ordersops.closed import without_advice

if TYPE_CHECKING:
    from ordersops.accounts.models import User

SHOWN = 200


@dataclass(slots=True)
class Acts:
    """The acts open to one person on one case."""

    assign: bool = False
    escalate: bool = False
    hand_back: bool = False
    snooze: bool = False
    wake: bool = False
    verify: bool = False
    reopen: bool = False
    discuss: bool = False
    tag: bool = False
    deadline: bool = False

    @property
    def any(self) -> bool:
        return (
            self.assign
            or self.escalate
            or self.hand_back
            or self.snooze
            or self.wake
            or self.reopen
            or self.discuss
            or self.tag
            or self.deadline
        )


def acts(case: Case, user: "User") -> Acts:
    discuss = can(user, Perm.DISCUSS_CASES, case.store_id)
    found = Acts(discuss=discuss, tag=discuss)
    if not case.is_open:
        found.reopen = case.state in {CaseState.DECIDED, CaseState.WITHDRAWN} and can(user, Perm.REOPEN_CASES, case.store_id)
        return found
    found.assign = can(user, Perm.ASSIGN_CASES, case.store_id)
    found.deadline = can(user, Perm.MOVE_DEADLINES, case.store_id) and case.paused_at is None
    decides = can(user, lane(case.lane).decides, case.store_id) and not obstacle(case, user)
    if decides:
        free = case.holder_id() in {None, user.pk}
        found.hand_back = may_hand_back(case, user)
        found.escalate = free and bool(targets(case, user) or teams_for(case, besides=user))
        found.snooze, found.wake = free, case.is_asleep
        found.verify = free and not case.is_asleep and not case.is_attack
    return found


def standing(case: Case) -> list[tuple[str, str, str]]:
    """Icon, words and tone of all that holds a case somewhere or brought it back."""
    notes = []
    if case.woken_because:
        notes.append(("wake", f"Back: {case.woken_because}", "accent"))
    if case.requested_by_id:
        notes.append(("request", f"Asked for by {case.requested_by}", "accent"))
    if case.escalated_to:
        notes.append(("escalate", f"Escalated to {whom(case)}", "warn"))
    elif case.team_id:
        notes.append(("assign", f"With the team {case.team}", ""))
    if case.assigned_to_id:
        notes.append(("assign", f"Assigned to {case.assigned_to}", ""))
    if case.is_asleep:
        why = REASONS.get(case.snooze_reason)
        notes.append(("snooze", why.label if why else "Put aside", ""))
    if case.breached_at is not None and case.urgency == "late":
        notes.append(("case.breached", "Past its deadline", "bad"))
    return notes


def conversation(case: Case) -> list[Comment]:
    """What was said, the oldest first, with files and who was asked."""
    said = (
        Comment.objects.filter(case=case)
        .select_related("by")
        .prefetch_related(
            Prefetch("attachments", queryset=Attachment.objects.defer("body")),
            Prefetch("mentions", queryset=Mention.objects.select_related("person")),
        )
    )
    return list(said.order_by("-at", "-id")[:SHOWN])[::-1]


def may_be_asked(case: Case, user: "User") -> "list[User]":
    """Colleagues who may discuss the case."""
    return [person for person in people_with(Perm.DISCUSS_CASES, case.store_id) if person.pk != user.pk]


def may_be_given(case: Case) -> dict[str, Any]:
    """Colleagues who may decide the case, those at work first, each with `off_duty`; and teams that may hold it."""
    found = people_with(lane(case.lane).decides, case.store_id)
    able = [person for person in found if not obstacle(case, person)] if case.escalated_to else found
    return {"people": with_duty(able, case.store), "teams": [] if case.escalated_to == TEAM else teams_for(case)}


def may_be_escalated_to(case: Case, user: "User") -> dict[str, Any]:
    """The roles and teams to which the person can leave the case."""
    return {"roles": targets(case, user), "teams": teams_for(case, besides=user)}


def talk(case: Case, user: "User") -> dict[str, Any]:
    """The context of the conversation."""
    may = acts(case, user).discuss
    return {
        "conversation": conversation(case),
        "may_discuss": may,
        "colleagues": may_be_asked(case, user) if may else [],
        "most_megabytes": settings.ATTACHMENT_BYTES // 1_048_576,
        "file_kinds": files.TAKEN,
    }


def asked_of(user: "User", limit: int = 20) -> list[Mention]:
    """Questions to the person that they have not answered, the newest first."""
    open_ones = Mention.objects.filter(person=user, answered_at=None, case__in=Case.objects.visible_to(user))
    return list(open_ones.select_related("comment__by", "case__order").order_by("-comment__at")[:limit])


def breached(user: "User", limit: int = 10) -> list[Case]:
    """Open cases that nobody decided in time, in the stores where the person gives out cases; the longest late first."""
    late = Case.objects.open().filter(breached_at__isnull=False, due_at__lt=timezone.now()).order_by("due_at")
    # The first of each store, out of its index: not all that is late is read to be sorted.
    parts = [late.filter(store=store).values("pk", "due_at")[:limit] for store in store_ids(user, Perm.ASSIGN_CASES)]
    if not parts:
        return []
    first, *rest = parts
    picked: Any = first.union(*rest, all=True).order_by("due_at")[:limit] if rest else first
    rows = Case.objects.filter(pk__in=[row["pk"] for row in picked]).select_related("order", "store", "assigned_to", "leased_by", "team")
    return without_advice(rows.order_by("due_at"), user)


SPANS = {
    "1h": ("An hour", timedelta(hours=1)), "4h": ("Four hours", timedelta(hours=4)), "1d": ("A day", timedelta(days=1)),
    "3d": ("Three days", timedelta(days=3)), "7d": ("A week", timedelta(days=7)), "14d": ("Two weeks", timedelta(days=14)),
}  # fmt: skip


KNOWN_SHOWN = 24
DAYS = (1, 2, 3, 5, 10)  # working days of the store


def tag_choices(case: Case) -> dict[str, Any]:
    """What the form of tags offers: those on the case, the words of the store that were used last, and all of them to complete from."""
    known = list(Tag.objects.filter(store=case.store_id).order_by("-used_at", "name").values_list("name", flat=True))
    others = [name for name in known if name not in case.tags]
    return {"others": sorted(others[:KNOWN_SHOWN]), "known": sorted(known), "most_tags": MOST_TAGS}


def deadline_choices(case: Case) -> dict[str, Any]:
    """What the form of the deadline offers: moments by working days of the store that lie before the end of the authorisation."""
    latest = last_moment(case)
    moments = [(days, in_days(case.store, days)) for days in DAYS]
    return {
        "moments": [(days, at) for days, at in moments if latest is None or at <= latest],
        "latest": latest,
        "zone": case.store.time_zone,
    }


def snooze_choices(case: Case) -> dict[str, Any]:
    """What the form of putting aside offers: times counted from now that end before the authorisation does, reasons, events."""
    now = timezone.now()
    fits = [(key, words) for key, (words, span) in SPANS.items() if case.authorised_until is None or now + span <= case.authorised_until]
    return {"times": fits, "reasons": list(REASONS.values()), "wakes": list(WAKES.values())}
