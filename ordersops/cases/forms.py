"""Filters of the queue."""

from django import forms

from ordersops.lists import Filters, StoreField, Words

BANDS = [("high", "High"), ("anomalous", "Anomalous")]


class QueueFilters(Filters):
    q = Words()
    store = StoreField()
    band = forms.ChoiceField(choices=[("", "All"), *BANDS])
    mine = forms.BooleanField()
    overdue = forms.BooleanField()
    attack = forms.BooleanField()
