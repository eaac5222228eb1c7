"""Words that a person must hear."""

import pytest

from inquiries.triggers import heard, sentiment

HEARD = [
    ("I will file a chargeback with my bank", "dispute_words"),
    ("if this is not here on Monday I'll dispute the payment", "dispute_words"),
    ("I never authorized this charge", "dispute_words"),
    ("Ich lasse das Geld zurückbuchen", "dispute_words"),
    ("dann öffne ich einen PayPal-Fall, Käuferschutz!", "dispute_words"),
    ("You will hear from my lawyer", "legal_words"),
    ("ich schalte meinen Anwalt ein", "legal_words"),
    ("Ich wende mich an die Verbraucherzentrale", "legal_words"),
    ("we will see you in court, taking legal action", "legal_words"),
    ("please delete all my data under GDPR", "privacy_words"),
    ("Bitte um Auskunft nach Art. 15 DSGVO", "privacy_words"),
    ("let me speak to a human please", "wants_person"),
    ("I want to talk to your manager", "wants_person"),
    ("Bitte rufen Sie mich an", "wants_person"),
    ("Ich möchte mit einem echten Menschen sprechen", "wants_person"),
    ("this is ridiculous, worst shop ever", "angry_words"),
    ("Das ist eine Frechheit!!!", "angry_words"),
    ("the charger caught fire", "harm_words"),
    ("ich weiß, wo ihr seid, das werdet ihr bereuen", "threat_words"),
]


@pytest.mark.parametrize(("message", "trigger"), HEARD)
def test_they_are_heard_where_they_stand(message, trigger):
    hits = [hit for hit in heard(message) if hit.trigger == trigger]
    assert hits
    assert all(message[hit.start : hit.end].replace("’", "'") == hit.text for hit in hits)


@pytest.mark.parametrize(
    "message",
    [
        "Where is my order 1042? Thanks!",
        "Hallo, wann kommt mein Paket ungefähr an? Viele Grüße",
        "Could I change the delivery address to my office?",
        "The courtyard entrance is on the left",  # no court
        "Ich hätte gern die Klangschale in Blau",  # nobody sues
        "Please issue an invoice",  # nor here
        "Can you tell me whether the hellblau shirt is in stock",
    ],
)
def test_a_calm_message_has_none(message):
    assert heard(message) == []
    assert sentiment(message, []) == "neutral"


@pytest.mark.parametrize(
    ("message", "tone"),
    [
        ("you will regret this", "threatening"),
        ("This is unacceptable", "angry"),
        ("WHERE IS MY PARCEL YOU HAVE HAD MY MONEY FOR WEEKS", "angry"),
        ("I want to speak to a person", "negative"),
        ("Why is it not here!!! I need it", "negative"),
        ("Where is it?", "neutral"),
    ],
)
def test_the_tone(message, tone):
    assert sentiment(message, heard(message)) == tone
