"""Browsers: scripts that say so, versions years old, and languages that nobody speaks where the order goes."""

import re
from functools import lru_cache

_SCRIPT = re.compile(
    r"headless|phantomjs|selenium|puppeteer|playwright|webdriver|python|curl|wget|libwww|okhttp|aiohttp|httpx|go-http|java/|axios|node-fetch|postman|scrapy|"
    r"\bbot\b|bot/|crawler|spider",
    re.IGNORECASE,
)
# Majors of late 2022. A browser updates itself; one that is years behind is a kit or a very old device. To be moved on once a year.
_OLDEST = {"chrome": 107, "firefox": 107, "version": 14}
_VERSION = re.compile(r"\b(chrome|firefox|version)/(\d{1,4})", re.IGNORECASE)

# Languages that are at home in a country, by the country's ISO code. English is everybody's second language and says nothing.
LANGUAGES: dict[str, str] = {
    "AT": "de", "AU": "en", "BE": "nl fr de", "BG": "bg", "BR": "pt", "CA": "fr", "CH": "de fr it rm", "CN": "zh", "CZ": "cs sk",
    "DE": "de", "DK": "da", "EE": "et ru", "ES": "es ca eu gl", "FI": "fi sv", "FR": "fr", "GB": "cy gd", "GR": "el", "HK": "zh",
    "HR": "hr", "HU": "hu", "IE": "ga", "IL": "he ar ru", "IN": "hi bn ta te mr gu", "IT": "it de", "JP": "ja", "KR": "ko",
    "LT": "lt ru", "LU": "lb fr de", "LV": "lv ru", "MX": "es", "NL": "nl fy", "NO": "no nb nn", "NZ": "mi", "PL": "pl",
    "PT": "pt", "RO": "ro hu", "RS": "sr", "SE": "sv", "SG": "zh ms ta", "SI": "sl", "SK": "sk cs hu", "TR": "tr ku", "TW": "zh",
    "UA": "uk ru", "US": "es",
}  # fmt: skip


@lru_cache(maxsize=4096)
def script(user_agent: str) -> bool:
    return bool(_SCRIPT.search(user_agent))


@lru_cache(maxsize=4096)
def outdated(user_agent: str) -> bool | None:
    """None for browsers whose version is not one of the three that we know."""
    found = [(name.casefold(), int(major)) for name, major in _VERSION.findall(user_agent)]
    return any(major < _OLDEST[name] for name, major in found) if found else None


def language_fits(accept_language: str, countries: set[str]) -> bool | None:
    """Whether a language is English, at home in one of the countries, or carries its region; None for countries not in the table."""
    spoken = [tag.split(";", 1)[0].strip() for tag in accept_language.split(",")][:10]
    known = {country for country in countries if country in LANGUAGES}
    if not known or not any(spoken):
        return None
    at_home = {"en", *(language for country in known for language in LANGUAGES[country].split())}
    for tag in spoken:
        language, _, region = tag.partition("-")
        if language.casefold() in at_home or region.upper() in known:
            return True
    return False
