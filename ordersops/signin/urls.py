from allauth.account.views import account_inactive, login, logout, reauthenticate
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.socialaccount.views import login_cancelled, login_error
from django.urls import path

from ordersops.signin import views

# Of allauth what is needed: accounts are made by an invitation, and what is not routed cannot be reached.
urlpatterns = [
    path("accounts/login/", login, name="account_login"),
    path("accounts/logout/", logout, name="account_logout"),
    path("accounts/inactive/", account_inactive, name="account_inactive"),
    path("accounts/confirm/", reauthenticate, name="account_reauthenticate"),
    path("accounts/factor/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/factor/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/key/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("accounts/key/confirm/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("accounts/oidc/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    path("accounts/oidc/error/", login_error, name="socialaccount_login_error"),
    path("accounts/oidc/<slug:provider_id>/", oidc.login, name="openid_connect_login"),
    path("accounts/oidc/<slug:provider_id>/callback", oidc.callback, name="openid_connect_callback"),
    path("account/", views.account, name="mfa_index"),
    path("account/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/codes/file", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("account/keys/", views.account, name="mfa_list_webauthn"),
    path("account/keys/add/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("account/keys/<int:pk>/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/keys/<int:pk>/remove/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("account/sessions/<int:pk>/end", views.end_session, name="session_end"),
    path("account/sessions/end", views.end_others, name="sessions_end"),
    path("people/<uuid:pk>/sessions/end", views.end_persons, name="person_sessions_end"),
    path("sign-in/", views.rules, name="factor_rules"),
    path("sign-in/require", views.require_factor, name="factor_require"),
    path("sign-in/lift", views.lift_factor, name="factor_lift"),
]
