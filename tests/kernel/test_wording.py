"""Law 19: what a customer must not be told is found in the text, and named."""

import pytest

from ordersops.wording import leaks

LEAKS = [
    ("Your order was stopped for fraud.", ["fraud"]),
    ("FRAUDULENT order", ["FRAUDULENT"]),
    ("Its risk score was too high", ["risk", "score"]),
    ("A signal fired", ["signal"]),
    ("You are on our black list", ["black list"]),
    ("Your card was blocked", ["blocked"]),
    ("Your IP address is far away", ["IP address"]),
    ("You used an unknown device", ["unknown device"]),
    ("There is a mismatch of the addresses", ["mismatch"]),
    ("Billing and shipping don’t match", ["don’t match"]),
    ("Our AI decided", ["AI"]),
    ("It was automatically declined", ["automatically"]),
    ("Our model found it", ["Our model"]),
    ("Please send a photo of your ID", ["photo of your ID"]),
    ("Send us your passport", ["passport"]),
    ("Tell us the full card number and the CVV", ["full card number", "CVV"]),
    ("We guarantee it", ["guarantee"]),
    ("We answer within 10 minutes", ["within 10 minutes"]),
    ("It ships in 2-3 working days", ["in 2-3 working days"]),
    ("fr\u00adaud and sc\u200bore", ["fraud", "score"]),
    ("a ｆｒａｕｄ check", ["fraud"]),
    ("within\n 5\nminutes", ["within 5 minutes"]),
    ("risk, Risk and RISK", ["RISK"]),
    ("Ihre Bestellung ist verdächtig", ["verdächtig"]),
    ("Wegen Betrugsverdachts angehalten", ["Betrugsverdachts"]),
    ("Das Risiko ist zu hoch", ["Risiko"]),
    ("Ihr Konto ist gesperrt", ["gesperrt"]),
    ("Ihre IP-Adresse", ["IP-Adresse"]),
    ("Die Anschrift stimmt nicht mit der Karte überein", ["stimmt nicht mit der Karte überein"]),
    ("Unsere KI hat automatisch entschieden", ["KI", "automatisch"]),
    ("Bitte schicken Sie Ihren Personalausweis", ["Personalausweis"]),
    ("Nennen Sie uns die Kreditkartennummer und die Prüfziffer", ["Kreditkartennummer", "Prüfziffer"]),
    ("Wir garantieren eine Antwort innerhalb von 30 Minuten", ["garantieren", "innerhalb von 30 Minuten"]),
]
HARMLESS = [
    "",
    "We are looking into it.\nAda",
    "Thank you for your order. We have a question about the delivery: please call us.",
    "We are sorry: we cannot go ahead with your order. Please write to us if you have a question.",
    "The model of the lamp that you ordered is back, in brass. The new charger fits your device.",
    "Please check the shipping address: the house number is missing.",
    "We said so on the ship; a brisk walk, the scoreboard, a kit and the captain.",
    "The order goes out in one parcel.",
    "Vielen Dank für Ihre Bestellung. Bitte rufen Sie uns an.",
    "Das Gerät ist wieder da, die Kiste geht heute in die Post.",
]


@pytest.mark.parametrize(("text", "words"), LEAKS)
def test_what_leaks_is_named(text: str, words: list[str]) -> None:
    assert leaks(text) == words


@pytest.mark.parametrize("text", HARMLESS)
def test_what_does_not_leak_passes(text: str) -> None:
    assert leaks(text) == []
