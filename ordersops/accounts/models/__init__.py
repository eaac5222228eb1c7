"""People, their invitations, teams, skills and hours, and on whose word each has which role."""

from ordersops.accounts.models.invitations import Invitation
from ordersops.accounts.models.people import Shift, Skill, SkillKind, User, UserManager, Weekday
from ordersops.accounts.models.rights import ChangeKind, ChangeState, CustomRole, Grant, RightsChange, RightsChangeQuerySet
from ordersops.accounts.models.teams import Team

__all__ = [
    "ChangeKind", "ChangeState", "CustomRole", "Grant", "Invitation", "RightsChange", "RightsChangeQuerySet", "Shift", "Skill",
    "SkillKind", "Team", "User", "UserManager", "Weekday",
]  # fmt: skip
