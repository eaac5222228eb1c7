"""What a customer is never told (law 19, fraud.md 5.7): how orders are judged, what must not be asked for, and what nobody can promise.

A table of patterns, English and German. A text in which one is found is refused, with the words named.
"""

import re
import unicodedata

_SPAN = r"(?:\d{1,4}|an?|one|two|three|a few|einer|eines|zwei|drei|wenigen)"

# What it gives away -> the words that do. Matched as whole words, whatever the case.
PATTERNS: dict[str, tuple[str, ...]] = {
    "how orders are judged": (
        r"(?:anti-?)?fraud\w*", r"scam\w*", r"risk\w*", r"suspicious\w*", r"suspicion\w*", r"suspect\w*", r"scores?", r"scoring", r"signals?",
        r"thresholds?", r"velocity", r"chargebacks?", r"red flags?", r"flagged",
        r"betr[uü]g\w*", r"risik\w*", r"\w*verd[aä]cht\w*", r"punktzahl\w*", r"signale?n?", r"schwellen?werte?\w*", r"auff[aä]llig\w*",
    ),
    "lists": (
        r"block(?:ed|ing)", r"block-? ?lists?", r"black-? ?list\w*", r"deny-? ?lists?", r"watch-? ?lists?", r"white-? ?list\w*",
        r"gesperrt\w*", r"sperrlisten?", r"schwarzen? listen?", r"blockiert\w*",
    ),
    "what was compared": (
        r"ip(?:[- ]?ad(?:d?ress)\w*)", r"ip", r"avs", r"mis-?match\w*", r"(?:does|do|did) ?(?:not|n['’]t) match\w*", r"not matching",
        r"geo-?location\w*",
        r"device (?:fingerprint|id|used|you used)\w*", r"(?:unknown|unfamiliar|new|different|another|same) devices?",
        r"from (?:a|an|your|this|that) device", r"fingerprint\w*", r"prox(?:y|ies)", r"vpn", r"disposable e-?mail\w*",
        r"stimm(?:t|en) nicht (?:\w+ ){0,4}überein", r"abweichen\w*", r"abweichung\w*",
        r"(?:unbekannte|neue|andere|fremde)[ns]? geräte?\w*", r"ger[aä]te-?(?:kennung|id)",
    ),
    "who judged": (
        r"ai", r"a\.i\.", r"artificial intelligence", r"machine learning", r"algorithm\w*", r"automat(?:ic|ed|ically)\w*",
        r"(?:risk|scoring|language|statistical|our) models?", r"chatgpt", r"claude", r"ki", r"künstlichen? intelligenz", r"algorithm(?:us|en)",
        r"automatisch\w*", r"automatisiert\w*", r"maschinelle\w*",
    ),
    "what is never asked for": (
        r"(?:full |whole |complete )?(?:credit |debit )?card numbers?", r"cvv2?", r"cvc2?", r"security code", r"card verification\w*", r"pin code",
        r"passports?", r"identity (?:card|document|papers?)\w*", r"id[- ]cards?", r"photo id", r"(?:copy|photo|scan|picture) of your id",
        r"driv(?:er|ing)(?:['’]?s)? licen[cs]e", r"verify your identity",
        r"\w*kartennummern?", r"kartenpr[uü]f(?:nummer|ziffer|code)\w*", r"pr[uü]fziffern?", r"sicherheitscodes?", r"personalausweis\w*",
        r"ausweis\w*", r"reisep(?:ass|ässe)\w*", r"führerschein\w*", r"identitätsnachweis\w*",
    ),
    "a promise": (
        r"guarante\w+", r"(?:we|i) promise\w*", r"definitely", r"without fail", r"100 ?%", r"at the latest",
        rf"(?:with)?in (?:the next )?{_SPAN}(?: ?(?:-|–|to) ?\d+)? (?:business |working )?(?:minute|hour|day|week)s?", r"by (?:tomorrow|tonight)",
        r"garant\w+", r"(?:wir|ich) verspreche\w*", r"auf jeden fall", r"spätestens",
        rf"(?:innerhalb(?: von)?|in|binnen) {_SPAN}(?: ?(?:-|–|bis) ?\d+)? (?:minute|stunde|tag|werktag|woche)\w*", r"bis (?:morgen|heute abend)",
    ),
}  # fmt: skip
_FOUND = re.compile(rf"(?<!\w)(?:{'|'.join(word for words in PATTERNS.values() for word in words)})(?!\w)", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")


def leaks(text: str) -> list[str]:
    """The words in the text that tell how orders are judged, ask for what must not be asked for, or promise. Each once, in their order."""
    plain = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split())
    return list({match[0].casefold(): match[0] for match in _FOUND.finditer(plain)}.values())


def told(words: list[str]) -> str:
    """The words for a sentence: “score”, “within 10 minutes”."""
    return ", ".join(f"“{word}”" for word in words)
