from allauth.account.views import account_inactive, login, logout
from django.urls import path

from ordersops.accounts import views

# Of allauth only signing in and out: accounts are made here, and what is not routed cannot be reached.
urlpatterns = [
    path("accounts/login/", login, name="account_login"),
    path("accounts/logout/", logout, name="account_logout"),
    path("accounts/inactive/", account_inactive, name="account_inactive"),
    path("people/", views.people, name="people"),
    path("people/invite", views.invite, name="person_invite"),
    path("people/<uuid:pk>/", views.person, name="person"),
    path("people/<uuid:pk>/roles/give", views.give_role, name="person_role_give"),
    path("people/<uuid:pk>/roles/take", views.take_role, name="person_role_take"),
    path("people/<uuid:pk>/deactivate", views.deactivate, name="person_deactivate"),
]
