"""Reading single values: what is seen in an e-mail address, a name, an address, a phone number, a browser, a card's answer."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.reading import addresses, baskets, browsers, cards, emails, names, phones

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("local", "made_up"),
    [
        ("ada.lindner", False), ("thibault.zielstra1984", False), ("krzysztof", False), ("orders", False), ("j.doe", False),
        ("xkq7trvb2mz", True), ("b8d2k0tzq", True), ("qwrtzpl", True), ("bcdfghaj", True), ("山田", False), ("", False),
    ],
)  # fmt: skip
def test_random_email(local: str, made_up: bool) -> None:
    assert emails.random(local) is made_up


def test_email_parts_and_providers() -> None:
    assert emails.parts(" Ada@Posteo.DE ") == ("ada", "posteo.de")
    assert emails.parts("no address") == emails.parts("@x.de") == emails.parts("a@b") == ("", "")
    assert emails.disposable("mailinator.com") == emails.disposable("please-release.me.mailinator.com") == "mailinator.com"
    assert emails.disposable("posteo.de") == emails.disposable("mailinator.com.posteo.de") == ""
    assert emails.free("gmail.com")
    assert not emails.free("ordersops.example")
    assert emails.digits_at_end("anna94813") == 5


@pytest.mark.parametrize(
    ("name", "hammered"),
    [
        ("Ada Lindner", False), ("Wojciech Krajewski", False), ("Jürgen Brandhuber", False), ("Étienne Lefranc", False), ("山田太郎", False),
        ("asdf qwert", True), ("J K", True), ("Aaa Bbb", True), ("xkqtrvb", True), ("Anna 123", True), ("", None),
    ],
)  # fmt: skip
def test_gibberish_names(name: str, hammered: bool | None) -> None:
    assert names.gibberish(name) is hammered


def test_likeness() -> None:
    assert names.likeness("Ada Lindner", "LINDNER, Ada") == Decimal(100)
    assert (names.likeness("Ada Lindner", "Rémi Garnier") or 0) < names.ALIKE
    assert (names.likeness("Jon Smith", "John R. Smith") or 0) >= names.ALIKE
    assert names.likeness("", "Ada") is None
    assert names.likeness_in("Ada Lindner", "a.lindner83") == Decimal(100)
    assert (names.likeness_in("Ada Lindner", "orders417") or 0) < 60
    assert names.likeness_in("山田", "taro") is None


@pytest.mark.parametrize(
    ("street", "box", "forwarder", "number"),
    [
        ("Oranienstraße 5", False, False, True), ("Postfach 1234", True, False, True), ("P.O. Box 9", True, False, True),
        ("Packstation 117", True, False, True), ("4400 Airport Cargo Blvd", False, True, True), ("12 Freight Way", False, True, True),
        ("Boxhagener Straße", False, False, False), ("", None, None, None),
    ],
)  # fmt: skip
def test_doors(street: str, box: bool | None, forwarder: bool | None, number: bool | None) -> None:
    where = {"address1": street}
    assert (addresses.po_box(where), addresses.forwarder(where), addresses.house_number(where)) == (box, forwarder, number)


def test_a_company_can_give_the_forwarder_away() -> None:
    assert addresses.forwarder({"address1": "1 Main St", "company": "MyUS"})


@pytest.mark.parametrize(
    ("left", "right", "km"),
    [
        ((52.52, 13.405), (48.8566, 2.3522), 877), ((0.5, 0), (0.5, 180), 19904), ((51, 7), (51, 7), 0),
        ((0, 0), (51, 7), None), ((91, 0), (51, 7), None), ((None, None), (51, 7), None), (("51", "7"), (51, 7), None),
    ],
)  # fmt: skip
def test_distance(left: tuple[Any, Any], right: tuple[Any, Any], km: int | None) -> None:
    found = addresses.distance_km(*({"latitude": spot[0], "longitude": spot[1]} for spot in (left, right)))
    assert found is None if km is None else abs(int(found or 0) - km) <= 1


def test_phones() -> None:
    assert phones.read("030 901820", "DE") == (True, "DE")
    assert phones.read("+33 639980123", "DE") == (True, "FR")
    assert phones.read("1", "DE") == (False, "")
    assert phones.read("call me", "") == (False, "")


@pytest.mark.parametrize(
    ("agent", "script", "outdated"),
    [
        (CHROME.format(131), False, False), (CHROME.format(80), False, True), ("curl/7.88.1", True, None), ("python-requests/2.31.0", True, None),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/109.0.5414.74 Safari/537.36", True, None), ("Opera Mini", False, None),
    ],
)  # fmt: skip
def test_browsers(agent: str, script: bool, outdated: bool | None) -> None:
    assert browsers.script(agent) is script
    assert browsers.outdated(agent) is outdated


@pytest.mark.parametrize(
    ("languages", "countries", "fits"),
    [
        ("de-DE,de;q=0.9", {"DE"}, True), ("en-US,en", {"JP"}, True), ("vi-VN", {"DE"}, False), ("vi-VN,de;q=0.2", {"DE"}, True),
        ("ru", {"DE", "UA"}, True), ("vi", {"VN"}, None), ("", {"DE"}, None), ("*", {"DE"}, False),
    ],
)  # fmt: skip
def test_languages(languages: str, countries: set[str], fits: bool | None) -> None:
    assert browsers.language_fits(languages, countries) is fits


@pytest.mark.parametrize(
    ("code", "street", "postcode"),
    [
        ("Y", True, True),
        ("A", True, False),
        ("Z", False, True),
        ("N", False, False),
        ("U", None, None),
        ("", None, None),
        ("pass", True, True),
    ],
)
def test_avs(code: str, street: bool | None, postcode: bool | None) -> None:
    assert (cards.avs_street(code), cards.avs_postcode(code)) == (street, postcode)


def test_cvv() -> None:
    assert [cards.cvv(code) for code in ("M", "n", "P", "", "fail")] == [True, False, None, None, False]


def test_baskets() -> None:
    assert baskets.express("next_day_air")
    assert baskets.express("DHL Express")
    assert not baskets.express("Standard")
    assert baskets.resaleable(["Enamel mug", "GPS watch with maps"])
    assert not baskets.resaleable(["Enamel mug"])
    assert baskets.scripted("api")
    assert not baskets.scripted("web")
    assert baskets.pressing_words("Ship it TODAY, do not verify!") == "do not verify"
    assert baskets.pressing_words("Happy birthday, see you in spring!") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_hostile_text_is_read_without_a_crash(one: str, other: str) -> None:
    where = {"address1": one, "address2": other, "country": other, "latitude": one, "company": None}
    (
        emails.random(one),
        emails.disposable(other),
        emails.parts(one),
        names.gibberish(one),
        names.likeness(one, other),
        names.likeness_in(one, other),
    )
    addresses.po_box(where), addresses.forwarder(where), addresses.same(where, where), addresses.distance_km(where, where)
    (
        phones.read(one, other),
        browsers.language_fits(one, {other}),
        browsers.outdated(one),
        cards.avs_street(one),
        baskets.pressing_words(one),
    )
