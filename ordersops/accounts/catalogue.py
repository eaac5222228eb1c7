"""Every role there is: those of the table in roles.py, and those that the installation made for itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from ordersops.accounts.models import CustomRole
from ordersops.accounts.roles import ROLES, WORDS, Perm, Role
from ordersops.errors import Invalid

# Who may give rights must not also hold what they could misuse them for: this right goes only with rights that Admin has.
GIVES_RIGHTS = Perm.MANAGE_PEOPLE


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """One role: what it is called, what it is for, and its rights. `own` ones can be changed, by two people."""

    key: str
    name: str
    words: str
    perms: frozenset[Perm]
    own: bool = False
    based_on: str = ""

    @property
    def fingerprint(self) -> list[str]:
        """Its rights as they are kept in rows: by name, in order."""
        return names(self.perms)


BUILT_IN = {str(role): RoleEntry(str(role), str(role.label), WORDS[role], ROLES[role]) for role in Role}


def names(perms: Iterable[Perm]) -> list[str]:
    return sorted(str(perm) for perm in perms)


def known(perms: Iterable[str]) -> frozenset[Perm]:
    """The rights of these names; a name that this version does not know is left out."""
    found = set(perms)
    return frozenset(perm for perm in Perm if perm.value in found)


def entry(row: CustomRole) -> RoleEntry:
    base = BUILT_IN.get(row.based_on)
    words = f"Made here, from {base.name}." if base else "Made here."
    return RoleEntry(row.key, row.name, words, known(row.perms), own=True, based_on=row.based_on)


def all_roles() -> dict[str, RoleEntry]:
    """By key: the table's in its order, then one's own by name. One query."""
    return BUILT_IN | {row.key: entry(row) for row in CustomRole.objects.filter(retired_at=None).order_by("name")}


def role_named(key: str) -> RoleEntry:
    """The role of that key. Raises Invalid where there is none."""
    if key in BUILT_IN:
        return BUILT_IN[key]
    row = CustomRole.objects.filter(key=key, retired_at=None).first()
    if row is None:
        raise Invalid(f"There is no role “{key[:40]}”. Reload to see the roles as they are now.")
    return entry(row)


def name_of(key: str) -> str:
    """What people call the role, also one that is retired; the key itself where there never was one."""
    if key in BUILT_IN:
        return BUILT_IN[key].name
    row = CustomRole.objects.filter(key=key).first() if key.startswith("own-") else None
    return row.name if row else key.replace("_", " ").capitalize()


def check_perms(perms: Iterable[str]) -> list[str]:
    """The rights of a role of one's own, as they are kept. Raises Invalid for none, an unknown one, and for power over rights in a role
    that has more than Admin's."""
    wanted = list(perms)
    if unknown := [name for name in wanted if name not in Perm._value2member_map_]:
        raise Invalid(f"There is no right “{unknown[0][:40]}”.")
    found = known(wanted)
    if not found:
        raise Invalid("A role needs at least one right.")
    if GIVES_RIGHTS in found and (more := found - ROLES[Role.ADMIN]):
        raise Invalid(
            f"“{GIVES_RIGHTS.sentence}” goes only with rights that Admin has: who gives rights does not also use them. "
            f"Leave it out, or “{sorted(more)[0].sentence}”."
        )
    return names(found)
