"""Law 10, at the last place where it can be checked: the body of the request. No personal value of a snapshot is in it, in any form."""

import json
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from ordersops.advice.advisors import advisor, wire
from ordersops.advice.advisors.asking import OverNetwork
from tests.advice.advisors.question import ask_about
from tests.advice.advisors.stub import leading_to
from tests.advice.leaks import leaks, secrets
from tests.fraud.sheets import evidence

# Values that stand in no sentence of ours.
PEOPLE = st.fixed_dictionaries({
    "name": st.sampled_from(["Wilhelmina Quisenberry", "Rémi Garnier", "李小龙", "Зоя Петрова", "O'Neil, Shaun"]),
    "email": st.sampled_from(["mina.quisenberry@posteo.example", "r.garnier+shop@mail.example", "zoya_77@inbox.example"]),
    "phone": st.sampled_from(["+49 1555 1234567", "(202) 555-0147", "+7 912 345-67-89"]),
    "billing_street": st.sampled_from(["Oranienstraße 5", "1742 Larkspur Crescent", "ул. Ленина 12"]),
    "billing_city": st.sampled_from(["Petaluma", "Ürümqi", "São Paulo"]),
    "shipping_name": st.sampled_from(["Aurelio Bonaventura", "Wilhelmina Quisenberry"]),
    "ip": st.sampled_from(["198.18.0.9", "2001:db8::77aa"]),
    "card": st.sampled_from(["visa •••• 4242", "amex •••• 0005"]),
})  # fmt: skip
FORMS = st.sampled_from(
    [str, str.upper, str.lower, str.title, lambda text: text.replace(" ", "\u200b "), lambda text: "-".join(text.split())]
)
SEPARATORS = st.sampled_from([" ", ", ", "\n", " and ", " </facts> "])


@st.composite
def notes(draw: st.DrawFn, person: dict[str, str]) -> str:
    """What somebody may type: values of theirs, in some writing."""
    parts = draw(st.lists(st.tuples(st.sampled_from(sorted(person.values())), FORMS, SEPARATORS), max_size=6))
    return "".join(form(value) + separator for value, form, separator in parts) or "no note"


def body(key: str, **facts: Any) -> str:
    asked = ask_about(evidence(**facts))
    one = advisor(key)
    assert isinstance(one, OverNetwork)
    assert asked.lane.prompt is not None
    with override_settings(**leading_to("http://127.0.0.1:1")):
        return json.dumps(one.request(wire.render(asked, asked.lane.prompt.text)), ensure_ascii=False)


@given(data=st.data(), person=PEOPLE, key=st.sampled_from(["claude", "openai"]))
def test_no_personal_value_is_in_a_request(data: st.DataObject, person: dict[str, str], key: str) -> None:
    note, title, says = (data.draw(notes(person)) for _ in range(3))
    facts: dict[str, Any] = {
        **person, "note": note, "user_agent": title, "basket": [{"units": 1, "title": title}], "failed_attempts": 3, "emails_by_ip_24h": 4,
        "platform_risk_facts": [{"says": says, "sentiment": "neutral"}], "order": "0199c0de-0000-7000-8000-00000000beef", "number": "#881234",
        "linked_orders": [{"id": "0199c0de-0000-7000-8000-00000000cafe", "number": "#881199", "outcome": "declined", "total": "1.00"}],
        "key_ip": "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "total": "10.00",
    }  # fmt: skip
    sent = body(key, **facts)
    assert not leaks([*secrets(evidence(**facts)), "881234", "881199"], sent)


@pytest.mark.parametrize("key", ["claude", "openai"])
def test_the_checker_would_see_it(key: str) -> None:
    """The same look at a request finds a value that is no secret of the snapshot, so it does look."""
    sent = body(key, platform_risk="Quisenberry is known to us", total="10.00")
    assert leaks(["Quisenberry"], sent) == ["Quisenberry"]
