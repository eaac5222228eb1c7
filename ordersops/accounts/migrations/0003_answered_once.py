"""What is asked never changes and is answered once: the database refuses anything else."""

from django.db import migrations

_GUARD = """
CREATE FUNCTION accounts_change_is_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION '% of % is refused: what was asked stays', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'asked' THEN
        RAISE EXCEPTION 'UPDATE of % is refused: it is answered', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF (to_jsonb(NEW) - '{state,answered_by_id,answered_at,answer}'::text[])
       IS DISTINCT FROM (to_jsonb(OLD) - '{state,answered_by_id,answered_at,answer}'::text[]) THEN
        RAISE EXCEPTION 'UPDATE of % is refused: what was asked never changes', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION accounts_change_begins_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'asked' THEN
        RAISE EXCEPTION 'INSERT into % is refused: it begins unanswered', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER change_begins_open BEFORE INSERT ON accounts_rightschange FOR EACH ROW EXECUTE FUNCTION accounts_change_begins_open();
CREATE TRIGGER change_is_answered_once BEFORE UPDATE OR DELETE ON accounts_rightschange
    FOR EACH ROW EXECUTE FUNCTION accounts_change_is_answered_once();
CREATE TRIGGER changes_stay BEFORE TRUNCATE ON accounts_rightschange
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_change_is_answered_once();
ALTER TABLE accounts_rightschange ENABLE ALWAYS TRIGGER change_begins_open;
ALTER TABLE accounts_rightschange ENABLE ALWAYS TRIGGER change_is_answered_once;
ALTER TABLE accounts_rightschange ENABLE ALWAYS TRIGGER changes_stay;
"""
_UNGUARD = """
DROP TRIGGER change_begins_open ON accounts_rightschange;
DROP TRIGGER change_is_answered_once ON accounts_rightschange;
DROP TRIGGER changes_stay ON accounts_rightschange;
DROP FUNCTION accounts_change_begins_open();
DROP FUNCTION accounts_change_is_answered_once();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_teams_and_rights")]

    operations = [
        migrations.RunSQL(_GUARD, _UNGUARD),
    ]
