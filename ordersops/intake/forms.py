"""Filters of the list of deliveries."""

from django import forms

from ordersops.intake.models import DeliveryState
from ordersops.lists import Filters, StoreField, Words


class DeliveryFilters(Filters):
    q = Words()
    store = StoreField()
    state = forms.ChoiceField(choices=[("", "All"), *DeliveryState.choices])
    topic = Words()
