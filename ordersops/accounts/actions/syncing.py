"""The groups of every store, brought in line with the roles as the catalogue knows them."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth.models import Group, Permission

from ordersops.accounts.catalogue import all_roles
from ordersops.accounts.models import User
from ordersops.audit.actions import atomic

if TYPE_CHECKING:
    from ordersops.stores.models import Store

SYSTEM_EMAIL = "system@ordersops.invalid"


@atomic
def sync_roles() -> User:
    """Make groups and rights of every store exactly what the roles say, and the system user. Running it again changes nothing.

    The table's roles come from the code, one's own from the database; a group of neither is deleted, which ends what it gave.
    """
    system = User.objects.filter(is_system=True).first()
    if system is None:
        system = User.objects.create_user(SYSTEM_EMAIL, name="ordersops", is_system=True)
    Group.objects.filter(store_role__isnull=False).exclude(store_role__role__in=all_roles()).delete()
    sync_stores()
    return system


@atomic
def sync_stores() -> None:
    """The groups of all stores. Locks them, so that two syncs, or a sync and a changed role, follow each other."""
    for store in apps.get_model("stores", "Store").objects.order_by("pk").select_for_update():
        make_role_groups(store)


@atomic
def make_role_groups(store: "Store") -> None:
    """The groups of one store with their rights: what is missing is added, what no role says is taken away."""
    store_role = apps.get_model("stores", "StoreRole")
    granted = apps.get_model("stores", "StoreGroupPermission")
    roles = all_roles()
    groups = dict(store_role.objects.filter(store=store, role__in=roles).values_list("role", "group_id"))
    missing = [key for key in roles if key not in groups]
    made = Group.objects.bulk_create(Group(name=f"{store.pk}:{key}") for key in missing)
    groups |= {key: group.pk for key, group in zip(missing, made, strict=True)}
    store_role.objects.bulk_create(store_role(store=store, role=key, group_id=groups[key]) for key in missing)
    ids = dict(Permission.objects.filter(content_type__app_label="stores", content_type__model="store").values_list("codename", "pk"))
    wanted = {(groups[key], ids[perm]) for key, role in roles.items() for perm in role.perms}
    there = {
        (group, perm): pk for pk, group, perm in granted.objects.filter(content_object=store).values_list("pk", "group_id", "permission_id")
    }
    granted.objects.filter(pk__in=[pk for pair, pk in there.items() if pair not in wanted]).delete()
    granted.objects.bulk_create(
        granted(content_object=store, group_id=group, permission_id=perm) for group, perm in sorted(wanted - set(there))
    )
