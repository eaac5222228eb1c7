"""Settings from the environment, typed. Nonsense stops the start with one sentence; nothing is guessed."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable, or `default` where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    """`1 true yes on` or `0 false no off`; anything else is refused."""
    raw = text(name).lower()
    if not raw:
        return default
    if raw in TRUE:
        return True
    if raw in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {raw!r}: say true or false.")


def number(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """A whole number within `least` and `most`."""
    raw = text(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {raw!r}: a whole number is needed.") from None
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} is {value}: it must lie between {least} and {most}.")
    return value


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of the allowed words."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}: say {', '.join(allowed[:-1])} or {allowed[-1]}.")
    return value


def mail_server(name: str) -> dict[str, object]:
    """Django's e-mail settings out of `smtp://user:password@host:587` (STARTTLS where a password is sent) or `smtps://…:465`; {} where unset."""
    raw = text(name)
    if not raw:
        return {}
    try:
        url, port = urlsplit(raw), urlsplit(raw).port
    except ValueError:
        url, port = urlsplit(""), None
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise ImproperlyConfigured(f"{name} cannot be read: an address such as smtp://user:password@mail.example.com:587 is needed.")
    sealed = url.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": port or (465 if sealed else 587 if url.password else 25),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": sealed,
        "EMAIL_USE_TLS": not sealed and bool(url.password),
    }


def names(name: str, default: list[str]) -> list[str]:
    """A list separated by commas."""
    raw = text(name)
    return [part.strip() for part in raw.split(",") if part.strip()] if raw else default


def kept_secret(name: str, path: Path, make: Callable[[], str]) -> str:
    """The secret in the variable, else the one kept in the file `path`, which is made (mode 600) when it is not there."""
    if value := text(name):
        return value
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        sentence = f"Cannot write {path}: {error.strerror}. Give this user the right, or set {name} or ORDERSOPS_DATA."
        raise ImproperlyConfigured(sentence) from error
    with os.fdopen(handle, "w") as file:
        secret = make()
        file.write(secret + "\n")
    return secret


def _read(path: Path) -> str:
    """The secret in the file. Another process may have made the file a moment ago and not have written it yet."""
    for _ in range(100):
        try:
            if secret := path.read_text().strip():
                return secret
        except OSError as error:
            raise ImproperlyConfigured(f"Cannot read {path}: {error.strerror}. Give this user the right, or set ORDERSOPS_DATA.") from error
        time.sleep(0.02)
    raise ImproperlyConfigured(f"The file {path} is empty: delete it, or put the secret into it.")
