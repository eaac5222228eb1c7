"""The trigger that puts an event on its chain, and those that refuse every change. chain.py says what is hashed."""

from django.db import migrations

from ordersops.audit.immutable import deny_changes

CHAIN = r"""
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    last_seq bigint;
    last_hash bytea;
    name bytea := convert_to(NEW.actor_name, 'UTF8');
    said bytea := convert_to(NEW.payload, 'UTF8');
BEGIN
    -- The lock on the head is the only thing that writers of one stream wait for.
    SELECT seq, hash INTO last_seq, last_hash FROM audit_head WHERE stream = NEW.stream FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_head (stream, seq, hash) VALUES (NEW.stream, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT (stream) DO NOTHING;
        SELECT seq, hash INTO last_seq, last_hash FROM audit_head WHERE stream = NEW.stream FOR UPDATE;
    END IF;
    NEW.epoch := (SELECT system_identifier FROM pg_control_system());
    NEW.xid := pg_current_xact_id()::text::bigint;
    NEW.at := clock_timestamp();
    NEW.seq := last_seq + 1;
    NEW.prev := last_hash;
    NEW.hash := sha256(
        '\x01'::bytea || last_hash
        || int8send(NEW.id) || int8send(NEW.epoch) || int8send(NEW.xid) || int8send(NEW.seq) || timestamptz_send(NEW.at)
        || coalesce('\x01'::bytea || uuid_send(NEW.actor_id), '\x00'::bytea)
        || coalesce('\x01'::bytea || uuid_send(NEW.store_id), '\x00'::bytea)
        || coalesce('\x01'::bytea || uuid_send(NEW.order_id), '\x00'::bytea)
        || coalesce('\x01'::bytea || uuid_send(NEW.case_id), '\x00'::bytea)
        || int4send(octet_length(NEW.stream)) || convert_to(NEW.stream, 'UTF8')
        || int4send(octet_length(name)) || name
        || int4send(octet_length(NEW.verb)) || convert_to(NEW.verb, 'UTF8')
        || int4send(octet_length(said)) || said
        || int4send(octet_length(NEW.request_id)) || convert_to(NEW.request_id, 'UTF8')
    );
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE stream = NEW.stream;
    RETURN NEW;
END $$;

-- Runs with the owner's rights and never looks into pg_temp, where a session could put a head of its own.
DO $$ BEGIN EXECUTE format('ALTER FUNCTION audit_chain() SET search_path = %I, pg_temp', current_schema()); END $$;

CREATE TRIGGER chain BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_chain();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER chain;

-- Room on each page for the next version of a head: updates then touch no index.
ALTER TABLE audit_head SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- Heads are moved by the trigger above and by nothing else.
CREATE FUNCTION audit_deny_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: only a new event moves a head', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER by_hand BEFORE INSERT OR UPDATE ON audit_head FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_deny_by_hand();
CREATE TRIGGER removal BEFORE DELETE OR TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_deny_by_hand();
ALTER TABLE audit_head ENABLE ALWAYS TRIGGER by_hand;
ALTER TABLE audit_head ENABLE ALWAYS TRIGGER removal;
"""

UNCHAIN = """
DROP TRIGGER chain ON audit_event;
DROP FUNCTION audit_chain();
DROP TRIGGER by_hand ON audit_head;
DROP TRIGGER removal ON audit_head;
DROP FUNCTION audit_deny_by_hand();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(CHAIN, UNCHAIN),
        deny_changes("audit_event", "audit_checkpoint"),
    ]
