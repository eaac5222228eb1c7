"""What to do with orders that get stuck in ways that come again. Supervisors change them on the page."""

from ordersops.cases.lanes import Play
from triage.outcomes import HANDLED, TELL, WAIT

PLAYBOOKS = (
    Play(
        "parcel-lost",
        "The carrier has lost it",
        (("carrier_lost", "eq", True),),
        (
            "Open a claim with the carrier today; the time for claims is short.",
            "Look whether the goods are in stock for a second parcel.",
            "Ask for the replacement or the refund on the order's page, then close this as handled.",
        ),
        HANDLED.key, "H0", "N1", "The carrier says that it is lost.",
    ),
    Play(
        "address-incomplete",
        "The address cannot be delivered to",
        (("address_state", "eq", "ask"),),
        (
            "Read what is wrong with the address; often only the house number is missing.",
            "Write to the customer, and wait for the answer before anything ships.",
        ),
        TELL.key, "M0", "N1", "The address lacks something that we cannot find out ourselves.",
        {
            "subject": "Your delivery address",
            "text": "Thank you for your order. Something seems to be missing in your delivery address. Please send us the full address, with the "
            "house number, and we send your order on its way.",
        },
    ),
    Play(
        "ordered-twice",
        "Ordered twice by mistake",
        (("duplicate_of", "present", ""),),
        (
            "Compare both orders: the same lines and the same total within minutes are a double click.",
            "Ask the customer which one should stay; ship neither before the answer.",
        ),
        WAIT.key, "W0", "N1", "Looks like the same order twice.",
    ),
)  # fmt: skip
