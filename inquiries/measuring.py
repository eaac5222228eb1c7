"""How well the classifier reads: cross-validation over the utterances, each read by one that never saw it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from inquiries.classifier import FOLDS, SEED, Classifier, Reading, Utterance, learn

BINS = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """`read`: each utterance with how it was read."""

    read: list[tuple[Utterance, Reading]]

    @property
    def right(self) -> float:
        return _share(self.read)

    def from_(self, confidence: float) -> dict[str, float]:
        """Of those that are read surely enough: how many there are, and how many of them are right."""
        sure = [one for one in self.read if one[1].confidence >= confidence]
        return {"covered": len(sure) / len(self.read), "abstained": 1 - len(sure) / len(self.read), "right": _share(sure)}

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over ten bins: how far stated confidence is from being right, on average."""
        error = 0.0
        for number in range(BINS):
            low, high = number / BINS, (number + 1) / BINS
            inside = [one for one in self.read if low <= one[1].confidence < high or (number == BINS - 1 and one[1].confidence == 1)]
            if inside:
                error += abs(_share(inside) - float(np.mean([one[1].confidence for one in inside]))) * len(inside) / len(self.read)
        return error

    def by(self, part: str) -> dict[str, dict[str, float]]:
        """By `intent` or `language`: how many, how many right."""
        groups: dict[str, list[tuple[Utterance, Reading]]] = {}
        for one in self.read:
            groups.setdefault(getattr(one[0], part), []).append(one)
        return {key: {"count": len(rows), "right": _share(rows)} for key, rows in sorted(groups.items())}

    def mistaken(self, most: int = 12) -> list[tuple[str, str, int]]:
        """Which intent is taken for which, the most frequent first."""
        pairs = Counter((said.intent, read.intent) for said, read in self.read if said.intent != read.intent)
        return [(wanted, taken, count) for (wanted, taken), count in pairs.most_common(most)]

    def as_json(self, sure_from: float) -> dict[str, Any]:
        return {
            "utterances": len(self.read), "accuracy": round(self.right, 4), "calibration_error": round(self.calibration_error, 4),
            "sure_from": sure_from, **{f"when_sure_{key}": round(value, 4) for key, value in self.from_(sure_from).items()},
            "languages": self.by("language"), "intents": self.by("intent"), "mistaken": self.mistaken(),
        }  # fmt: skip


def cross_validate(said: list[Utterance]) -> Measured:
    """Each fifth is read by a classifier that learned from the other four."""
    from sklearn.model_selection import StratifiedKFold

    groups = [f"{one.intent} {one.language}" for one in said]
    read: list[tuple[Utterance, Reading]] = []
    for rest, part in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(groups, groups):
        held = [said[at] for at in part]
        read += zip(held, Classifier(learn([said[at] for at in rest])).read([one.text for one in held]), strict=True)
    return Measured(read)


def _share(rows: list[tuple[Utterance, Reading]]) -> float:
    return sum(said.intent == read.intent for said, read in rows) / len(rows) if rows else 0.0
