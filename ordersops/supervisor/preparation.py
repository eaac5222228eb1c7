"""What must be true before anything starts: the database answers and fits, and roles, reasons, playbooks, prompts and static files are in place."""

from collections.abc import Callable
from io import StringIO

from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import Error, NotSupportedError, connection

from ordersops.supervisor.refusals import DATABASE, MIGRATION, PREPARATION, Refused

OLDEST_POSTGRESQL = 150000


def prepare(say: Callable[[str], None]) -> None:
    """Bring database, roles, prompts and static files to this version. Safe to repeat. Raises Refused."""
    _database_answers()
    say("applying migrations")
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except Exception as error:  # a migration may fail in any way, and its words are what helps
        raise Refused(MIGRATION, f"The migrations could not be applied ({_one_line(error)}).") from error
    for command in (
        ["createcachetable"],
        ["sync_roles"],
        ["sync_reasons"],
        ["sync_playbooks"],
        ["register_prompts"],
        ["collectstatic", "--no-input"],
    ):
        try:
            call_command(*command, verbosity=0, stdout=StringIO())
        except (CommandError, Error, OSError, ImproperlyConfigured) as error:
            raise Refused(PREPARATION, f"manage.py {command[0]} failed ({_one_line(error)}).") from error
    try:
        call_command("check", fail_level="ERROR", verbosity=0, stdout=StringIO(), stderr=StringIO())
    except SystemCheckError as error:
        raise Refused(PREPARATION, _one_line(error)) from error


def _database_answers() -> None:
    try:
        connection.ensure_connection()
        if connection.pg_version < OLDEST_POSTGRESQL:  # type: ignore[attr-defined]
            raise Refused(DATABASE, f"The database is PostgreSQL {connection.pg_version // 10000}: 15 or newer is needed.")  # type: ignore[attr-defined]
    except NotSupportedError as error:
        raise Refused(DATABASE, f"The database cannot be used ({_one_line(error)}).") from error
    except Error as error:
        raise Refused(
            DATABASE, f"The database does not answer: check DATABASE_URL and that the server runs ({_one_line(error)})."
        ) from error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
