"""Giving a case to somebody: assigning it to a person, escalating it to a role, handing it back."""

from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.access import can, require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions.lease import locked
from ordersops.cases.actions.talking import note_of
from ordersops.cases.escalation import label, may_hand_back, obstacle, require_work, targets
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case, Comment, Presence
from ordersops.errors import Conflict, Forbidden, Invalid

HANDED = ["assigned_to", "leased_by", "lease_until", "escalated_to", "comments_count", "changed_at"]


@atomic
def assign(*, case: Case, to: User | None, by: User, note: str = "") -> Case:
    """Give the case to a colleague who decides in its lane: it comes first to them, and to others only once it is overdue. None: to nobody.

    Needs `assign_cases`. Whoever else holds the case loses it.
    """
    require(by, Perm.ASSIGN_CASES, case.store_id, to="assign this case", case=case)
    case = _open(case)
    if to is not None and (not to.is_active or not can(to, lane_named(case.lane).decides, case.store_id)):
        raise Invalid(f"{to} does not decide {lane_named(case.lane).label.lower()} cases in this store. Choose somebody else.")
    if to is not None and (why := obstacle(case, to)):
        raise Invalid(f"{to} cannot take this case. {why}")
    if to == case.assigned_to:
        raise Conflict(f"The case is assigned to {to} already." if to else "The case is assigned to nobody already.")
    said = note_of(case, by, Comment.Kind.ASSIGNED, note)
    was, case.assigned_to = case.assigned_to, to
    if case.holder_id() not in {None, to.pk if to else None}:
        case.leased_by = case.lease_until = None
    case.save(update_fields=HANDED)
    comment = said.pk if said else None
    if to is not None:
        record(Verb.CASE_ASSIGNED, by=by, case=case, to=to.name, assignee=to.pk, comment=comment)
    else:
        record(Verb.CASE_UNASSIGNED, by=by, case=case, was=str(was), comment=comment)
    return case


@atomic
def escalate(*, case: Case, role: str, note: str, by: User) -> Case:
    """Leave the case to a role: from now on only people who have it in the store, and supervisors, decide.

    Needs the lane's right to decide, and a note. The case leaves the hands of whoever held it or had it assigned.
    """
    require_work(case, by, to="escalate this case")
    case = _open(case)
    require_work(case, by, to="escalate this case")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    above = {key for key, _ in targets(case, by)}
    if not above:
        raise Conflict("There is nobody to escalate to: nobody in this store can do more than you. Ask a colleague in a comment instead.")
    if role not in above:
        raise Invalid("Choose a role that can do more than you here, and that somebody has.")
    said = note_of(case, by, Comment.Kind.ESCALATED, note, needed="why you escalate")
    assert said is not None
    case.escalated_to, case.assigned_to, case.leased_by, case.lease_until = role, None, None, None
    case.save(update_fields=HANDED)
    record(Verb.CASE_ESCALATED, by=by, case=case, role=label(role), comment=said.pk)
    return case


@atomic
def hand_back(*, case: Case, note: str, by: User) -> Case:
    """End an escalation: everybody with the lane's right may decide again. For those to whom it was escalated; needs a note."""
    require_work(case, by, to="hand this case back")
    case = _open(case)
    if not case.escalated_to:
        raise Conflict("This case is not escalated.")
    if not may_hand_back(case, by):
        raise Forbidden(f"You may not hand this case back. {obstacle(case, by)}")
    said = note_of(case, by, Comment.Kind.HANDED_BACK, note, needed="what the others should know")
    assert said is not None
    role, case.escalated_to = case.escalated_to, ""
    if case.holder_id() == by.pk:
        case.leased_by = case.lease_until = None
    case.save(update_fields=HANDED)
    record(Verb.CASE_HANDED_BACK, by=by, case=case, role=label(role), comment=said.pk)
    return case


@atomic
def let_go(*, person: User, by: User) -> int:
    """Give back every case that the person holds or has assigned: their access has ended. In the unit that ends it; returns how many.

    What they decided, and what waits for a second person because of it, stays.
    """
    theirs = Case.objects.undecided().filter(Q(leased_by=person) | Q(assigned_to=person))
    cases = list(theirs.order_by("pk").select_for_update(of=("self",)))
    for case in cases:
        if case.leased_by_id == person.pk:
            case.leased_by = case.lease_until = None
        if case.assigned_to_id == person.pk:
            case.assigned_to = None
        case.changed_at = timezone.now()
        record(Verb.CASE_LET_GO, by=by, case=case, name=person.name)
    Case.objects.bulk_update(cases, ["leased_by", "lease_until", "assigned_to", "changed_at"])
    Presence.objects.filter(person=person).delete()
    return len(cases)


def _open(case: Case) -> Case:
    case = locked(case)
    if not case.is_open:
        raise Conflict(f"This case is {case.get_state_display().lower()} already. Nothing was changed.")
    return case
