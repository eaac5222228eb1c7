"""Giving a case to somebody: assigning it to a person or a team, escalating it to a role or a team, handing it back."""

from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.access import can, require
from ordersops.accounts.models import Team, User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases import duty
from ordersops.cases.actions.lease import locked
from ordersops.cases.actions.talking import note_of
from ordersops.cases.escalation import TEAM, may_hand_back, obstacle, require_work, targets, teams_for, whom
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case, Comment, Presence
from ordersops.errors import Conflict, Forbidden, Invalid

HANDED = ["assigned_to", "team", "leased_by", "lease_until", "escalated_to", "comments_count", "changed_at"]


@atomic
def assign(*, case: Case, to: User | Team | None, by: User, note: str = "", off_duty: bool = False) -> Case:
    """Give the case to a colleague who decides in its lane, or to a team of its store: it comes first to them, each member of a team being
    free to take it, and to others only once it is overdue. None: to nobody.

    Needs `assign_cases`. Somebody who is off duty now is given it only where `off_duty` says that this is meant. Whoever else holds
    the case loses it.
    """
    require(by, Perm.ASSIGN_CASES, case.store_id, to="assign this case", case=case)
    case = _open(case)
    was = case.assigned_to or case.team
    if to == was:
        raise Conflict(f"The case is assigned to {to} already." if to else "The case is assigned to nobody already.")
    if isinstance(to, User):
        _able(case, to)
        if not off_duty and to != by and (why := duty.off_duty(to, case.store)):
            raise Invalid(f"{why} Choose somebody else, or say that it may wait for them.")
    elif to is not None and to not in teams_for(case):
        raise Invalid(f"The team {to} has nobody who decides {lane_named(case.lane).label.lower()} cases of this store. Choose another.")
    elif case.escalated_to == TEAM and (to is not None or case.assigned_to_id is None):
        raise Conflict(f"This case is escalated: {whom(case)} decides it. Hand it back first.")
    said = note_of(case, by, Comment.Kind.ASSIGNED, note)
    case.assigned_to = to if isinstance(to, User) else None
    if case.escalated_to != TEAM:
        case.team = to if isinstance(to, Team) else None
    if case.holder_id() not in {None, case.assigned_to_id}:
        case.leased_by = case.lease_until = None
    case.save(update_fields=HANDED)
    comment = said.pk if said else None
    if isinstance(to, User):
        record(Verb.CASE_ASSIGNED, by=by, case=case, to=to.name, assignee=to.pk, comment=comment)
    elif to is not None:
        record(Verb.CASE_GIVEN_TO_TEAM, by=by, case=case, to=to.name, team=to.pk, comment=comment)
    else:
        record(Verb.CASE_UNASSIGNED, by=by, case=case, was=str(was), comment=comment)
    return case


def _able(case: Case, to: User) -> None:
    """Raise Invalid for somebody who cannot decide the case."""
    if not to.is_active or not can(to, lane_named(case.lane).decides, case.store_id):
        raise Invalid(f"{to} does not decide {lane_named(case.lane).label.lower()} cases in this store. Choose somebody else.")
    if why := obstacle(case, to):
        raise Invalid(f"{to} cannot take this case. {why}")


@atomic
def escalate(*, case: Case, note: str, by: User, role: str = "", team: Team | None = None) -> Case:
    """Leave the case to a role or a team: from now on only people who have it in the store or are in it, and supervisors, decide.

    Needs the lane's right to decide, and a note. The case leaves the hands of whoever held it or had it assigned.
    """
    require_work(case, by, to="escalate this case")
    case = _open(case)
    require_work(case, by, to="escalate this case")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    if bool(role) == (team is not None):
        raise Invalid("Choose a role or a team to escalate to.")
    if team is not None:
        if team not in teams_for(case, besides=by):
            raise Invalid(f"The team {team} has nobody else who decides cases of this lane and store. Choose another.")
        if case.escalated_to == TEAM and case.team_id == team.pk:
            raise Conflict(f"This case is escalated to {whom(case)} already.")
    else:
        above = {key for key, _ in targets(case, by)}
        if not above:
            raise Conflict(
                "There is nobody to escalate to: nobody in this store can do more than you. Ask a colleague in a comment instead."
            )
        if role not in above:
            raise Invalid("Choose a role that can do more than you here, and that somebody has.")
    said = note_of(case, by, Comment.Kind.ESCALATED, note, needed="why you escalate")
    assert said is not None
    case.escalated_to, case.team = (role, None) if team is None else (TEAM, team)
    case.assigned_to = case.leased_by = case.lease_until = None
    case.save(update_fields=HANDED)
    record(Verb.CASE_ESCALATED, by=by, case=case, role=whom(case), comment=said.pk)
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
    to, case.escalated_to, case.team = whom(case), "", None
    if case.holder_id() == by.pk:
        case.leased_by = case.lease_until = None
    case.save(update_fields=HANDED)
    record(Verb.CASE_HANDED_BACK, by=by, case=case, role=to, comment=said.pk)
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


@atomic
def let_go_of_team(*, team: Team, by: User) -> int:
    """Make every undecided case that the team holds anybody's: the team has ended. In the unit that ends it; returns how many."""
    cases = list(Case.objects.undecided().filter(team=team).order_by("pk").select_for_update(of=("self",)))
    for case in cases:
        case.team, case.changed_at = None, timezone.now()
        case.escalated_to = "" if case.escalated_to == TEAM else case.escalated_to
        record(Verb.CASE_TEAM_GONE, by=by, case=case, name=team.name)
    Case.objects.bulk_update(cases, ["team", "escalated_to", "changed_at"])
    return len(cases)


def _open(case: Case) -> Case:
    case = locked(case)
    if not case.is_open:
        raise Conflict(f"This case is {case.get_state_display().lower()} already. Nothing was changed.")
    return case
