"""Filters of the list of effects."""

from django import forms

from ordersops.effects.models import EffectState
from ordersops.lists import Filters, StoreField


class EffectFilters(Filters):
    state = forms.ChoiceField(choices=[("", "All"), *EffectState.choices])
    store = StoreField()
