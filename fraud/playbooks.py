"""What to do in situations of fraud review that come again (fraud.md 3 and 5.6). Supervisors change them on the page."""

from fraud.reasons import DECLINE, RELEASE
from ordersops.cases.lanes import Play
from ordersops.review.playbooks import SAW

PLAYBOOKS = (
    Play(
        "card-testing",
        "Card testing",
        ((SAW, "contains", "small_amount_burst"),),
        (
            "Look at the linked orders: the same network or device, small amounts, many cards.",
            "Check that no order of the row has shipped; what has not is held already.",
            "Decide the attack as one case where there is one, not order by order.",
            "Ask the shop to slow its checkout down while the row goes on.",
        ),
        DECLINE.key, "D3", "O2", "Card testing: one source, small amounts, several cards within the hour.",
    ),
    Play(
        "gift-explained",
        "A gift explains the difference",
        ((SAW, "contains", "recipient_differs"), ("same_country", "eq", True), ("cvv_match", "eq", True), ("cards_tried", "le", 1)),
        (
            "Read the customer's note and the shipping name: is it somebody's present?",
            "Make sure that payer and recipient are both real people in the same country.",
            "Look at the linked orders: none may be fraud, declined or disputed.",
        ),
        RELEASE.key, "A4", "O2", "A present: payer and recipient differ, and the card's own checks passed.",
    ),
    Play(
        "forwarder",
        "Parcel forwarder",
        (("forwarder", "eq", True),),
        (
            "Compare the suite or customer number in the address with earlier orders to this door.",
            "Look whether card, phone and browser belong to the country of the payer.",
            "A known customer abroad may well use a forwarder: ask before you decline.",
        ),
        DECLINE.key, "D5", "O2", "Ships to a parcel forwarder, and nothing explains it.",
    ),
    Play(
        "account-takeover",
        "Account taken over",
        ((SAW, "contains", "account_takeover"),),
        (
            "Compare device, network, address and basket with what this customer did before.",
            "Call the number of the older orders, not the one of this order.",
            "Ask the shop to end the account's sessions and to set a new password.",
        ),
        DECLINE.key, "D4", "O1", "An old account with a new device and a new address.",
    ),
    Play(
        "known-customer-moved",
        "Known customer at a new address",
        (("good_orders", "ge", 3), ("prior_disputes", "eq", 0), ("new_address", "eq", True), ("same_country", "eq", True)),
        (
            "Look at the earlier orders: delivered, undisputed, of the same kind.",
            "A new address beside an old device and an old card is a move, not a takeover.",
        ),
        RELEASE.key, "A3", "O2", "Known customer, delivered orders before, new address in the same country.",
    ),
    Play(
        "stack-of-gift-cards",
        "Gift cards on a first order",
        (("gift_card_units", "ge", 3), ("prior_orders", "eq", 0)),
        (
            "Gift cards are spent within minutes: decide these before others.",
            "Ask the customer to confirm the order (v) where e-mail and payer seem to be one person.",
            "Release only what was confirmed, or what card and history speak for.",
        ),
    ),
)  # fmt: skip
