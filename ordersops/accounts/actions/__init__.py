"""Verbs about people and their rights.

All need the right to manage people (or teams) in the store. A change of rights is asked for by one person and approved by another;
the system user acts alone: that is how commands set up the first people. Ending access takes one person, because it must be fast.
"""

from ordersops.accounts.actions.grants import first_admin, give_role, take_role
from ordersops.accounts.actions.invitations import accept_invitation, invite, invite_into, new_link, send_link
from ordersops.accounts.actions.leaving import deactivate
from ordersops.accounts.actions.profile import describe_person
from ordersops.accounts.actions.rights import approve, ask_edit, ask_give, ask_make, ask_reopen, ask_retire, ask_take, send_back, withdraw
from ordersops.accounts.actions.sessions import end_sessions, forget_old_sessions
from ordersops.accounts.actions.syncing import SYSTEM_EMAIL, make_role_groups, sync_roles
from ordersops.accounts.actions.teams import add_skill, change_team, dissolve_team, make_team, remove_skill

__all__ = [
    "SYSTEM_EMAIL", "accept_invitation", "add_skill", "approve", "ask_edit", "ask_give", "ask_make", "ask_reopen", "ask_retire", "ask_take",
    "change_team", "deactivate", "describe_person", "dissolve_team", "end_sessions", "first_admin", "forget_old_sessions", "give_role",
    "invite", "invite_into", "make_role_groups", "make_team", "new_link", "remove_skill", "send_back", "send_link", "sync_roles", "take_role",
    "withdraw",
]  # fmt: skip
