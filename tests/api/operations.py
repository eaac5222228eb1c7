"""Every operation that the description names, as a request about the small world of the tests."""

from dataclasses import dataclass
from typing import Any

from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.api.schema import description
from ordersops.audit.models import Event
from ordersops.effects.kinds import KINDS
from ordersops.review.models import Bulk, Proposal
from tests.api.conftest import Machine
from tests.desk.access.made import a_playbook, a_return, a_return_photo, an_order_that_passed
from tests.desk.conftest import World
from tests.returns.shop import delivered_order


@dataclass(frozen=True)
class Operation:
    path: str  # below /api/v1/
    method: str
    said: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def about_one(self) -> bool:
        return "{id}" in self.path

    def rights(self, world: World) -> set[Perm]:
        """All that it needs; where the right depends on what is asked for, that of what these tests ask for."""
        named = {Perm[name.upper()] for name in self.said["x-rights"]}
        if "x-also" in self.said:
            named.add(KINDS[self.said.get("x-example", {}).get("kind") or "order.cancel"].needs)
        return named

    def address(self, world: World) -> str:
        return self.path.format(id=self.about(world), lane="fraud")

    def about(self, world: World) -> Any:
        noun, _, act = self.path.partition("/{id}")
        match noun:
            case "orders" if act == "/returns":
                return delivered_order(world.store).pk
            case "orders" if act == "/reviews":
                return an_order_that_passed(world).pk
            case "orders":
                return world.order.pk
            case "stores":
                return world.store.pk
            case "cases":
                return world.case.pk
            case "proposals":
                return world.proposal.pk
            case "bulks":
                return bulk_of(world).pk
            case "attachments":
                return world.attachment.pk
            case "decisions":
                return world.decision.pk
            case "recommendations":
                return world.decision.recommendation_id
            case "returns":
                return a_return(world).pk
            case "playbooks":
                return a_playbook(world).playbook_id
            case "return-photos":
                return a_return_photo(world).pk
            case "holds":
                return world.hold.pk
            case "audit-events":
                return Event.objects.filter(store=world.store).order_by("-pk").values_list("pk", flat=True)[0]
            case "effects":
                return {"/retry": world.failed, "/edit": world.failed, "/give-up": world.failed, "/done": world.handed_over}.get(
                    act, world.planned
                ).pk
        return ""

    def prepare(self, world: World, person: User) -> None:
        """What is one's own alone is made theirs."""
        if self.path == "proposals/{id}/take-back":
            Proposal.objects.filter(pk=world.proposal.pk).update(by=person, parties=[person.pk])

    def ask(self, machine: Machine, world: World) -> Any:
        if machine.token is not None:
            self.prepare(world, machine.token.owner)
        if self.method == "get":
            return machine.get(self.address(world))
        return machine.post(self.address(world), self.said.get("x-example", {}))


def bulk_of(world: World) -> Bulk:
    """The proposal of the world as the only row of a bulk decision."""
    first = world.proposal
    found, _ = Bulk.objects.get_or_create(
        lane="fraud", by=first.by, defaults={"outcome": "decline", "reason": "D3", "note": "Alike.", "asked": 2}
    )
    Proposal.objects.filter(pk=first.pk).update(bulk=found)
    return found


OPERATIONS = [
    Operation(path.removeprefix("/api/v1/"), method, said)
    for path, operations in description()["paths"].items()
    for method, said in operations.items()
]
