"""What the page of a case shows of confirmations by the customer."""

from ordersops.cases.models import UNDECIDED, Case
from ordersops.effects.models import EffectState
from ordersops.review.confirming import KINDS
from ordersops.review.models import Confirmation, Result

SHOWN = 5
TONES: dict[str, tuple[str, str]] = {Result.CONFIRMED: ("good", "good"), Result.DENIED: ("bad", "risk")}
# Of the letter with a link that is out.
LETTER: dict[str, str] = {
    EffectState.PLANNED: "The letter has not left yet.", EffectState.SENDING: "The letter is leaving.", EffectState.DONE: "The letter has left.",
    EffectState.DEAD: "The letter could not be sent.", EffectState.UNDONE: "The letter was taken back: the customer has no link.",
    EffectState.GIVEN_UP: "The letter was given up: the customer has no link.", EffectState.HANDED_OVER: "Somebody has to send the letter.",
}  # fmt: skip


def confirmations(case: Case) -> list[Confirmation]:
    """The newest ones, each with what is said of it."""
    found = list(case.confirmations.select_related("asked_by", "effect")[:SHOWN])
    for row in found:
        _dress(row, undecided=case.state in UNDECIDED)
    return found


def _dress(row: Confirmation, *, undecided: bool) -> None:
    row.is_out = row.ended_at is None and not row.is_over and undecided
    row.tone, row.icon = TONES.get(row.result, ("neutral", "waiting" if row.is_out else "absent"))
    row.words = row.get_result_display() or ("Waiting for the answer" if row.is_out else "No answer came in time")
    row.letter = LETTER.get(row.effect.state, "")
    row.rows = [
        {"label": KINDS[kind].label, "fits": (fits := row.fits.get(kind)), "says": _SAYS[fits]}
        for kind in row.kinds
        if kind in KINDS and KINDS[kind].boxes
    ]


_SAYS = {None: "not answered", True: "as the order has it", False: "not as the order has it"}
