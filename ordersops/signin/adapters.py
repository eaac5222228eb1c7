"""How second factors and company sign-in work here. Signing in by e-mail is accounts.py."""

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from ordersops.sealing import seal, unseal


class MFAAdapter(DefaultMFAAdapter):
    """Seeds of authenticator apps and recovery codes lie sealed in the database."""

    CONTEXT = "mfa_authenticator.data"

    def get_totp_issuer(self) -> str:
        return "ordersops"

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text.encode(), context=self.CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), context=self.CONTEXT).decode()


class SocialAdapter(DefaultSocialAccountAdapter):
    """The company says who somebody is; whether they may come in is ours: an account is made by an invitation alone."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False
