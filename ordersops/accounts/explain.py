"""Effective rights, explained: what a person may do in a store, because of which role, since when and on whose word."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ordersops.accounts.catalogue import RoleEntry, all_roles
from ordersops.accounts.models import Grant, User
from ordersops.accounts.roles import Perm, areas

if TYPE_CHECKING:
    from ordersops.stores.models import Store


@dataclass(frozen=True, slots=True)
class Held:
    """A role that the person is in, with the grant that says why; None where the history knows none."""

    store: "Store"
    role: RoleEntry
    grant: Grant | None

    @property
    def word(self) -> str:
        """On whose word: asked for by X, approved by Y."""
        if self.grant is None:
            return "given outside of what the history knows"
        if self.grant.approved_by is not None:
            return f"asked for by {self.grant.given_by}, approved by {self.grant.approved_by}"
        if self.grant.given_by.is_system:
            return "given on the command line"
        if self.grant.given_by_id == self.grant.person_id:
            return "as who connected the store"
        return f"given by {self.grant.given_by}"

    @property
    def because(self) -> str:
        since = f" since {self.grant.since:%-d %B %Y}" if self.grant else ""
        return f"{self.role.name} in {self.store}{since}, {self.word}"


def held_by(person: User) -> list[Held]:
    """The person's roles in the stores that came with their groups (queries.visible_people), by store. Two queries."""
    roles = all_roles()
    grants = {
        (grant.store_id, grant.role): grant
        for grant in Grant.objects.filter(person=person, ended_at=None).select_related("given_by", "approved_by")
    }
    found = [group.store_role for group in person.groups.all()]
    return [Held(one.store, roles[one.role], grants.get((one.store_id, one.role))) for one in found if one.role in roles]


def by_store(held: list[Held]) -> list[dict[str, Any]]:
    """What the roles allow, by the stores in which they are the same: {stores, areas: [{title, rights: [{perm, roles}], missing}]}."""
    roles_of: dict[UUID, dict[str, RoleEntry]] = {}
    names: dict[UUID, str] = {}
    for one in held:
        roles_of.setdefault(one.store.pk, {})[one.role.key] = one.role
        names[one.store.pk] = one.store.name
    alike: dict[tuple[str, ...], list[UUID]] = {}
    for store, roles in roles_of.items():
        alike.setdefault(tuple(sorted(roles)), []).append(store)
    return [
        {
            "stores": sorted(names[store] for store in stores),
            "roles": [role.name for role in roles_of[stores[0]].values()],
            "areas": _areas(list(roles_of[stores[0]].values())),
        }
        for stores in alike.values()
    ]


def _areas(roles: list[RoleEntry]) -> list[dict[str, Any]]:
    found = []
    for title, perms in areas():
        rights = [{"perm": perm, "roles": [role.name for role in roles if perm in role.perms]} for perm in perms]
        have = [right for right in rights if right["roles"]]
        found.append({"title": title, "rights": have, "missing": [right["perm"] for right in rights if not right["roles"]]})
    return found


def answer(person: User, held: list[Held], store: "Store", perm: Perm) -> dict[str, Any]:
    """May this person do that there, and why: {may, sentence}. The rule itself is access.can; this says what it rests on."""
    does = perm.sentence[0].lower() + perm.sentence[1:]
    if not person.is_active:
        return {"may": False, "sentence": f"{person} may do nothing: the account is closed."}
    reasons = [one.because for one in held if one.store.pk == store.pk and perm in one.role.perms]
    if reasons:
        return {"may": True, "sentence": f"{person} may {does} in {store}, being {'; and '.join(reasons)}."}
    others = ", ".join(role.name for role in all_roles().values() if perm in role.perms)
    return {"may": False, "sentence": f"{person} may not {does} in {store}: no role there has this right. Roles with it: {others}."}
