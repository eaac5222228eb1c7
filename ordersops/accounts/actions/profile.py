"""What colleagues know of a person: time zone, working hours, skills."""

from collections.abc import Iterable, Mapping
from datetime import time

from ordersops.accounts.access import can_anywhere, store_ids
from ordersops.accounts.actions.rules import refused
from ordersops.accounts.models import Shift, Skill, User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Invalid
from ordersops.zones import zones

Hours = Mapping[int, tuple[time, time]]  # weekday -> from, to


@atomic
def describe_person(*, person: User, by: User, time_zone: str, hours: Hours, skills: Iterable[int] | None = None) -> User:
    """Set a person's time zone and hours, and with `skills` (ids) what they are good at. Everybody may set their own zone and hours.

    For others, and for skills, it needs the right to manage teams in a store where the person has a role.
    """
    manages = may_describe(by, person)
    if not manages and (by.pk != person.pk or skills is not None):
        raise refused(by, "Skills, and the hours of others, are set by who manages teams in one of their stores.", person=person)
    if time_zone and time_zone not in zones():
        raise Invalid(f"“{time_zone[:60]}” is not a time zone of the IANA list. Enter one such as Europe/Berlin.")
    if any(day not in range(7) or start == end for day, (start, end) in hours.items()):
        raise Invalid("A working day needs a beginning and another end. Leave both empty for a free day.")
    person = User.objects.select_for_update().get(pk=person.pk)
    changed = []
    if person.time_zone != time_zone:
        person.time_zone = time_zone
        person.save(update_fields=["time_zone"])
        changed.append("time zone")
    if {shift.weekday: (shift.starts, shift.ends) for shift in person.shifts.all()} != dict(hours):
        person.shifts.all().delete()
        Shift.objects.bulk_create(Shift(person=person, weekday=day, starts=start, ends=end) for day, (start, end) in hours.items())
        changed.append("working hours")
    if skills is not None:
        found = list(Skill.objects.filter(pk__in=list(skills)))
        if {skill.pk for skill in found} != set(person.skills.values_list("pk", flat=True)):
            person.skills.set(found)
            changed.append("skills")
    if changed:
        record(Verb.PERSON_DESCRIBED, by=by, person=person, name=person.name, changed=changed)
    return person


def may_describe(by: User, person: User) -> bool:
    """Whether `by` manages teams in a store of the person; of somebody without a role, in any."""
    theirs = set(person.groups.filter(store_role__isnull=False).values_list("store_role__store", flat=True))
    return bool(theirs & set(store_ids(by, Perm.MANAGE_TEAMS))) if theirs else can_anywhere(by, Perm.MANAGE_TEAMS)
