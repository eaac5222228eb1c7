"""Reads what a message wants: a linear classifier over words, pieces of words and concepts, calibrated, and able to abstain.

It learns in seconds from `utterances.txt` and from nothing else, the same every time. What it learned is kept beside the other data
of the installation under a name that holds the fingerprint of the data and of this recipe: a changed line is learned anew. The file
holds numbers and words, no code. `confidence` is calibrated by a sigmoid over folds (Platt); whoever uses it decides from where on a
reading counts (policy, `sure_from`).
"""

import hashlib
import logging
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings

from inquiries.concepts import CONCEPTS, concepts
from inquiries.intents import INTENTS
from inquiries.language import LANGUAGES

log = logging.getLogger(__name__)
DATA = Path(__file__).parent / "utterances.txt"
RECIPE = "svc-0.5 sigmoid-5 words-2 chars-4 concepts-1.5"  # what is not in the data or the concepts and changes the outcome
READ = 1_500  # characters: what is wanted stands in the beginning
FOLDS, SEED, WEIGHT_OF_CONCEPTS = 5, 7, 1.5


class Utterance(NamedTuple):
    intent: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """`confidence` is a probability; `second` is what it was otherwise."""

    intent: str
    confidence: float
    second: str
    second_confidence: float


def utterances(path: Path = DATA) -> list[Utterance]:
    """The lines of the data file. ValueError for one that is not of its form: a typing error there must not be learned."""
    return list(_lines(path.read_text(encoding="utf-8")))


def _lines(text: str) -> Iterator[Utterance]:
    intent = ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            intent = line[1:-1]
            if intent not in INTENTS:
                raise ValueError(f"Line {number}: there is no intent {intent}.")
            continue
        language, _, said = line.partition(": ")
        if not intent or language not in LANGUAGES or not said.strip():
            raise ValueError(f"Line {number} is not a language, a colon and what was written.")
        yield Utterance(intent, language, said.strip())


def folded(text: str) -> str:
    """As the classifier reads it: no case, one form of every letter, every number alike."""
    return re.sub(r"\d+", "0", unicodedata.normalize("NFKC", text[:READ]).casefold().replace("’", "'"))


def fingerprint() -> str:
    """Of all that the outcome hangs on."""
    made_of = [
        DATA.read_text(encoding="utf-8"),
        RECIPE,
        package_version("scikit-learn"),
        *(f"{name}={words}" for name, words in CONCEPTS.items()),
    ]
    return hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:16]


class Classifier:
    """`learned`: the numbers, as they are kept."""

    def __init__(self, learned: dict[str, Any]) -> None:
        self.intents = [str(one) for one in learned["intents"]]
        self._weights = learned["weights"].astype(np.float64)
        self._offsets, self._slopes, self._shifts = learned["offsets"], learned["slopes"], learned["shifts"]
        self._words = _vectorizer("words", learned["words"], learned["words_idf"])
        self._chars = _vectorizer("chars", learned["chars"], learned["chars_idf"])
        self._concepts = _vectorizer("concepts", learned["concepts"], learned["concepts_idf"])

    def probabilities(self, texts: Sequence[str]) -> "np.ndarray[Any, Any]":
        """One row for each text, one column for each intent, in the order of `intents`."""
        from scipy.sparse import hstack

        read = [folded(text) for text in texts]
        rows = hstack([self._words.transform(read), self._chars.transform(read), self._concepts.transform(read) * WEIGHT_OF_CONCEPTS])
        scores = np.asarray(rows.tocsr() @ self._weights.T) + self._offsets
        chances = 1 / (1 + np.exp(np.clip(self._slopes * scores + self._shifts, -50, 50)))
        found: np.ndarray[Any, Any] = chances / chances.sum(axis=1, keepdims=True)
        return found

    def read(self, texts: Sequence[str]) -> list[Reading]:
        if not texts:
            return []
        found = []
        for row in self.probabilities(texts):
            first, second = np.argsort(-row, kind="stable")[:2]
            found.append(Reading(self.intents[first], float(row[first]), self.intents[second], float(row[second])))
        return found


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    """The classifier of this release: as it was kept, else learned now and kept."""
    path = Path(settings.DATA_DIR) / "classifiers" / f"inquiries-{fingerprint()}.npz"
    try:
        with np.load(path, allow_pickle=False) as kept:
            return Classifier(dict(kept))
    except FileNotFoundError:
        log.info("The classifier of inquiries is learned anew.")
    except (OSError, ValueError, KeyError, EOFError):
        log.warning("What the classifier had learned cannot be read; it is learned anew.")
    learned = learn(utterances())
    _keep(path, learned)
    return Classifier(learned)


def learn(said: Sequence[Utterance]) -> dict[str, Any]:
    """The numbers, from what was said."""
    from scipy.sparse import hstack
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.model_selection import StratifiedKFold
    from sklearn.svm import LinearSVC

    texts, wanted = [folded(one.text) for one in said], np.array([one.intent for one in said])
    parts = {name: _vectorizer(name) for name in ("words", "chars", "concepts")}
    rows = {name: part.fit_transform(texts) for name, part in parts.items()}
    rows["concepts"] = rows["concepts"] * WEIGHT_OF_CONCEPTS
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    fitted = CalibratedClassifierCV(LinearSVC(C=0.5, random_state=SEED), method="sigmoid", cv=folds, ensemble=False)
    fitted.fit(hstack(list(rows.values())).tocsr(), wanted)
    (inner,) = fitted.calibrated_classifiers_
    learned = {
        "intents": np.array([str(one) for one in fitted.classes_]),
        "weights": inner.estimator.coef_.astype(np.float32),
        "offsets": inner.estimator.intercept_,
        "slopes": np.array([one.a_ for one in inner.calibrators]),
        "shifts": np.array([one.b_ for one in inner.calibrators]),
    }
    for name, part in parts.items():
        learned |= {name: part.get_feature_names_out().astype(str), f"{name}_idf": part.idf_}
    return learned


def _vectorizer(name: str, vocabulary: Any = None, idf: Any = None) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    recipe: dict[str, dict[str, Any]] = {
        "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b", "sublinear_tf": True},
        "chars": {"analyzer": "char_wb", "ngram_range": (2, 4), "sublinear_tf": True},
        "concepts": {"analyzer": concepts},
    }
    made = TfidfVectorizer(lowercase=False, vocabulary=None if vocabulary is None else [str(one) for one in vocabulary], **recipe[name])
    if idf is not None:
        made.idf_ = idf
    return made


def _keep(path: Path, learned: dict[str, Any]) -> None:
    """Written beside and moved: another process reads all of it or nothing. That it cannot be kept is no reason to stop."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez_compressed(file, **learned)
        os.replace(file.name, path)
    except OSError:
        log.warning("What the classifier learned could not be kept in %s.", path.parent)
