"""Card testing: one script, one address, one run of card numbers, dozens of tiny orders."""

from __future__ import annotations

from .. import cards, catalogue, devices, people
from ..scene import Scene, Story
from .registry import tale


@tale("A card-testing burst", weight=0.6)
def card_testing(scene: Scene) -> Story:
    """Thirty to sixty tiny orders within a minute or two; most payments fail, one in ten works."""
    rng = scene.rng
    script, bin_number = devices.datacentre(rng), rng.choice(("400012", "411773", "455951"))
    country = "US" if scene.shop.currency == "USD" else "DE"
    orders = []
    for _ in range(rng.randint(30, 60)):
        card = cards.of_one_bin(rng, bin_number, country)
        person = scene.newcomer(country).using(
            card=card, email=f"{people.gibberish(rng, 9)}@gmail.com", email_verified=False, device=script
        )
        orders.append(scene.draft(person, catalogue.cheapest(scene.shop.index), awaits_word=True))
    for order in orders:
        scene.place(order)
        yield rng.uniform(0.3, 1.0)
        if rng.random() < 0.1:
            scene.authorise(order)
        else:
            scene.decline(order, code=rng.choice(("card_declined", "incorrect_cvc", "invalid_number", "do_not_honor")))
        yield rng.uniform(0.4, 1.4)
