"""The whole of routing: sift, plan, rank, and what came of it."""

from dataclasses import dataclass

from triage.routing.filters import Excluded, sift
from triage.routing.model import Ask, Node
from triage.routing.plans import candidates, shortages
from triage.routing.score import Ranked, rank
from triage.routing.settings import Settings

SAME = 1e-6  # scores that differ by less are equal


@dataclass(frozen=True, slots=True)
class Routing:
    """The plans in their order, the nodes that are out, and, where no plan covers the order, what lies nowhere, whoever may send it."""

    plans: tuple[Ranked, ...]
    excluded: tuple[Excluded, ...]
    missing: dict[str, int]

    @property
    def winner(self) -> Ranked | None:
        return self.plans[0] if self.plans and not self.plans[0].rejected else None

    @property
    def margin(self) -> float | None:
        """By how much the next plan is worse; None where there is none."""
        others = [one for one in self.plans[1:] if not one.rejected]
        return others[0].score - self.plans[0].score if self.winner and others else None

    def is_clear(self, settings: Settings) -> bool:
        """Whether nobody needs to look: there is a winner, and no other plan is nearly as good. Of equals the policy's order decides."""
        return self.winner is not None and (self.margin is None or self.margin < SAME or self.margin >= settings.clear_margin)


def route(ask: Ask, nodes: tuple[Node, ...], settings: Settings) -> Routing:
    """Where the order ships from. The same input gives the same answer, in whatever order the nodes come."""
    fit, out = sift(ask, nodes, settings)
    plans = rank(ask, candidates(ask, fit, settings), settings)
    return Routing(plans, out, {} if plans else shortages(ask, tuple(node for node in nodes if node.active)))
