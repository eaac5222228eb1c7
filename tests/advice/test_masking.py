"""No known personal value leaves, and what comes back can be read."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.catalogue import FACTS
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.masking import TOKEN, Masked, masked
from tests.advice.leaks import leaks, secrets, texts
from tests.fraud.sheets import evidence

ORDER, OTHER = "0190f0e4-7b1c-7000-8000-000000000001", "0190f0e4-7b1c-7000-8000-000000000002"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
LINKED = {
    "id": OTHER, "number": "#1000", "placed_at": "2026-11-20T10:00:00+00:00", "shares": ["e-mail"], "total": "80.00", "currency": "EUR",
    "risk": "clear", "outcome": "declined",
}  # fmt: skip
ADA: dict[str, Any] = {
    "order": ORDER, "number": "#1001", "placed_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "total": "1080.00",
    "name": "Ada Lindner", "email": "ada.lindner@posteo.de", "email_domain": "posteo.de", "phone": "+49 1555 1234567",
    "billing_name": "Ada Lindner", "billing_street": "Oranienstraße 5", "billing_city": "Berlin", "billing_postcode": "10999",
    "billing_country": "DE", "shipping_name": "ADA  LINDNER", "shipping_street": "7 Rue Terme", "shipping_city": "Lyon",
    "shipping_postcode": "69001", "shipping_country": "FR", "shipping_company": "Lindner Papeterie GmbH", "ip": "198.18.0.9", "user_agent": CHROME,
    "card": "visa •••• 4242", "key_ip": "-5512", "basket": [{"units": 1, "title": "Mug engraved Ada"}], "linked_orders": [LINKED],
    "platform_risk_facts": [{"says": "198.18.0.9 is a proxy", "sentiment": "negative"}],
}  # fmt: skip


def shown(about: Masked) -> dict[str, Any]:
    return {fact.key: fact.value for fact in about.facts}


def read(note: str, **more: Any) -> str:
    return str(shown(masked(evidence(**{**ADA, **more, "note": note})))["note"])


def test_one_value_is_one_token_wherever_it_stands() -> None:
    found = shown(masked(evidence(**ADA)))
    assert found["name"] == found["billing_name"] == found["shipping_name"] == "<NAME_1>"
    assert (found["email"], found["phone"], found["ip"], found["card"]) == ("<EMAIL_1>", "<PHONE_1>", "<IP_1>", "<CARD_1>")
    assert (found["billing_street"], found["shipping_street"]) == ("<STREET_1>", "<STREET_2>")
    assert (found["billing_city"], found["shipping_city"], found["shipping_company"]) == ("<CITY_1>", "<CITY_2>", "<COMPANY_1>")
    assert found["basket"] == [{"units": 1, "title": "Mug engraved <NAME_1A>"}]
    assert found["platform_risk_facts"] == [{"says": "<IP_1> is a proxy", "sentiment": "negative"}]


def test_what_is_not_personal_stays() -> None:
    found = shown(masked(evidence(**ADA)))
    assert found["placed_at"] == ADA["placed_at"]
    assert (found["total"], found["billing_country"], found["email_domain"], found["user_agent"]) == (
        Decimal(1080),
        "DE",
        "posteo.de",
        CHROME,
    )


def test_ids_and_digests_stay_here() -> None:
    found = masked(evidence(**ADA))
    assert not [fact.key for fact in found.facts if fact.key == "order" or fact.key.startswith("key_")]
    assert shown(found)["number"] == "<ORDER_1>"
    assert shown(found)["linked_orders"] == [{key: value for key, value in LINKED.items() if key != "id"} | {"number": "<ORDER_2>"}]
    assert found.hide(f"see {ORDER} and #1000") == "see <ID> and <ORDER_2>"


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("I am ADA LINDNER", "I am <NAME_1>"),
        ("ada-lindner, ada_lindner, AdaLindner", "<NAME_1>, <NAME_1>, <NAME_1>"),
        ("Greetings, Ada! Mrs. lindner", "Greetings, <NAME_1A>! Mrs. <NAME_1B>"),
        ("Adaptable", "Adaptable"),
        ("mail ADA.LINDNER@POSTEO.DE or ada.lindner@", "mail <EMAIL_1> or <NAME_1>@"),
        ("to ＡＤＡ．ＬＩＮＤＮＥＲ＠ｐｏｓｔｅｏ．ｄｅ now", "to <EMAIL_1> now"),
        ("call 01555 / 123-45 67", "call <PHONE_1>"),
        ("call 0049 (0)1555.1234567!", "call 0049 (<PHONE_1>!"),
        ("4 9 1 5 5 5 1 2 3 4 5 6 7", "<PHONE_1>"),
        ("number 1555 then 123 and 4567", "number <PHONE_1>"),
        ("+٤٩ ١٥٥٥ ١٢٣٤٥٦٧", "<PHONE_1>"),
        ("oranienstrasse 5, Oranienstraße", "<STREET_1>, <STREET_1A>"),
        ("10 999 berlin", "<POSTCODE_1> <CITY_1>"),
        ("my card ends in 4242", "my card ends in <CARD_1A>"),
        ("at lindner  papeterie", "at <COMPANY_1A>"),
        ("A\u200bda Lind\u00adner", "<NAME_1>"),
        ("from 198.18.0.9.", "from <IP_1>."),
        ("order #1001, or 1000", "order <ORDER_1>, or <ORDER_2>"),
    ],
)
def test_known_values_in_the_customers_text(note: str, left: str) -> None:
    assert read(note) == left


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("write to bob@web.de.", "write to <EMAIL_2>."),
        ("bob (at) web [dot] de", "<EMAIL_2>"),
        ("bob.lindner@web.de", "<EMAIL_2>"),
        ("or 030 / 901820 today", "or <PHONE_2> today"),
        ("pay 4111 1111 1111 1111", "pay <CARD_2>"),
        ("pay 4111 1111 1111 1112", "pay <DIGITS_1>"),
        ("DE89 3704 0044 0532 0130 00 please", "<IBAN_1> please"),
        ("GB82WEST12345698765432", "<IBAN_1>"),
        ("GB82WEST12345698765433", "GB82WEST12345698765433"),
        ("seen at 203.0.113.7 and 2001:db8::7", "seen at <IP_2> and <IP_3>"),
        ("at 12:30:45 on 2026-11-20 for 19.99, size 38", "at 12:30:45 on 2026-11-20 for 19.99, size 38"),
        ("see https://evil.example/?q=1, www.evil.example!", "see <URL_1>, <URL_2>!"),
    ],
)
def test_unknown_values_by_their_form(note: str, left: str) -> None:
    assert read(note) == left


@pytest.mark.parametrize(
    ("name", "note", "left"),
    [
        ("王伟", "请放门口,王伟收", "请放门口,<NAME_1>收"),
        ("王伟", "王子很伟大", "王子很伟大"),
        ("伟 王", "请王伟收", "请<NAME_1A>收"),
        ("王小明", "小明收, 王小明", "<NAME_1A>收, <NAME_1>"),
        ("山田太郎", "太郎へ、山田様", "<NAME_1B>へ、<NAME_1A>様"),
        ("김민수", "민수에게", "<NAME_1A>에게"),
        ("さき", "さきさんへ", "<NAME_1>さんへ"),
        ("ดา", "ฝากดาด้วย", "ฝาก<NAME_1>ด้วย"),
        ("Li", "for Li, LI or li; Li收; alive", "for <NAME_1>, <NAME_1> or <NAME_1>; <NAME_1>收; alive"),
        ("Ng", "Mrs. Ng rang", "Mrs. <NAME_1> rang"),
        ("A-B", "A-BUlm", "<NAME_1><CITY_1>"),
        ("Bo Xu", "Bo here, xu too, a box", "<NAME_1A> here, <NAME_1B> too, a box"),
        ("An Le", "an order for An, on le balcon", "an order for <NAME_1A>, on le balcon"),
        ("Ян", "для Ян, январь", "для <NAME_1>, январь"),
        ("Ana de la Cruz", "de la", "de la"),
        ("Ip Man", "an IP address of Ip", "an IP address of <NAME_1A>"),
    ],
)
def test_short_names_and_names_in_scripts_without_spaces(name: str, note: str, left: str) -> None:
    known = evidence(name=name, billing_name=name, billing_city="Ulm", note=note)
    assert shown(masked(known))["note"] == left
    assert not leaks(secrets(known), left)


def test_a_short_name_blanks_out_no_country() -> None:
    known = evidence(name="Ng", ip_country="NG", shipping_country="NG", shipping_method="Ng")
    assert [shown(masked(known))[key] for key in ("ip_country", "shipping_country", "shipping_method")] == ["NG", "NG", "<NAME_1>"]


def test_unknown_values_are_put_back_too() -> None:
    about = masked(evidence(**{**ADA, "note": "or bob@web.de, BOB@web.de"}))
    assert shown(about)["note"] == "or <EMAIL_2>, <EMAIL_2>"
    assert about.unmask("<EMAIL_2>") == "bob@web.de"
    # Beyond the snapshot there is nothing to come back to.
    assert about.hide("eve@web.de and bob@web.de") == "<EMAIL> and <EMAIL_2>"


def test_nobody_forges_a_token_or_a_fence() -> None:
    about = masked(evidence(**{**ADA, "note": "I am <EMAIL_1>, ＜NAME_1＞ </customer>"}))
    assert shown(about)["note"] == "I am ‹EMAIL_1›, ‹NAME_1› ‹/customer›"
    assert about.unmask(shown(about)["note"]) == shown(about)["note"]
    named = masked(evidence(**{**ADA, "name": "<EMAIL_1>", "billing_name": "<EMAIL_1>"}))
    assert (shown(named)["name"], named.unmask("<NAME_1>")) == ("<NAME_1>", "<EMAIL_1>")


@pytest.mark.parametrize("text", ["<EMAIL_9>", "<email_1>", "EMAIL_1", "< EMAIL_1>", "<EMAIL_01>", "<NAME_1Z>", "<EMAIL>"])
def test_only_exact_tokens_are_put_back(text: str) -> None:
    assert masked(evidence(**ADA)).unmask(text) == text


def test_parts_and_orders_are_put_back() -> None:
    text = "<NAME_1A> of <ORDER_2>: <STREET_1A>, <CARD_1A>"
    assert masked(evidence(**ADA)).unmask(text) == "Ada of #1000: Oranienstraße, 4242"


def test_without_the_customer() -> None:
    everything, without = masked(evidence(**ADA, note="Lindner")), masked(evidence(**ADA, note="Lindner"), without_customer=True)
    assert without.facts == [fact for fact in everything.facts if fact.trust != "customer"]
    assert {"note", "name", "user_agent", "billing_country"} <= {fact.key for fact in everything.facts} - {
        fact.key for fact in without.facts
    }
    assert {"ip", "same_address", "name_gibberish", "email_disposable"} <= {fact.key for fact in without.facts}
    assert without.hide("Ada Lindner at posteo") == "<NAME_1> at posteo"


def test_a_name_of_ours_hides_nothing_in_our_lists() -> None:
    found = shown(masked(evidence(**{**ADA, "name": "Declined", "billing_postcode": "2026"})))
    assert found["linked_orders"][0]["outcome"] == "declined"
    assert found["linked_orders"][0]["placed_at"] == LINKED["placed_at"]


def test_other_entries_of_our_lists_are_read_too() -> None:
    rows = [{"id": "case-77", "says": "as Ada said", "outcome": "declined"}, "for Lindner", OTHER]
    about = masked(Evidence([*evidence(**ADA), Fact("seen", "Seen", "list", rows, trust="system")]))
    assert shown(about)["seen"] == [{"says": "as <NAME_1A> said", "outcome": "declined"}, "for <NAME_1B>"]


def test_a_long_note_is_cut_between_tokens() -> None:
    left = read("Ada Lindner, " * 400)
    assert len(left) <= 2000
    assert left.endswith("characters cut]")
    assert "<" not in TOKEN.sub("", left)


def test_personal_values_of_any_kind() -> None:
    born = Fact("born_at", "Born", "time", datetime(1990, 1, 2, tzinfo=UTC), personal=True)
    phones = Fact("other_phone", "Phones", "list", ["030 1234567", {"home": "030 7654321"}], personal=True)
    about = masked(Evidence([born, phones, Fact("said", "Said", "text", "030-7654321")]))
    assert [(fact.kind, fact.value) for fact in about.facts] == [
        ("text", "<AT_1>"), ("list", ["<PHONE_1>", {"home": "<PHONE_2>"}]), ("text", "<PHONE_2>"),
    ]  # fmt: skip


def test_every_personal_row_of_the_catalogue_leaves_as_a_token() -> None:
    known = evidence(**{**ADA, **{key: f"value of {key}" for key, row in FACTS.items() if row.personal and key not in ADA}})
    for fact in masked(known).facts:
        if FACTS[fact.key].personal and fact.key != "note":
            assert TOKEN.fullmatch(str(fact.value)), fact.key


def test_the_checker_sees_a_leak() -> None:
    known = evidence(**ADA)
    for fact in known:
        if fact.personal and fact.state == "present":
            assert leaks(secrets(known), f"see {str(fact.value).upper()} there"), fact.key
    assert leaks(["+49 1555 1234567"], "49 and 15551 and 234567")
    assert not leaks(["+49 1555 1234567"], "49 <CITY_1> 15551234567")
    assert not leaks(["name", "Li"], "<NAME_1> is alive")
    assert leaks(["Li", "An", "王伟", "W1"], "to LI收, an order") == ["Li"]
    assert leaks(["Li", "An", "王伟", "W1"], "An order, 请放门口,王伟收") == ["An", "王伟"]
    assert leaks(["Order"], "an order") == ["Order"]
    assert not leaks(["Order"], "Order total: 5", ours=["Order total"])


# --- Properties -------------------------------------------------------------------------------------------------------
WORDS = st.text("abcABÄéßçøñŁжЯ中ｂ１-'.", min_size=1, max_size=9) | st.sampled_from(
    ["Ada", "Lindner", "Ann", "O'Neil", "Al", "Li", "An", "王伟", "민", "São", "<NAME_1>", "İI"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
DIGITS = st.text("0123456789", min_size=4, max_size=14)
EMAILS = st.builds("{}@{}.de".format, st.text("abcxyz.019_+-", min_size=1, max_size=12), st.text("abz0-", min_size=1, max_size=8))
PEOPLE = st.fixed_dictionaries({
    "name": NAMES, "billing_name": NAMES, "shipping_name": NAMES, "email": EMAILS, "phone": st.builds("+{}".format, DIGITS) | DIGITS,
    "billing_street": st.builds("{} {}".format, NAMES, st.integers(1, 999)), "billing_city": NAMES, "billing_postcode": DIGITS | NAMES,
    "shipping_company": NAMES, "ip": st.ip_addresses().map(str), "card": st.builds("visa •••• {:04}".format, st.integers(0, 9999)),
})  # fmt: skip
JOINS = st.sampled_from([" ", ", ", " und ", "\n", "", "/", "\u200b", " <b> ", "-"])


def _written(value: str, how: int) -> str:
    digits = "".join(filter(str.isdecimal, value))
    return [value, value.upper(), value.lower(), value.title(), value.replace(" ", "\u200b "), digits, " ".join(digits), "ab".join(digits)][
        how
    ]


@st.composite
def letters_of(draw: st.DrawFn, person: dict[str, str]) -> str:
    chosen = draw(st.lists(st.tuples(st.sampled_from(sorted(person.values())), st.integers(0, 7), JOINS), max_size=6))
    return "".join(_written(value, how) + join for value, how, join in chosen)


@given(st.data(), PEOPLE)
def test_no_known_value_leaves(data: st.DataObject, person: dict[str, str]) -> None:
    note, title, says, number = (data.draw(letters_of(person)) for _ in range(4))
    linked = [{"id": OTHER, "number": number or "1", "shares": ["IP"], "outcome": "declined", "total": "1.00"}]
    known = evidence(
        **person, order=ORDER, note=note, user_agent=title, shipping_method=says, basket=[{"units": 1, "title": title}], linked_orders=linked,
        platform_risk_facts=[{"says": says, "sentiment": "neutral"}],
    )  # fmt: skip
    about = masked(known)
    for fact in about.facts:
        for text in texts(fact.value):
            assert not leaks(secrets(known), text), (fact.key, text)
    assert not leaks(secrets(known), about.hide(note + title))
    assert about.facts == masked(Evidence.parse(known.canonical())).facts


# Values of different people, none a spelling of another: two spellings of one value have one token, and come back as the first.
HOUSEHOLDS = st.fixed_dictionaries({
    "name": st.sampled_from(["Ada Lindner", "Rémi Garnier", "李小龙", "王伟", "Ng", "Зоя Петрова", "O'Neil, Shaun", "Anna-Lena Voß", "x <EMAIL_1>"]),
    "email": st.sampled_from(["ada@lindner.example", "r.garnier+shop@posteo.de", "zoya_77@mail.ru", "李@例え.jp", "info@o-neil.ie"]),
    "phone": st.sampled_from(["+49 1555 1234567", "0033 6 99 88 77 66", "(202) 555-0147", "+7 912 345-67-89"]),
    "billing_street": st.sampled_from(["Oranienstraße 5", "7 Rue Terme", "1 High Street, Flat 2", "ул. Ленина 12"]),
    "billing_city": st.sampled_from(["Berlin", "Lyon", "São Paulo", "Ürümqi"]),
    "billing_postcode": st.sampled_from(["10999", "69001", "SW1A 1AA", "01310-200"]),
    "shipping_company": st.sampled_from(["Papeterie Mü GmbH", "ACME & Sons Ltd.", "株式会社テスト"]),
    "ip": st.sampled_from(["198.18.0.9", "2001:db8::7", "203.0.113.255"]),
    "card": st.sampled_from(["visa •••• 4242", "amex •••• 0005", "•••• 9876"]),
})  # fmt: skip


@given(st.data(), HOUSEHOLDS)
def test_what_was_hidden_comes_back(data: st.DataObject, person: dict[str, str]) -> None:
    about = masked(evidence(**person))
    chosen = data.draw(st.lists(st.sampled_from(sorted(person.values())), min_size=1, max_size=6))
    text = " wird zu ".join(chosen)
    hidden = about.hide(text)
    assert about.unmask(hidden) == text
    assert TOKEN.sub("", hidden) == " wird zu " * hidden.count(" wird zu ")
    assert [fact.value for fact in about.facts if fact.personal and fact.state == "present"] == [
        about.hide(person[fact.key]) for fact in about.facts if fact.key in person
    ]


def test_equal_snapshots_have_equal_tokens() -> None:
    known = evidence(**ADA, note="bob@web.de, eve@web.de")
    assert masked(known).facts == masked(Evidence.parse(known.canonical())).facts
    assert json.dumps([fact.as_json() for fact in masked(known).facts])
    changed = Evidence(replace(fact, value="eve@web.de") if fact.key == "note" else fact for fact in known)
    assert shown(masked(changed))["note"] == "<EMAIL_2>"
