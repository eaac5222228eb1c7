"""What is asked never changes and is answered once: the database refuses anything else. Roles held so far get a grant from the history."""

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

# The latest time that the history says the role was given, by whom; else since the account is there, by the system.
_GRANTS = """
INSERT INTO accounts_grant (id, person_id, store_id, role, since, given_by_id)
SELECT gen_random_uuid(), held.user_id, role.store_id, role.role, coalesce(told.at, person.joined_at),
       coalesce(told.actor_id, (SELECT id FROM accounts_user WHERE is_system))
FROM accounts_user_groups held
JOIN stores_storerole role ON role.group_id = held.group_id
JOIN accounts_user person ON person.id = held.user_id
LEFT JOIN LATERAL (
    SELECT event.at, event.actor_id FROM audit_event event
    WHERE event.stream = 'user:' || held.user_id AND event.verb = 'person.role_given' AND event.store_id = role.store_id
      AND lower(event.payload::json ->> 'role') = replace(role.role, '_', ' ')
    ORDER BY event.id DESC LIMIT 1
) told ON true;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people_and_rights"), ("audit", "0002_chain"), ("stores", "0004_acts")]
    operations = [
        migrations.RunSQL(_GUARD, _UNGUARD),
        migrations.RunSQL(_GRANTS, migrations.RunSQL.noop),
    ]
