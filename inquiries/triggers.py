"""Words that a person must hear (policies.md 4.4, INQ-06): a table of patterns, English and German, matched as whole words.

They are found in what the customer wrote, each with its place. They only ever lead to a person, so a false hit costs a minute;
a miss costs a customer.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Trigger:
    """`says`: what it means, in a sentence. `first`: it comes before everything else in the queue."""

    key: str
    says: str
    patterns: tuple[str, ...]
    first: bool = False


TRIGGERS: tuple[Trigger, ...] = (
    Trigger("harm_words", "The message speaks of harm to a person.", (
        r"kill(?:ing)? (?:my|your)self", r"suicid\w*", r"hurt (?:my|your)self", r"end my life",
        r"(?:got|was|were|been) (?:badly )?(?:injured|hurt|burn(?:ed|t))", r"caught fire", r"explod\w*", r"electric shock", r"hospital",
        r"umbringen", r"selbstmord\w*", r"suizid\w*", r"verletzt\w*", r"feuer gefangen", r"explodiert\w*", r"stromschlag\w*",
        r"krankenhaus", r"notaufnahme",
    ), first=True),
    Trigger("threat_words", "The message threatens.", (
        r"(?:i|we)(?: ?'ll| will| am going to|'m going to) (?:find|come for|get) you",
        r"you(?: ?'ll| will) (?:regret|be sorry|pay for) this", r"i know where you", r"watch your back", r"burn (?:it|your \w+) down",
        r"(?:ich|wir) (?:weiß|weiss|wissen),? wo (?:du|ihr|sie)", r"(?:ihr|sie|du) werde[nt]? (?:das|es) (?:noch )?bereuen",
        r"das werdet ihr bereuen", r"passt auf euch auf",
    ), first=True),
    Trigger("dispute_words", "The message speaks of a dispute over the payment.", (
        r"charge ?-?backs?", r"dispute\w*", r"disputing",
        r"(?:contact|call|calling|contacted|tell|talk to) (?:my|the) (?:bank|(?:credit )?card (?:company|issuer))",
        r"(?:my|the) bank (?:will|to|is going to) (?:reverse|get|take|pull)", r"reverse the (?:charge|payment)",
        r"paypal (?:claim|case|dispute|buyer protection)", r"unauthori[sz]ed (?:charge|payment|transaction)",
        r"(?:did ?n[o']t|did not|never) (?:authori[sz]ed?|made?) (?:this|that|the) (?:charge|payment|order|purchase)",
        r"fraudulent charge", r"rückbuch\w*", r"zurückbuch\w*", r"zurück ?buchen", r"käuferschutz\w*", r"rücklastschrift\w*",
        r"lastschrift zurück\w*", r"(?:meine|die) bank (?:ein\w*|informier\w*|kontaktier\w*)", r"(?:bei|über) (?:meiner|der) bank",
        r"kreditkarten(?:firma|institut|unternehmen)", r"paypal-?(?:fall|konflikt|käuferschutz)",
        r"zahlung (?:an)?(?:fechten|widersprechen)", r"nicht (?:autorisiert\w*|von mir getätigt\w*)",
    ), first=True),
    Trigger("legal_words", "The message speaks of legal steps.", (
        r"lawyers?", r"attorney\w*", r"solicitor\w*", r"legal (?:action|steps|advice|proceedings|counsel)",
        r"(?:take|see) (?:you|this) (?:to|in) court", r"small claims", r"sue(?: you)?", r"suing", r"lawsuit\w*", r"trading standards",
        r"consumer (?:protection|rights|association)", r"report you to", r"bbb", r"ombudsman", r"police", r"anw[aä]lt\w*",
        r"rechtsanw\w*", r"rechtliche\w* schritte?\w*", r"juristisch\w*", r"klagen?", r"verklag\w*", r"anzeige\w*(?: erstatten)?",
        r"strafanzeige\w*", r"gericht\w*", r"mahnbescheid\w*", r"verbraucher(?:zentrale|schutz)\w*", r"abmahn\w*", r"polizei\w*",
        r"inverzugsetzung", r"in verzug",
    ), first=True),
    Trigger("privacy_words", "The message is about personal data.", (
        r"gdpr", r"ccpa", r"data protection", r"delete (?:all )?(?:of )?my (?:personal )?(?:data|account|information)",
        r"(?:copy|copies) of (?:all )?(?:the )?(?:my )?(?:personal )?data", r"right to (?:erasure|be forgotten)", r"subject access",
        r"dsgvo", r"datenschutz\w*", r"(?:meine|meiner) (?:personenbezogenen? )?daten", r"löschung meine[rs]",
        r"(?:konto|account|daten) löschen", r"auskunft nach",
    ), first=True),
    Trigger("wants_person", "The customer asks for a person.", (
        r"(?:speak|talk|write|chat)(?:ing)? (?:to|with) (?:an? |some |the )?(?:real |actual |live )?(?:human|person|some(?:one|body)|agent)",
        r"(?:speak|talk)(?:ing)? (?:to|with) (?:an? |the |your )?(?:manager|supervisor|representative)",
        r"(?:real|actual|live) (?:human|person|agent)", r"human being", r"call me(?: back)?", r"(?:a|your|the) (?:manager|supervisor)",
        r"not a (?:bot|robot|machine)", r"stop (?:sending|with the) (?:automated|canned|standard)",
        r"customer service (?:agent|representative)",
        r"(?:mit|an) (?:einem|einer|ein|eine[nr]?)? ?(?:echten? |richtigen? )?(?:menschen|mitarbeiter\w*|person|vorgesetzten?|kolleg\w*)",
        r"(?:echter|richtiger|echten|richtigen) mensch\w*", r"ruf\w* (?:sie )?mich (?:bitte )?(?:an|zurück)", r"rückruf\w*",
        r"vorgesetzte\w*", r"kein(?:en|em)? (?:bot|roboter|automat\w*)", r"standard(?:antwort|text|mail)\w*",
    )),
    Trigger("angry_words", "The customer is angry.", (
        r"ridiculous", r"unacceptable", r"disgrace\w*", r"disgusting", r"furious", r"outrag\w*", r"fed up", r"sick of (?:this|it|you)",
        r"worst", r"never (?:ever )?(?:again|order(?:ing)? (?:here|from you) again|buy)", r"scam(?:mers?)?", r"rip[- ]?off",
        r"joke of a", r"what a joke", r"pathetic", r"useless", r"incompeten\w*", r"thieves", r"liars?", r"wtf", r"bullshit", r"damn",
        r"hell", r"f+u+c+k\w*", r"shit\w*", r"terrible", r"horrible", r"appalling", r"unverschämt\w*", r"frechheit", r"unmöglich\w*",
        r"lächerlich\w*", r"inakzeptabel\w*", r"nicht hinnehmbar", r"katastroph\w*", r"sauer", r"stinksauer", r"wütend\w*", r"saftladen",
        r"nie wieder", r"abzocke\w*", r"betrüger\w*", r"verarsch\w*", r"schei(?:ß|ss)\w*", r"zum kotzen", r"die schnauze voll",
        r"schnauze", r"reicht(?:'s| es)? (?:mir )?(?:jetzt|langsam)", r"unfassbar\w*", r"miserabel\w*", r"schlechteste\w*",
        r"skandal\w*",
    )),
)  # fmt: skip
FIRST = frozenset(trigger.key for trigger in TRIGGERS if trigger.first)
_FOUND = {trigger.key: re.compile(rf"(?<!\w)(?:{'|'.join(trigger.patterns)})(?!\w)", re.IGNORECASE) for trigger in TRIGGERS}
_SHOUTED = re.compile(r"\b[A-ZÄÖÜ]{3,}\b")
READ = 8_000


@dataclass(frozen=True, slots=True)
class Hit:
    """Where the message says it."""

    trigger: str
    text: str
    start: int
    end: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def heard(message: str) -> list[Hit]:
    """Every trigger's words in the message, in their order."""
    text = message[:READ].replace("’", "'")
    found = [Hit(key, match[0], match.start(), match.end()) for key, pattern in _FOUND.items() for match in pattern.finditer(text)]
    return sorted(found, key=lambda hit: (hit.start, hit.trigger))[:40]


def sentiment(message: str, hits: Iterable[Hit]) -> str:
    """neutral, negative, angry or threatening."""
    keys = {hit.trigger for hit in hits}
    if "threat_words" in keys:
        return "threatening"
    if "angry_words" in keys or _shouts(message):
        return "angry"
    return "negative" if keys & {"dispute_words", "legal_words", "wants_person"} or message.count("!") >= 3 else "neutral"


def _shouts(message: str) -> bool:
    """Written in capitals for the most part, and long enough not to be a code."""
    words = re.findall(r"\b[^\W\d_]{3,}\b", message[:READ])
    return len(words) >= 6 and len(_SHOUTED.findall(message[:READ])) * 2 > len(words)
