"""What more of a fact (or its being true) speaks for: `for` or `against` risk. Data for the verifier: a claim that says the opposite is not believed.

A signal that fired goes before this table. Facts that can speak both ways (money, units, times, whatever the customer typed) are not in it.
"""

_RISKIER = (
    "gift_card_units", "resaleable", "digital_only", "express", "scripted_checkout",
    "name_gibberish", "email_disposable", "email_free", "email_random", "email_digits",
    "distance_km", "forwarder", "po_box", "user_agent_script", "user_agent_outdated",
    "failed_attempts", "cards_tried", "over_usual", "times_own_usual",
    "orders_by_ip_1h", "orders_by_ip_24h", "orders_by_card_24h", "orders_by_device_1h", "orders_by_device_24h", "orders_by_ship_1h",
    "orders_by_email_1h", "orders_by_email_24h", "emails_by_ip_1h", "emails_by_ip_24h", "emails_by_card_30d", "emails_by_device_30d",
    "emails_by_ship_30d", "emails_by_phone_30d", "cards_by_email_30d", "cards_by_ip_1h", "bin_suspect_1h", "small_burst_1h", "failed_burst_1h",
    "countries_30d", "prior_disputes", "prior_refunds", "new_card", "new_address", "new_device",
    "linked_fraud", "linked_declined", "linked_disputed", "block_hits",
)  # fmt: skip
_SAFER = (
    "name_in_email", "email_verified", "phone_valid", "phone_country_fits", "account_age_days",
    "same_address", "same_country", "same_recipient", "house_number", "language_sent", "language_fits",
    "card_country_fits", "cvv_match", "avs_street", "avs_postcode", "cardholder_likeness",
    "customer_confirmed", "confirmed_address", "confirmed_card", "prior_orders", "seconds_since_last", "good_orders", "allow_hits",
)  # fmt: skip
LEANINGS: dict[str, str] = {**dict.fromkeys(_RISKIER, "for"), **dict.fromkeys(_SAFER, "against")}
