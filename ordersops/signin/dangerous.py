"""What needs a fresh proof of who is there: acts that change who may do what, where secrets lie, or what happens by itself.

Whoever sits down at a desk that somebody left open must not walk away with a key: making one, showing one, and saying where what it
opens is sent are all among them.
"""

from django.http import HttpRequest

PROOF_SECONDS = 15 * 60
DANGEROUS = {
    "person_invite", "person_link", "person_role_give", "person_deactivate", "person_reopen", "person_sessions_end", "rights_approve",
    "role_make", "role_change", "factor_require", "factor_lift",
    "store", "store_connect", "store_rotate", "tokens", "webhook", "webhook_new", "webhook_rotate", "slack_link", "slack_confirm",
    "policy_approve", "rollout_promote", "rollout_allow", "effect_approve", "privacy_settle",
}  # fmt: skip
SECRETS = ("secret", "password", "token", "key")


def holds_secret(request: HttpRequest) -> bool:
    """Such a form is never kept for later: a session is a row in the database."""
    names = [name.lower() for name, value in request.POST.items() if value and name != "csrfmiddlewaretoken"]
    return bool(request.FILES) or any(word in name for name in names for word in SECRETS)
