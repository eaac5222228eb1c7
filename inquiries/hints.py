"""What stands out in the queue of inquiries besides what does in every one."""

from django.db.models import Q

from inquiries.reasons import ANSWER
from inquiries.rules import AT_ONCE, MISSING, PERSON
from inquiries.triggers import FIRST, TRIGGERS
from ordersops.cases.lanes import Hint, Sign

SIGNS = {
    **{one.key: Sign(one.says.rstrip("."), "words", (AT_ONCE if one.first else PERSON,)) for one in TRIGGERS},
    "never_automatic": Sign("Always a person's", "intent", (AT_ONCE,)),
    "for_a_person": Sign("Answered by a person", "intent", (PERSON,)),
    "unsure": Sign("Not sure what is wanted", "intent", (PERSON,)),
    "no_language": Sign("Language that cannot be answered", "intent", (PERSON,)),
    "unknown_sender": Sign("Sender not known", "identity", (PERSON,)),
    "disputes_before": Sign("Disputed payments before", "history", (PERSON,)),
    "dispute_open": Sign("Payment is disputed", "history", (AT_ONCE,)),
    "answered_before": Sign("An automatic reply did not settle it", "history", (PERSON,)),
    "just_replied": Sign("An automatic reply has just gone", "history", (PERSON,)),
    "high_value": Sign("Order of high value", "order", (PERSON,)),
    "late": Sign("Delivery is late", "order", (PERSON,)),
    "no_refund": Sign("Refund expected, none on record", "order", (PERSON,)),
    "address_stays": Sign("Address cannot be changed by itself", "order", (PERSON,)),
    "no_draft": Sign("Facts are not enough for an answer", "draft", (MISSING,)),
    "bad_draft": Sign("Answer says more than the facts", "draft", (AT_ONCE,)),
}

HINTS = (
    Hint(
        "first", "to be heard first", "Words of harm, threats, disputes, legal steps or personal data are in the message.", "high",
        lambda user: Q(signals__overlap=sorted(FIRST)), tone="bad",
    ),
    Hint(
        "ready", "with an answer that is ready", "An answer made of facts is advised, and all of it holds.", "messages",
        lambda user: Q(escalated_to=""), tone="good", advised=frozenset({ANSWER.key}), several=True,
    ),
)  # fmt: skip
