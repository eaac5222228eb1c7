"""Ending somebody's access: at once, by one person."""

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from ordersops.accounts.access import forget_rights
from ordersops.accounts.actions.grants import keep_an_admin, lock_role
from ordersops.accounts.actions.rules import require_all
from ordersops.accounts.actions.sessions import end_sessions
from ordersops.accounts.models import Invitation, User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden


@atomic
def deactivate(*, person: User, by: User) -> None:
    """End the person's access at once: the account is closed, every session ends, an open invitation is void, and work that they hold
    goes back to others (settings.WHEN_ACCESS_ENDS). What they asked for stays, and nobody can act in their name.

    Needs the right to manage people in every store where the person has a role. One person is enough: ending access must be fast.
    The roles stay for the record, without effect; opening the account again takes two people. The history keeps the name.
    """
    held = list(apps.get_model("stores", "StoreRole").objects.filter(group__user=person).select_related("store", "group").order_by("pk"))
    require_all(by, [each.store_id for each in held], to="end this person's access", person=person)
    if person.pk == by.pk:
        raise Forbidden("Nobody can end their own access. Ask another admin.")
    if person.is_system:
        raise Conflict("The system user cannot be deactivated: automation acts in its name.")
    locked = User.objects.select_for_update().get(pk=person.pk)
    if not locked.is_active:
        raise Conflict(f"{person} is already deactivated.")
    for each in held:
        keep_an_admin(lock_role(each.store, each.role), person)
    locked.is_active = person.is_active = False
    locked.save(update_fields=["is_active"])
    forget_rights(person)
    end_sessions(person)
    Invitation.objects.filter(person=person, ended_at=None).update(ended_at=timezone.now())
    for path in settings.WHEN_ACCESS_ENDS:
        import_string(path)(person=person, by=by)
    record(Verb.PERSON_DEACTIVATED, by=by, person=person, name=person.name)
