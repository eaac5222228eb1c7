"""Who buys: people with a home, a telephone, an e-mail address, a device and a card. All of it invented."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, replace

from . import cards, places
from .cards import Card
from .devices import Device, browser
from .places import Address

_NAMES = {
    "en": ("Avery Jordan Priya Marcus Elena Owen Hannah Theo Grace Malik Nora Felix Ivy Samuel Leah Dominic",
           "Whitlock Okafor Sandoval Brennan Castellano Hargrove Lindqvist Mehta Prescott Tran Ellison Redfern Calloway Osborne Winters"),
    "de": ("Anneke Jonas Miriam Lukas Frieda Henning Katharina Emre Johanna Till Wiebke Samir Lena Georg Ronja Matthis",
           "Brandhuber Kessler Ahrens Yıldız Vogelsang Reimers Hofstätter Lindner Pfeifer Oswald Steinmetz Baumgart Theissen Wenzel"),
    "fr": ("Camille Étienne Maëlle Bastien Noémie Karim Solène Rémi Aurore Thibault",
           "Lefranc Marchetti Dubreuil Benali Rousselot Garnier Vasseur Perrin"),
    "nl": ("Sanne Daan Maartje Joris Femke Ruben Noor Sietse", "Van Houten Dekker Postma Kuipers De Graaf Zijlstra"),
    "pl": ("Agnieszka Tomasz Zofia Krzysztof Hanna Wojciech", "Zawadzka Lisowski Górska Krajewski Pawlak Sikora"),
    "es": ("Lucía Mateo Irene Álvaro Carmen Jaume", "Ferrer Ibáñez Quiroga Soler Navarrete Bosch"),
    "jp": ("Haruka Takumi Yui Kenji Sakura Daichi", "Morimoto Kobayashi Ishida Nakagawa Fujisawa"),
    "it": ("Giulia Matteo Chiara Lorenzo", "Bellandi Ferraro Montanari Zanetti"),
    "se": ("Elsa Viktor Saga Anton", "Sjöberg Ekström Hedlund Nyström"),
}  # fmt: skip
_TONGUE = {
    "US": "en",
    "CA": "en",
    "GB": "en",
    "DE": "de",
    "AT": "de",
    "FR": "fr",
    "NL": "nl",
    "PL": "pl",
    "ES": "es",
    "JP": "jp",
    "IT": "it",
    "SE": "se",
}
_PHONES = {
    "US": "+1 {a}5550{b}", "CA": "+1 416555{c}", "GB": "+44 7700900{b}", "DE": "+49 1555{e}", "AT": "+43 660{e}", "FR": "+33 639980{b}",
    "NL": "+31 6123{d}", "PL": "+48 512{e6}", "ES": "+34 612{e6}", "JP": "+81 9012{d}4", "IT": "+39 347{e}", "SE": "+46 70174{c}",
}  # fmt: skip
_MAIL_HOSTS = ("gmail.com", "gmail.com", "outlook.com", "icloud.com", "yahoo.com", "proton.me")
_MAIL_HOSTS_DE = ("web.de", "gmx.de", "posteo.de", "gmail.com", "mailbox.org", "icloud.com")
THROWAWAY_HOSTS = ("mailinator.com", "guerrillamail.com", "10minutemail.com", "yopmail.com")


@dataclass(frozen=True)
class Person:
    """A customer as the shop knows them. `known_days` is the age of the account when the simulation starts."""

    first: str
    last: str
    email: str
    phone: str | None
    home: Address
    card: Card
    device: Device
    known_days: float
    email_verified: bool = True
    tier: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def country(self) -> str:
        return self.home.country

    def using(self, **changes: object) -> Person:
        return replace(self, **changes)  # type: ignore[arg-type]


def phone(rng: random.Random, country: str) -> str:
    """A number of the country's form; from ranges kept free for fiction where the country has them."""
    return _PHONES[country].format(
        a=rng.choice(("503", "206", "312", "415", "617")), b=rng.randint(100, 199), c=rng.randint(1000, 9999),
        d=rng.randint(10000, 99999), e=rng.randint(1_000_000, 9_999_999), e6=rng.randint(100_000, 999_999),
    )  # fmt: skip


def plain(text: str) -> str:
    """The name as it would be typed into an e-mail address."""
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ı", "i").replace("ł", "l"))
    return "".join(c for c in folded.lower() if c.isascii() and c.isalnum())


def stranger(rng: random.Random, country: str, *, known_days: float = 0.0) -> Person:
    """Somebody new of that country, unremarkable in every respect."""
    firsts, lasts = _NAMES[_TONGUE[country]]
    first = rng.choice(firsts.split())
    last = rng.choice(lasts.replace("Van ", "Van_").replace("De ", "De_").split()).replace("_", " ")
    host = rng.choice(_MAIL_HOSTS_DE if country in {"DE", "AT"} else _MAIL_HOSTS)
    glue = rng.choice((".", ".", "_", ""))
    email = f"{plain(first)}{glue}{plain(last)}{rng.randint(2, 9999)}@{host}"
    number = phone(rng, country)
    return Person(
        first=first,
        last=last,
        email=email,
        phone=number if rng.random() < 0.85 else None,
        home=places.home(rng, country, f"{first} {last}", number),
        card=cards.ordinary(rng, country),
        device=browser(rng, country),
        known_days=known_days,
        email_verified=rng.random() < 0.8,
    )


def country_for(rng: random.Random, currency: str) -> str:
    """A dollar shop sells mostly at home, a euro shop mostly in and around Germany."""
    if currency == "EUR":
        table = {"DE": 50, "AT": 10, "FR": 9, "NL": 8, "PL": 5, "ES": 5, "GB": 4, "IT": 4, "SE": 3, "US": 2}
    else:
        table = {"US": 66, "CA": 12, "GB": 7, "DE": 5, "FR": 3, "JP": 3, "NL": 2, "ES": 2}
    return rng.choices(list(table), list(table.values()))[0]


def regulars(seed: str, currency: str, count: int = 30) -> list[Person]:
    """The shop's repeat customers: the same people for the same seed, each known for months or years."""
    crowd = []
    for number in range(count):
        rng = random.Random(f"{seed}/regular/{currency}/{number}")
        person = stranger(rng, country_for(rng, currency), known_days=rng.uniform(90, 1800))
        crowd.append(person.using(email_verified=True, tier="premium" if rng.random() < 0.2 else "standard"))
    return crowd


def gibberish(rng: random.Random, length: int = 11) -> str:
    return "".join(rng.choice("bcdfghjklmnpqrstvwxz0123456789aeiou") for _ in range(length))
