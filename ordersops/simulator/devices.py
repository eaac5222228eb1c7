"""Where a purchase came from: address, browser, language, session. Only ranges that are nobody's on the real internet."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

_BROWSERS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
)
_SCRIPTS = (
    "python-requests/2.31.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/109.0.5414.74 Safari/537.36",
    "curl/7.88.1",
)
_LANGUAGES = {
    "US": "en-US,en;q=0.9", "CA": "en-CA,fr-CA;q=0.7", "GB": "en-GB,en;q=0.9", "DE": "de-DE,de;q=0.9,en;q=0.6", "AT": "de-AT,de;q=0.9",
    "FR": "fr-FR,fr;q=0.9", "NL": "nl-NL,nl;q=0.9,en;q=0.7", "PL": "pl-PL,pl;q=0.9", "ES": "es-ES,es;q=0.9", "JP": "ja-JP,ja;q=0.9",
    "IT": "it-IT,it;q=0.9", "SE": "sv-SE,sv;q=0.9,en;q=0.8",
}  # fmt: skip


@dataclass(frozen=True)
class Device:
    ip: str
    user_agent: str
    accept_language: str | None
    session_id: str
    device_id: str

    def new_session(self, rng: random.Random) -> Device:
        """The same device on another day."""
        return replace(self, session_id=_token(rng, 32))


def browser(rng: random.Random, country: str) -> Device:
    """A household line: IPv6 out of the documentation range or IPv4 out of the range for benchmarks, both wide enough not to collide."""
    if rng.random() < 0.35:
        ip = "2001:db8:" + ":".join(f"{rng.randrange(1, 65536):x}" for _ in range(6))
    else:
        ip = f"198.{rng.choice((18, 19))}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
    return Device(ip, rng.choice(_BROWSERS), _LANGUAGES[country], _token(rng, 32), _token(rng, 16))


def datacentre(rng: random.Random) -> Device:
    """A rented server: a small range, a script for a browser, no language."""
    return Device(f"203.0.113.{rng.randrange(1, 255)}", rng.choice(_SCRIPTS), None, _token(rng, 32), _token(rng, 16))


def _token(rng: random.Random, length: int) -> str:
    return f"{rng.getrandbits(length * 4):0{length}x}"
