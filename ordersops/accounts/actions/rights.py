"""Changes of rights: one person asks, another approves, and then it holds at once.

Both need the right to manage people in every store that the change is about, when they act and still when it is approved. Neither
may be the person concerned, nor hold the role that is changed. The database refuses the same person as well (models/rights.py).
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError
from django.utils import timezone

from ordersops.accounts.actions import applying
from ordersops.accounts.actions.rules import checked_name, checked_why, has_all, refused, require_all
from ordersops.accounts.catalogue import BUILT_IN, all_roles, check_perms, role_named
from ordersops.accounts.models import ChangeKind, ChangeState, CustomRole, RightsChange, User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from ordersops.stores.models import Store

APPLY: dict[str, Callable[[RightsChange, User], None]] = {
    ChangeKind.GIVE: applying.give,
    ChangeKind.TAKE: applying.take,
    ChangeKind.REOPEN: applying.reopen,
    ChangeKind.MAKE: applying.make,
    ChangeKind.EDIT: applying.edit,
    ChangeKind.RETIRE: applying.retire,
}


# --- Asking ---------------------------------------------------------------------------------------------------------
@atomic
def ask_give(*, person: User, role: str, store: "Store", by: User, why: str) -> RightsChange:
    """Ask that the person gets a role in the store. Conflict where they have it, or their account is closed."""
    wanted = role_named(role)
    _may_ask(by, [store.pk], person, to="ask for roles")
    if not person.is_active or person.is_system:
        raise Conflict(f"{person} cannot sign in, so a role would have no meaning.")
    if _holds(person, role, [store.pk]):
        raise Conflict(f"{person} is {wanted.name.lower()} in {store} already.")
    content = {"name": wanted.name, "perms": wanted.fingerprint}
    return _ask(ChangeKind.GIVE, by, why, person=person, store=store, role=role, content=content)


@atomic
def ask_take(*, person: User, role: str, store: "Store", by: User, why: str) -> RightsChange:
    """Ask that a role is taken away. Where it must be fast, close the account instead (deactivate): that takes one person."""
    wanted = role_named(role)
    _may_ask(by, [store.pk], person, to="ask for a role to be taken away")
    if not _holds(person, role, [store.pk]):
        raise Conflict(f"{person} is not {wanted.name.lower()} in {store}. Reload to see the roles as they are now.")
    content = {"name": wanted.name, "perms": wanted.fingerprint}
    return _ask(ChangeKind.TAKE, by, why, person=person, store=store, role=role, content=content)


@atomic
def ask_reopen(*, person: User, by: User, why: str) -> RightsChange:
    """Ask that a closed account opens again, with the roles that it had. Needs the right in all their stores."""
    roles = applying.roles_of(person)
    _may_ask(by, [UUID(store) for store, _ in roles], person, to="open this account again")
    if person.is_active:
        raise Conflict(f"The account of {person} is open.")
    return _ask(ChangeKind.REOPEN, by, why, person=person, content={"roles": roles})


@atomic
def ask_make(*, name: str, based_on: str, perms: Iterable[str], by: User, why: str) -> RightsChange:
    """Ask for a role of one's own, in every store. Made, it gives nobody anything: people get it by a change of its own."""
    _may_ask(by, [], to="make roles")
    base = role_named(based_on)
    content = {"name": _free_name(name), "based_on": base.key, "perms": check_perms(perms)}
    key = f"own-{uuid7().hex[-12:]}"
    return _ask(ChangeKind.MAKE, by, why, role=key, content=content, before={"name": base.name, "perms": base.fingerprint})


@atomic
def ask_edit(*, role: str, name: str, perms: Iterable[str], by: User, why: str) -> RightsChange:
    """Ask for other rights, or another name, of a role of one's own, for everybody who holds it."""
    row = _own(role)
    _may_ask(by, stores_held(row.key), to="change this role")
    _not_a_holder(by, row.key)
    before = {"name": row.name, "perms": sorted(row.perms)}
    content = {"name": _free_name(name, but=row.key), "based_on": row.based_on, "perms": check_perms(perms)}
    if content["name"] == before["name"] and content["perms"] == before["perms"]:
        raise Invalid("Nothing differs from how the role is now.")
    return _ask(ChangeKind.EDIT, by, why, role=row.key, content=content, before=before)


@atomic
def ask_retire(*, role: str, by: User, why: str) -> RightsChange:
    """Ask for the end of a role of one's own that nobody holds any more."""
    row = _own(role)
    _may_ask(by, stores_held(row.key), to="retire this role")
    applying.must_be_unheld(row)
    held = {"name": row.name, "perms": sorted(row.perms)}
    return _ask(ChangeKind.RETIRE, by, why, role=row.key, content=held, before=held)


# --- Answering ------------------------------------------------------------------------------------------------------
@atomic
def approve(*, change: RightsChange, by: User) -> RightsChange:
    """Approve as the second person. It holds from the next request on of whoever it is about.

    Forbidden for who asked, for the person concerned and for who holds the role that is changed. Conflict where it was answered, where
    what it rests on has changed since, and where who asked may not ask for it any more.
    """
    change = _open_to(change, by, to="approve a change of rights")
    asker = User.objects.get(pk=change.asked_by_id)
    if not asker.is_active or not has_all(asker, stores_of(change)) or (_edits(change) and holds_anywhere(asker, change.role)):
        raise Conflict(f"{asker}, who asked for this, may not do so any more. Send it back; somebody else can ask for it anew.")
    APPLY[change.kind](change, by)
    return _answer(change, ChangeState.APPROVED, by, Verb.RIGHTS_APPROVED)


