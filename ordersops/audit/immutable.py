"""Rows that never change: a migration operation by which the database itself refuses to change a table's rows.

    operations = [deny_changes("review_decision")]

UPDATE, DELETE and TRUNCATE raise IntegrityError (SQLSTATE 23001) for everybody, the owner and a superuser included, also
with `session_replication_role = replica`; `INSERT ... ON CONFLICT DO UPDATE`, MERGE and cascades are refused alike.
"""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION deny_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows never change', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def deny_changes(*tables: str) -> migrations.RunSQL:
    """Make the rows of the tables immutable from here on. Statement triggers: refused even where no row matches."""
    forward, backward = [_FUNCTION], []
    for table in tables:
        forward.append(
            f'CREATE TRIGGER deny_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            f'FOR EACH STATEMENT EXECUTE FUNCTION deny_changes();\nALTER TABLE "{table}" ENABLE ALWAYS TRIGGER deny_changes;'
        )
        backward.append(f'DROP TRIGGER IF EXISTS deny_changes ON "{table}";')
    return migrations.RunSQL("\n".join(forward), "\n".join(backward))
