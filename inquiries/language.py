"""Which language a message is in, of those that can be answered. Counted on the small words that every sentence needs."""

import re

ENGLISH, GERMAN = "en", "de"
LANGUAGES = (ENGLISH, GERMAN)
_WORDS = {
    ENGLISH: (
        "the and is my i you it to of in for have has was not with on this that what where when please can could order hi hello thanks "
        "thank how do did does are be been your me will would still yet arrived package parcel address refund back want need there any"
    ),
    GERMAN: (
        "der die das und ist mein meine meiner meinem meinen ich sie es zu von im in für habe hat war nicht mit auf dies was wo wann bitte kann "
        "können bestellung hallo danke wie ein eine einen den dem bin wurde noch immer mir mich bei paket lieferung adresse geld zurück "
        "möchte will brauche guten tag moin schon ware leider wird oder aber auch kommt"
    ),
}  # fmt: skip
SMALL_WORDS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[a-zäöüß]+")


def language_of(text: str) -> str:
    """`en`, `de`, or "" where it is neither, or too short to say."""
    words = _WORD.findall(text.casefold())
    counts = {language: sum(word in small for word in words) for language, small in SMALL_WORDS.items()}
    counts[GERMAN] += sum(any(mark in word for mark in "äöüß") for word in words)
    best = max(counts, key=lambda language: counts[language])
    other = min(counts.values())
    if counts[best] == other or counts[best] * 8 < len(words):
        return ""
    return best
