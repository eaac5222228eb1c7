"""Where every scope stands: its policy, what is in force in it, and the rung that it has earned."""

from dataclasses import dataclass
from uuid import UUID

from ordersops.cases.lanes import Lane, lane, lanes
from ordersops.errors import Conflict, Invalid
from ordersops.rollout.models import AUTOMATED, EVERYTHING, Mode, PolicyVersion, Standing, Switch
from ordersops.rollout.queries import Book, InForce, lower


@dataclass(frozen=True, slots=True)
class Place:
    """One scope of a lane. Without a policy of its own the built-in one holds, in `everything` of all stores."""

    policy: PolicyVersion | None
    standing: Standing | None
    in_force: InForce
    switch: Switch | None = None  # the kill switch that stops it

    @property
    def lane(self) -> str:
        return self.in_force.lane

    @property
    def scope(self) -> str:
        return self.in_force.scope

    @property
    def store_id(self) -> UUID | None:
        return self.in_force.store_of_policy

    @property
    def has_changed(self) -> bool:
        """Another policy or advisor than the mode was earned with."""
        row = self.standing
        return row is not None and (row.policy_version, row.advisor) != (self.in_force.version, self.in_force.advisor_version)

    @property
    def rung(self) -> str:
        """The rung that it has earned under this policy and with this advisor, kill switches aside."""
        mode = self.standing.mode if self.standing else Mode.SHADOW.value
        if self.has_changed and lower(Mode.SHADOW, mode):
            mode = Mode.SHADOW.value
        return self.in_force.content.highest_mode if lower(self.in_force.content.highest_mode, mode) else mode


def places(book: Book) -> list[Place]:
    """Every scope in force in the lane: `everything` of all stores first, then the others by store and name."""
    rows: list[PolicyVersion | None] = list(book.policies)
    if not any(row.scope == EVERYTHING and row.store_id is None for row in book.policies):
        rows.append(None)
    rows.sort(key=lambda row: (row is not None and row.store_id is not None, row is not None and row.scope != EVERYTHING, str(row)))
    return [_place(book, row) for row in rows]


def place(lane_key: str, store_id: UUID | None, scope: str) -> Place:
    """The scope as it stands now. Invalid where the lane is unknown, Conflict where no policy for the scope is in force."""
    book = Book(known_lane(lane_key))
    for one in places(book):
        if (one.store_id, one.scope) == (store_id, scope):
            return one
    raise Conflict("No policy for this scope is in force. Nothing was changed; reload and look again.")


def barred(here: Place, to: str, person: UUID) -> str:
    """Why this person cannot promote to `to`, though having the right; "" for anybody else.

    Who wrote the policy never does. Who approved it may to assist, where a person still decides every case, and no further:
    else two people would do what takes three (law 16).
    """
    if here.policy is None:
        return ""
    if here.policy.author_id == person:
        return "You wrote the policy in force. Somebody else has to promote."
    if to in AUTOMATED and here.policy.verdict.by_id == person:
        return "You approved the policy in force. Beyond assist somebody else has to promote."
    return ""


def known_lane(key: str) -> Lane:
    if key not in lanes():
        raise Invalid("There is no such lane.")
    return lane(key)


def _place(book: Book, row: PolicyVersion | None) -> Place:
    in_force = book.of_policy(row, row.store_id if row else None)
    standing = book.standings.get((in_force.store_of_policy, in_force.scope))
    return Place(row, standing, in_force, book.stopped(in_force.store_of_policy))
