"""Points per signal: one table, one version. Starting priors of ours, in the proportions of the sources in fraud.md 4.

None of the sources' own weights is validated on public data and their scales differ (fraud.md 4), so these are to be
refitted on outcomes. A row with several numbers has levels, the weakest first. Negative points speak against risk.
Related signals are kept low on purpose: a reviewer's ordinary order carries 5 to 20 points, a look begins at 30.
"""

VERSION = "2026.11.1"

WEIGHTS: dict[str, tuple[int, ...]] = {
    # identity
    "name_gibberish": (8,),
    "name_email_mismatch": (4,),
    "recipient_differs": (4,),
    "cardholder_mismatch": (8,),
    "first_order": (5,),
    # email
    "email_disposable": (28,),
    "email_free_provider": (2,),
    "email_pattern": (6, 12),
    "email_unverified": (4,),
    # phone
    "phone_invalid": (6,),
    "phone_country_mismatch": (6,),
    "phone_reused": (8, 14),
    # address
    "bill_ship_mismatch": (5,),
    "bill_ship_country_mismatch": (14,),
    "bill_ship_distance": (4, 8),
    "forwarder": (12,),
    "po_box": (5,),
    "house_number_missing": (5,),
    "address_reused": (8, 16),
    # geo and device
    "language_mismatch": (6,),
    "user_agent_script": (15,),
    "user_agent_outdated": (5,),
    "ip_shared": (5, 10),
    "device_shared": (10, 18),
    # payment
    "cvv_fail": (18,),
    "avs_postcode_fail": (9,),
    "avs_street_fail": (6,),
    "card_country_mismatch": (12,),
    "prepaid_disposable": (10,),
    "prepaid": (4,),
    "failed_attempts": (5, 10, 16),
    "cards_tried": (8, 16),
    "wallet": (-5,),
    "card_checks_passed": (-6,),
    # velocity
    "email_velocity": (5, 10),
    "ip_velocity": (8, 18),
    "card_velocity": (10, 18),
    "device_velocity": (8, 18),
    "address_velocity": (6, 12),
    "quick_repeat": (6,),
    "small_amount_burst": (15, 25),
    "failed_burst": (12, 20),
    "bin_burst": (15, 25),
    "cards_per_email": (8, 16),
    "emails_per_card": (12, 20),
    "countries_per_customer": (6,),
    # basket
    "first_order_large": (8, 14),
    "amount_far_over_usual": (8,),
    "amount_multiple_of_own": (6, 12),
    "express_first_order": (8,),
    "gift_cards": (8, 16),
    "resaleable": (4, 12),
    "many_units": (5, 10),
    "digital_only": (4,),
    # behaviour
    "scripted_checkout": (5,),
    "note_presses": (4,),
    "no_language": (3,),
    # history
    "new_account_large": (4,),
    "dormant_then_large": (10,),
    "account_takeover": (30,),
    "prior_disputes": (15, 30),
    "prior_refunds": (5, 10),
    "good_history": (-10, -20),
    # what the customer said by a link: that it was not them outweighs all; that it was says little, as a thief reads mail too
    "customer_denied": (100,),
    "confirmation_differs": (10, 18),
    "customer_confirmed": (-3, -8),
    # network
    "linked_to_fraud": (40,),
    "linked_to_declined": (15, 25),
    "linked_disputes": (10, 20),
    "platform_risk": (12, 28),
    "platform_risk_low": (-4,),
    "platform_facts": (4,),
    "block_list": (100,),
    "allow_list": (-40,),
}
