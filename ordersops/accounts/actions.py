"""Verbs about people: inviting, giving and taking roles, ending access. And the sync of rights with the table in roles.py.

All need the right to manage people in the store. The system user may do them too: that is how commands set up the first
people. Nobody changes their own roles, and the last admin of a store stays (otherwise nobody could ever give a role again).
"""

from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from ordersops.accounts.access import can, require, require_anywhere
from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.actions import atomic, record, record_refusal
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid

if TYPE_CHECKING:
    from ordersops.stores.models import Store, StoreRole

SYSTEM_EMAIL = "system@ordersops.invalid"


# --- Rights as the table says ---------------------------------------------------------------------------------------
@atomic
def sync_roles() -> User:
    """Make groups and rights of every store exactly what roles.py says, and the system user. Running it again changes nothing."""
    system = User.objects.filter(is_system=True).first()
    if system is None:
        system = User.objects.create_user(SYSTEM_EMAIL, name="ordersops", is_system=True)
    stores = list(apps.get_model("stores", "Store").objects.order_by("pk").select_for_update())
    Group.objects.filter(store_role__isnull=False).exclude(store_role__role__in=Role.values).delete()
    for store in stores:
        make_role_groups(store)
    return system


@atomic
def make_role_groups(store: "Store") -> None:
    """The groups of one store with their rights: what is missing is added, what is not in the table is taken away."""
    store_role = apps.get_model("stores", "StoreRole")
    granted = apps.get_model("stores", "StoreGroupPermission")
    groups = dict(store_role.objects.filter(store=store).values_list("role", "group_id"))
    for role in Role:
        if role not in groups:
            groups[role] = Group.objects.create(name=f"{store.pk}:{role}").pk
            store_role.objects.create(store=store, role=role, group_id=groups[role])
    ids = dict(Permission.objects.filter(content_type__app_label="stores", content_type__model="store").values_list("codename", "pk"))
    wanted = {(groups[role], ids[perm]) for role, perms in ROLES.items() for perm in perms}
    there = {
        (group, perm): pk for pk, group, perm in granted.objects.filter(content_object=store).values_list("pk", "group_id", "permission_id")
    }
    granted.objects.filter(pk__in=[pk for pair, pk in there.items() if pair not in wanted]).delete()
    granted.objects.bulk_create(
        granted(content_object=store, group_id=group, permission_id=perm) for group, perm in sorted(wanted - set(there))
    )


# --- People ---------------------------------------------------------------------------------------------------------
@atomic
def invite(*, email: str, name: str, by: User, password: str | None = None) -> User:
    """Make an account without any role. Without a password nobody can sign in to it yet.

    Needs the right to manage people in some store. Raises Invalid for an address or password that cannot be used, Conflict
    when the address has an account.
    """
    if not by.is_system:
        require_anywhere(by, Perm.MANAGE_PEOPLE)
    email, name = email.strip().lower(), name.strip()
    try:
        validate_email(email)
        if password is not None:
            validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from None
    if not name:
        raise Invalid("A name is needed: colleagues see it on every case and in the history.")
    if User.objects.filter(email=email).exists():
        raise Conflict(f"{email} already has an account. Give it a role in the store instead.")
    person = User.objects.create_user(email, password, name=name[:120])
    record(Verb.PERSON_INVITED, by=by, person=person, name=person.name)
    return person


@atomic
def give_role(*, person: User, role: str, store: "Store", by: User) -> None:
    """Give the person a role in the store. Giving one that the person has does nothing."""
    _authorise(by, store.pk, person, to="give roles")
    held = _locked(store, role)
    if not person.is_active or person.is_system:
        raise Conflict(f"{person} cannot sign in, so a role would have no meaning.")
    if held.group.user_set.filter(pk=person.pk).exists():
        return
    person.groups.add(held.group)
    forget_rights(person)
    record(Verb.ROLE_GIVEN, by=by, person=person, store=store, name=person.name, role=Role(role).label)


