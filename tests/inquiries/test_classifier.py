"""The built-in classifier: what it reads, how sure it is, and that it is the same every time."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from inquiries import classifier as reading
from inquiries.classifier import Classifier, classifier, learn, utterances
from inquiries.intents import AUTOMATIC, INTENTS
from inquiries.language import LANGUAGES, language_of
from inquiries.policy import DEFAULTS

HELD_OUT = Path(__file__).parent / "heldout.txt"
SURE = DEFAULTS.sure_from / 100


def test_every_intent_is_taught_in_every_language():
    counts = Counter((one.intent, one.language) for one in utterances())
    assert set(counts) == {(intent, language) for intent in INTENTS for language in LANGUAGES}
    assert min(counts.values()) >= 12
    assert len({one.text.casefold() for one in utterances()}) == len(utterances())


def test_what_it_never_saw():
    """Of utterances written apart: nearly all are read rightly, and of those it is sure of, at most one in twenty-five is wrong."""
    held = utterances(HELD_OUT)
    assert not {one.text.casefold() for one in held} & {one.text.casefold() for one in utterances()}
    read = classifier().read([one.text for one in held])
    right = [one.intent == found.intent for one, found in zip(held, read, strict=True)]
    sure = [ok for ok, found in zip(right, read, strict=True) if found.confidence >= SURE]
    wrong = [
        (one.text, found.intent, round(found.confidence, 2)) for one, found in zip(held, read, strict=True) if one.intent != found.intent
    ]
    assert sum(right) / len(right) >= 0.90, wrong
    assert sum(sure) / len(sure) >= 0.96, wrong
    assert len(sure) / len(held) >= 0.70


def test_what_must_reach_a_person_is_never_surely_taken_for_what_is_answered():
    held = [one for one in utterances(HELD_OUT) if INTENTS[one.intent].way in {"never", "case"}]
    read = classifier().read([one.text for one in held])
    taken = [
        (one.text, found.intent) for one, found in zip(held, read, strict=True) if found.intent in AUTOMATIC and found.confidence >= SURE
    ]
    assert taken == []


@pytest.mark.parametrize(
    "text", ["", "x", "1042", "Quetzalcoatl Rhabarber", "qwertz uiop", "🙂🙂🙂", "Lorem ipsum dolor sit amet consetetur"]
)
def test_it_abstains_from_what_means_nothing(text):
    (found,) = classifier().read([text])
    assert found.intent in {"unknown", "no_reply"} or found.confidence < SURE


def test_it_is_the_same_every_time_and_when_it_was_kept(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    texts = [one.text for one in utterances(HELD_OUT)]
    first = Classifier(learn(utterances())).probabilities(texts)
    classifier.cache_clear()
    classifier()  # learned and kept
    (kept,) = (tmp_path / "classifiers").iterdir()
    classifier.cache_clear()
    assert np.array_equal(classifier().probabilities(texts), first)
    kept.write_bytes(b"nonsense")
    classifier.cache_clear()
    assert np.array_equal(classifier().probabilities(texts), first)
    classifier.cache_clear()


def test_probabilities_add_up():
    rows = classifier().probabilities(["where is my order", "wo ist meine Bestellung"])
    assert np.allclose(rows.sum(axis=1), 1)
    assert classifier().read([]) == []


@pytest.mark.parametrize("text", ["en: hello", "[no.such]\nen: hello", "[praise]\nfr: bonjour", "[praise]\nhello", "[praise]\nen: "])
def test_a_line_that_is_not_of_its_form_is_refused(text, tmp_path):
    (tmp_path / "said.txt").write_text(text)
    with pytest.raises(ValueError, match="Line"):
        utterances(tmp_path / "said.txt")


def test_a_changed_line_is_learned_anew(tmp_path, monkeypatch):
    before = reading.fingerprint()
    changed = tmp_path / "said.txt"
    changed.write_text(reading.DATA.read_text() + "\nen: one more\n")
    monkeypatch.setattr(reading, "DATA", changed)
    assert reading.fingerprint() != before


def test_the_language_of_what_was_written_is_known():
    """A sentence in one language is never taken for the other."""
    said = [one for one in utterances() if len(one.text.split()) >= 4]
    wrong = [one for one in said if language_of(one.text) not in {one.language, ""}]
    unsure = [one for one in said if language_of(one.text) == ""]
    assert len(wrong) / len(said) < 0.01, wrong
    assert len(unsure) / len(said) < 0.15
