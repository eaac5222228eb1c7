"""What is typed on the pages of search and saved views."""

from django import forms

from ordersops.lists import Words


class SearchForm(forms.Form):
    q = Words(required=False)


class ViewForm(forms.Form):
    name = forms.CharField(max_length=60)
    path = forms.CharField(max_length=100)
    query = forms.CharField(max_length=1000, required=False)
    store = forms.UUIDField(required=False)