@atomic
def send_back(*, change: RightsChange, by: User, why: str) -> RightsChange:
    """Say no, and why. Needs what approving needs."""
    change = _open_to(change, by, to="send back a change of rights")
    return _answer(change, ChangeState.SENT_BACK, by, Verb.RIGHTS_SENT_BACK, checked_why(why))


@atomic
def withdraw(*, change: RightsChange, by: User) -> RightsChange:
    """Take back what one asked for oneself."""
    if change.asked_by_id != by.pk:
        raise refused(by, "Only who asked for it can withdraw it. Send it back instead.", store=change.store_id, change=change)
    return _answer(_locked(change), ChangeState.WITHDRAWN, by, Verb.RIGHTS_WITHDRAWN)


# --- Who may, about what --------------------------------------------------------------------------------------------
def stores_of(change: RightsChange) -> list[UUID]:
    """The stores in which the change touches somebody's rights now."""
    return change.stores_named() if change.about_a_person else stores_held(change.role)


def stores_held(role: str) -> list[UUID]:
    """The stores in which somebody has the role."""
    rows = apps.get_model("stores", "StoreRole").objects.filter(role=role, group__user__isnull=False)
    return list(rows.order_by("store").values_list("store", flat=True).distinct())


def holds_anywhere(person: User, role: str) -> bool:
    return person.groups.filter(store_role__role=role).exists()


def why_not(change: RightsChange, by: User) -> str:
    """Why this person may not answer it; "" where they may. For drawing the buttons, and asked again by the verbs."""
    if change.asked_by_id == by.pk:
        return "You asked for this. Somebody else has to approve it."
    if change.person_id == by.pk:
        return "This is about your own rights. Two others have to agree on it."
    if _edits(change) and holds_anywhere(by, change.role):
        return "You hold this role. Somebody who does not has to judge a change of it."
    if not has_all(by, stores_of(change)):
        return "It needs the right to manage people in every store that it touches."
    return ""


def _edits(change: RightsChange) -> bool:
    return change.kind == ChangeKind.EDIT


def _may_ask(by: User, stores: list[UUID], person: User | None = None, *, to: str) -> None:
    about: dict[str, Any] = {"person": person} if person else {}
    require_all(by, stores, to=to, **about)
    if person is not None and person.pk == by.pk:
        raise refused(by, "Nobody changes their own roles. Ask another admin.", store=stores[0] if stores else None, **about)


def _not_a_holder(by: User, role: str) -> None:
    if holds_anywhere(by, role):
        raise refused(by, "You hold this role. Somebody who does not has to ask for a change of it.")


def _holds(person: User, role: str, stores: list[UUID]) -> bool:
    return person.groups.filter(store_role__role=role, store_role__store__in=stores).exists()


def _own(role: str) -> CustomRole:
    if role in BUILT_IN:
        raise Invalid(f"“{BUILT_IN[role].name}” is part of the product and the same everywhere. Make a role of your own from it.")
    role_named(role)
    return CustomRole.objects.get(key=role)


def _free_name(name: str, but: str = "") -> str:
    text = checked_name(name, "A role")
    if any(role.name.casefold() == text.casefold() for key, role in all_roles().items() if key != but):
        raise Invalid(f"There is a role “{text}” already. Choose another name.")
    return text


# --- Rows -----------------------------------------------------------------------------------------------------------
def _ask(kind: str, by: User, why: str, *, content: dict[str, Any], before: dict[str, Any] | None = None, **about: Any) -> RightsChange:
    change = RightsChange(kind=kind, asked_by=by, why=checked_why(why), content=content, before=before or {}, **about)
    if by.is_system:
        raise Invalid("The system acts alone: give_role, and not a question to a second person.")
    try:
        with atomic():
            change.save(force_insert=True)
    except IntegrityError:
        raise Conflict("This has been asked for already, and waits for a second person.") from None
    record(
        Verb.RIGHTS_ASKED, by=by, store=change.store_id, person=change.person_id, change=change.pk, what=sentence(change), why=change.why
    )
    return change


def _locked(change: RightsChange) -> RightsChange:
    found = (
        RightsChange.objects.select_for_update(of=("self",)).select_related("person", "store", "asked_by", "answered_by").get(pk=change.pk)
    )
    if not found.is_open:
        raise Conflict(f"This is {found.get_state_display().lower()} already. Nothing was changed.")
    return found


def _open_to(change: RightsChange, by: User, *, to: str) -> RightsChange:
    """The locked change, once it is sure that this person may answer it now."""
    require_all(by, stores_of(change), to=to, change=change)
    change = _locked(change)
    applying.lock_own(change.role)  # from here on nobody is given the role, so nobody becomes a holder while it changes
    if problem := why_not(change, by):
        raise refused(by, problem, store=change.store_id, change=change)
    return change


def _answer(change: RightsChange, state: str, by: User, verb: Verb, answer: str = "") -> RightsChange:
    change.state, change.answered_by, change.answered_at, change.answer = state, by, timezone.now(), answer
    change.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    record(
        verb, by=by, store=change.store_id, person=change.person_id, change=change.pk, what=sentence(change),
        asker=change.asked_by.name,
    )  # fmt: skip
    return change


def sentence(change: RightsChange) -> str:
    """What is asked for, so that it can follow “asked to”: give Ines the role Auditor in Kiez."""
    role = change.role_name
    match change.kind:
        case ChangeKind.GIVE:
            return f"give {change.person} the role {role} in {change.store}"
        case ChangeKind.TAKE:
            return f"take the role {role} in {change.store} from {change.person}"
        case ChangeKind.REOPEN:
            return f"open the account of {change.person} again"
        case ChangeKind.MAKE:
            return f"make the role {role}"
        case ChangeKind.EDIT:
            return f"change the role {change.before.get('name', role)}"
    return f"retire the role {role}"