@atomic
def take_role(*, person: User, role: str, store: "Store", by: User) -> None:
    """Take a role in the store from the person. Raises Conflict if they do not have it, or are the store's last admin."""
    _authorise(by, store.pk, person, to="take roles")
    held = _locked(store, role)
    if not person.groups.filter(pk=held.group_id).exists():
        raise Conflict(f"{person} is not {Role(role).label.lower()} in {store}. Reload to see the roles as they are now.")
    _keep_an_admin(held, person)
    person.groups.remove(held.group)
    forget_rights(person)
    record(Verb.ROLE_TAKEN, by=by, person=person, store=store, name=person.name, role=Role(role).label)


@atomic
def deactivate(*, person: User, by: User) -> None:
    """End the person's access at once: the account is closed and every session ends. The history keeps the name.

    Needs the right to manage people in every store where the person has a role.
    """
    held = list(apps.get_model("stores", "StoreRole").objects.filter(group__user=person).select_related("store", "group").order_by("pk"))
    if not held and not by.is_system:
        require_anywhere(by, Perm.MANAGE_PEOPLE)
    for each in held:
        _authorise(by, each.store_id, person, to="end this person's access")
    if person.pk == by.pk:
        raise Forbidden("Nobody can end their own access. Ask another admin.")
    if person.is_system:
        raise Conflict("The system user cannot be deactivated: automation acts in its name.")
    locked = User.objects.select_for_update().get(pk=person.pk)
    if not locked.is_active:
        raise Conflict(f"{person} is already deactivated.")
    for each in held:
        _keep_an_admin(_locked(each.store, each.role), person)
    locked.is_active = person.is_active = False
    locked.save(update_fields=["is_active"])
    _end_sessions(person)
    record(Verb.PERSON_DEACTIVATED, by=by, person=person, name=person.name)


# --- The rules behind them ------------------------------------------------------------------------------------------
def _authorise(by: User, store_id: UUID, person: User, *, to: str) -> None:
    if by.is_system:
        return
    require(by, Perm.MANAGE_PEOPLE, store_id, to=to, person=person)
    if person.pk == by.pk:
        record_refusal(by=by, perm=Perm.MANAGE_PEOPLE, store_id=store_id, person=person)
        raise Forbidden("Nobody changes their own roles. Ask another admin.")


def _locked(store: "Store", role: str) -> "StoreRole":
    """The store's row of the role, locked: two people who take the last two admins away wait for each other here."""
    store_role = apps.get_model("stores", "StoreRole")
    if role not in Role.values:
        raise Invalid(f"There is no role {role!r}.")
    try:
        found: StoreRole = store_role.objects.select_for_update(of=("self",)).select_related("group").get(store=store, role=role)
    except store_role.DoesNotExist:
        raise Conflict(f"{store} has no such role yet: run manage.py sync_roles.") from None
    return found


def _keep_an_admin(held: "StoreRole", person: User) -> None:
    if held.role == Role.ADMIN and not User.objects.filter(groups=held.group_id, is_active=True).exclude(pk=person.pk).exists():
        raise Conflict(f"{person} is the last admin of {held.store}. Make somebody else admin first.")


def forget_old_sessions() -> int:
    """Delete sessions that have run out. Returns how many."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def forget_rights(person: User) -> None:
    """The rights are kept on the instance; one that lives on must read them again. Also for the lazy user of a request."""
    if hasattr(person, "_rights"):
        del person._rights


def _end_sessions(person: User) -> None:
    """Delete the person's session rows. Sessions hold the person's id sealed, so the live ones are read."""
    live = Session.objects.filter(expire_date__gt=timezone.now())
    mine = [row.pk for row in live.iterator() if row.get_decoded().get("_auth_user_id") == str(person.pk)]
    Session.objects.filter(pk__in=mine).delete()


def may_manage(by: User, person: User, store_id: UUID) -> bool:
    """Whether `by` may change the person's roles in the store: for drawing the controls."""
    return by.pk != person.pk and can(by, Perm.MANAGE_PEOPLE, store_id)
