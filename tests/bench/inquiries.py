"""Inquiries: messages read, entities found and drafts composed and checked a second, and a batch of messages to answered questions.

Nothing waits for a network. `--quick` takes smaller samples.
"""

import time
from collections.abc import Callable
from typing import Any

from tests.bench.report import Report, arguments
from tests.bench.stage import stage


def main() -> None:
    asked = arguments(__doc__ or "")
    report = Report("inquiries", as_json=asked.json)
    rounds, messages = (1, 60) if asked.quick else (5, 600)
    with stage() as on:
        on.django()
        read, alone = _read(report, rounds)
        found = _found(report, rounds)
        drafted = _drafted(report, rounds * 40)
        taken, answered, cases = _answered(report, messages)
        report.summary(
            {
                "one message is read within 10 ms": alone > 100,
                "a draft is composed and checked within 10 ms": drafted > 100,
                "every message became a case": cases == messages,
            },
            classified_per_s=read, classified_alone_per_s=alone, entities_per_s=found, drafts_per_s=drafted, taken_in_per_s=taken,
            answered_per_s=answered, cases=cases,
        )  # fmt: skip


def _rate(count: int, work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return round(count / (time.perf_counter() - start), 1)


def _read(report: Report, rounds: int) -> tuple[float, float]:
    """What is wanted: in batches, as questions are answered, and one by one. That it learns comes before and is told apart."""
    from inquiries.classifier import classifier, utterances

    start = time.perf_counter()
    reader = classifier()
    report.row("learned, or read what was kept", done=1, seconds=round(time.perf_counter() - start, 2))
    texts = [one.text for one in utterances()]
    batches = [texts[at : at + 50] for at in range(0, len(texts), 50)]
    read = _rate(rounds * len(texts), lambda: [reader.read(batch) for _ in range(rounds) for batch in batches])
    some = texts[::10]
    alone = _rate(rounds * len(some), lambda: [reader.read([text]) for _ in range(rounds) for text in some])
    report.row("messages classified, fifty at once", done=rounds * len(texts), per_s=read)
    report.row("messages classified, one by one", done=rounds * len(some), per_s=alone)
    return read, alone


def _found(report: Report, rounds: int) -> float:
    """What a long message names: numbers, addresses, products of an order."""
    from inquiries.entities import extract

    message = (
        "Hello, my order #385897138 and the one before, order 1042, tracking 00340434161094042557, should go to Kastanienallee 12a, "
        "10435 Berlin instead of 12 Main Street, Springfield, IL 62701. The Head lamp is missing. Write to ada@customer.example. "
    ) * 4
    products = ["Head lamp 400 lumen", "Solar lantern", "Rain shell, men, graphite"]
    count = rounds * 200
    entities = len(extract(message, products=products))
    rate = _rate(count, lambda: [extract(message, products=products) for _ in range(count)])
    report.row("messages searched for entities", done=count, per_s=rate, named=entities, characters=len(message))
    return round(rate * entities, 1)


def _drafted(report: Report, rounds: int) -> float:
    """Each kind of answer, composed of facts and held against them."""
    from inquiries.checking import faults
    from inquiries.composing import compose
    from tests.inquiries.sheets import ADDRESS, DELIVERED, REFUNDED, SHIPPED, evidence

    sheets = [
        evidence(), evidence(SHIPPED), evidence(DELIVERED, language="de"), evidence(REFUNDED, intent="refund.status"), evidence(ADDRESS),
        evidence(intent="order.damaged"), evidence(identity_known=False),
    ]  # fmt: skip

    def work() -> None:
        for _ in range(rounds):
            for sheet in sheets:
                draft = compose(sheet)
                assert draft is not None
                assert not faults(draft.text, sheet, subject=draft.subject)

    rate = _rate(rounds * len(sheets), work)
    report.row("drafts composed and checked", done=rounds * len(sheets), per_s=rate)
    return rate


def _answered(report: Report, count: int) -> tuple[float, float, int]:
    """Messages about orders, taken in one after the other; then their questions, to cases with advice."""
    from inquiries import actions
    from inquiries.models import Channel
    from ordersops.accounts.actions import sync_roles
    from ordersops.advice.jobs import answer
    from ordersops.cases.models import Case
    from ordersops.orders.keys import order_keys
    from ordersops.stores.actions import connect
    from tests.factories import OrderFactory

    system = sync_roles()
    store = connect(name="Bench of inquiries", platform="generic", by=system, currency="EUR")
    said = ("Where is my order {}?", "When will order {} arrive?", "Wo bleibt meine Rückerstattung zu Bestellung {}?",
            "Order {} arrived damaged, the glass is broken.", "Please cancel order {}.")  # fmt: skip
    incoming = []
    for number in range(10_000, 10_000 + count):
        email = f"c{number}@customer.example"
        key = order_keys(email=email, phone="", address={}, client={}, cards=[])["email_key"]
        OrderFactory(store=store, number=str(number), currency="EUR", risk="clear", payment="paid", email=email, email_key=key)
        text = said[number % len(said)].format(number)
        incoming.append(actions.Incoming(channel=Channel.API, sender_email=email, text=text, proved=True))
    taken = _rate(count, lambda: [actions.receive(store=store, said=one, by=system) for one in incoming])
    report.row("messages taken in: order found, sender known", done=count, per_s=taken)

    def work() -> None:
        while answer():
            pass

    rate = _rate(count, work)
    cases = Case.objects.filter(store=store, lane="inquiries").count()
    report.row("questions answered: evidence, draft, advice, case", done=count, per_s=rate, cases=cases)
    return taken, rate, cases


if __name__ == "__main__":
    main()
