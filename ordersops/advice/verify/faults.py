"""What can be wrong with an answer beyond a single claim."""

from dataclasses import dataclass

FAULTS = {
    "malformed": "This part of the answer has not the form that was asked for.",
    "too_long": "This part of the answer is longer than anything that can be read.",
    "outcome_not_possible": "This outcome is not possible for the order now.",
    "bad_confidence": "There is no such confidence.",
    "bad_score": "The score is no whole number from 0 to 100.",
    "score_against_outcome": "The score says the opposite of the outcome.",
    "alternative_not_possible": "This alternative is none: it is advised, named twice, or not possible.",
    "alternative_left_out": "This possible outcome is not spoken of, or not why it is not advised.",
    "not_missing": "This is said to be missing, and is not.",
    "unsupported": "No claim that holds supports the outcome.",
    "not_addressed": "One of the weightiest signals is neither addressed nor set aside.",
    "no_such_signal": "There is no such signal to set aside.",
    "no_reason": "The signal is set aside without a reason.",
    "contradiction": "Two things that are said here cannot both be.",
    "loose_number": "This number is in no fact that the answer cites.",
    "foreign_text": "The text names something that is not of this question.",
    "draft_not_asked": "No message to the customer was asked for.",
    "duplicate": "The same claim is made more than once, and counts once.",
}
# What a reviewer may want to know, and what takes nothing away from the answer.
NOTES = frozenset({"duplicate"})
LONGEST_ABOUT = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer. `about` names the number, fact, signal or outcome."""

    code: str
    about: str

    def as_json(self) -> dict[str, str]:
        """The row of Recommendation.faults."""
        return {"code": self.code, "about": self.about}
