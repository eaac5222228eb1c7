"""Addresses against the rules of their country: what is wrong, and the correction as a difference."""

from typing import Any

import pytest

from triage.addresses import check

BERLIN = {"address1": "Torstraße 1", "city": "Berlin", "postal_code": "10119", "country": "DE"}
LEEDS = {"address1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"}
WARSAW = {"address1": "ul. Prosta 5", "city": "Warszawa", "postal_code": "00-950", "country": "PL"}
SWAPPED = {**BERLIN, "city": "10119", "postal_code": "Berlin"}
RENO = {"address1": "1 High Street", "city": "Reno", "region": "NV", "postal_code": "89501", "country": "US"}

CASES: list[tuple[str, dict[str, Any], str, dict[str, str], list[str]]] = [
    ("as Germany writes it", BERLIN, "ok", {}, []),
    ("as Britain writes it", LEEDS, "ok", {}, []),
    ("as the States write it", RENO, "ok", {}, []),
    ("upper and lower case do not matter", {**LEEDS, "postal_code": "ls1 1aa", "city": "LEEDS"}, "ok", {}, []),
    ("the country before the postcode", {**BERLIN, "postal_code": "D-10119"}, "normalise", {"postal_code": "10119"}, []),
    ("a blank is missing", {**LEEDS, "postal_code": "LS11AA"}, "normalise", {"postal_code": "LS1 1AA"}, []),
    ("a Polish postcode", {**WARSAW, "postal_code": "00950"}, "normalise", {"postal_code": "00-950"}, []),
    ("the region in words", {**RENO, "region": "Nevada"}, "ok", {}, []),
    ("written into each other's field", SWAPPED, "normalise", {"city": "Berlin", "postal_code": "10119"}, []),
    ("a postcode of another state", {**RENO, "postal_code": "10119"}, "ask", {}, ["There is no such postcode in NV in US."]),
    ("too short", {**BERLIN, "postal_code": "1011"}, "ask", {}, ["There is no such postcode in DE."]),
    ("no postcode", {**LEEDS, "postal_code": ""}, "ask", {}, ["The postcode is missing."]),
    ("no city", {**BERLIN, "city": ""}, "ask", {}, ["The city is missing."]),
    ("no house number", {**BERLIN, "address1": "Torstraße"}, "ask", {}, ["The street has no house number."]),
    ("the number in the second line", {**BERLIN, "address1": "Torstraße", "address2": "1"}, "ok", {}, []),
    ("a box has none", {**BERLIN, "address1": "Postfach"}, "ok", {}, []),
    ("no such country", {**BERLIN, "country": "Atlantis"}, "unknown", {}, ["“ATLANTIS” is no country that is known."]),
    ("nothing stated", {}, "unknown", {}, []),
]  # fmt: skip


@pytest.mark.parametrize(("address", "state", "after", "says"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_an_address(address: dict[str, Any], state: str, after: dict[str, str], says: list[str]) -> None:
    found = check(address)
    assert found.state == state
    assert {one.field: one.after for one in found.correction} == after
    assert [one.says for one in found.problems] == says


@pytest.mark.parametrize("hostile", ["\x00" * 9, "x" * 9000, "<script>", "𝕏\ud83d", "١٢٣٤٥", None, 7, ["a"]])
def test_whatever_is_written_there_is_judged(hostile: Any) -> None:
    for field in BERLIN:
        assert check({**BERLIN, field: hostile}).state in {"ok", "normalise", "ask", "unknown"}
