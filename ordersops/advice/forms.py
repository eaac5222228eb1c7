"""Filters of the pages about advisors."""

from django import forms

from ordersops.lists import Filters, StoreField, Words

PERIODS = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "a year"))
USUAL = 30


class AdvisorFilters(Filters):
    """`of` names the version that is looked at closely: lane, advisor and version, apart by |."""

    store = StoreField()
    lane = forms.ChoiceField()
    days = forms.ChoiceField(choices=PERIODS)
    of = Words()


class ReplayFilters(Filters):
    store = StoreField()
    lane = forms.ChoiceField()
