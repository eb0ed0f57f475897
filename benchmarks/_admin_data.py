"""A database of its own, filled with as many people, readings and log entries as asked for: what admin_scale measures.

Written by the owner with INSERT ... SELECT, past rules and log, because it is thrown away afterwards. One source holds
a tenth of all readings and one a tenth of all entries, so that the worst case is there too.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from homelog.roles import as_owner

NAME = os.environ.get("SCALE_DB", "homelog_admin_scale")

KINDS = (
    "(ARRAY['create_reading', 'create_reading', 'create_reading', 'update_reading', 'delete_reading', 'view_source',"
    " 'view_source', 'view_source', 'sign_in', 'sign_out', 'update_source', 'create_share', 'import_readings',"
    " 'create_rule', 'sign_in_failed', 'create_meter_change'])[1 + floor(random() * 16)::int]"
)

# Foreign keys are looked up in one go when they are put back, not row by row.
DROP_KEYS = """
CREATE TABLE put_back AS
    SELECT conrelid::regclass::text AS name, conname, pg_get_constraintdef(oid) AS said FROM pg_constraint
    WHERE contype = 'f' AND conrelid IN ('reading'::regclass, 'data_source'::regclass, 'home_member'::regclass);
DO $$ DECLARE k record; BEGIN
    FOR k IN SELECT * FROM put_back LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.name, k.conname);
    END LOOP;
END $$;
"""
PUT_KEYS_BACK = """
DO $$ DECLARE k record; BEGIN
    FOR k IN SELECT * FROM put_back LOOP
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.name, k.conname, k.said);
    END LOOP;
END $$;
DROP TABLE put_back;
"""

PEOPLE = """
INSERT INTO "user" (public_id, username, email, display_name, language, timezone, is_active, is_staff, is_superuser,
                    created_at, session_stamp)
SELECT gen_random_uuid(), 'person' || n, 'person' || n || '@example.com', 'Person ' || n, '', 'UTC', n % 50 <> 0,
       n % 5000 = 0, false, now() - n * interval '1 minute', md5(n::text)
FROM generate_series(1, %(people)s) n
"""
ADDRESSES = """
INSERT INTO account_emailaddress (email, verified, "primary", user_id)
SELECT email, true, true, id FROM "user" WHERE email <> ''
"""
IDENTITIES = """
INSERT INTO socialaccount_socialaccount (user_id, provider, uid, last_login, date_joined, extra_data)
SELECT id, CASE WHEN id % 3 = 0 THEN 'line' ELSE 'google' END, 'uid' || id, now(), now(), '{}' FROM "user"
"""
SECOND_FACTORS = """
INSERT INTO mfa_authenticator (user_id, type, data, created_at)
SELECT id, CASE WHEN id % 4 = 0 THEN 'webauthn' ELSE 'totp' END, '{}', now() FROM "user" WHERE id % 2 = 0
"""
HOMES = """
INSERT INTO home (public_id, name, address, timezone, created_at, created_by_id)
SELECT gen_random_uuid(), 'Home ' || id, 'Street ' || id, 'Europe/Berlin', now(), id FROM "user"
"""
MEMBERS = """
INSERT INTO home_member (public_id, home_id, user_id, level, granted_at)
SELECT gen_random_uuid(), id, created_by_id, 'admin', now() FROM home
"""
SOURCES = """
INSERT INTO data_source (public_id, owner_id, home_id, name, description, source_type, unit, counting, place_name,
                         address, meter_number, thumbnail, decimals, rhythm, is_public, created_at, archived_at)
SELECT gen_random_uuid(), h.created_by_id, h.id, kind.name || ' ' || h.id, '', kind.key, kind.unit, 'counter', 'Cellar',
       '', 'MEA ' || h.id, '', 1, 'auto', false, now(), CASE WHEN h.id % 100 = 0 THEN now() END
FROM home h, (VALUES ('Electricity', 'electricity', 'kWh'), ('Water', 'water', 'm³')) AS kind (name, key, unit)
"""
SHARES = """
INSERT INTO source_access (public_id, source_id, user_id, level, granted_at)
SELECT gen_random_uuid(), id, 1 + (owner_id + 7) % %(people)s, 'read', now() FROM data_source WHERE id % 3 = 0
ON CONFLICT DO NOTHING
"""
RULES = """
INSERT INTO data_validator (public_id, source_id, non_decreasing, on_violation, created_at)
SELECT gen_random_uuid(), id, true, 'reject', now() FROM data_source WHERE id % 2 = 0
"""
METER_CHANGES = """
INSERT INTO meter_change (public_id, source_id, changed_at, old_final, new_initial, old_number, new_number, reason)
SELECT gen_random_uuid(), id, now(), 9, 0, 'MEA ' || id, 'MEB ' || id, 'replaced' FROM data_source WHERE id % 10 = 0
"""
INVITATIONS = """
INSERT INTO source_invitation (public_id, home_id, level, email, token_hash, invited_by_id, created_at, expires_at)
SELECT gen_random_uuid(), id, 'read', 'guest' || id || '@example.com', md5(id::text), created_by_id, now(),
       now() + interval '14 days' FROM home WHERE id % 5 = 0
"""
IMPORTS = """
INSERT INTO import_batch
    (public_id, file_id, source_id, file_name, format, counts, mapping, created_at, created_by_id)
SELECT gen_random_uuid(), gen_random_uuid(), id, 'meter' || id || '.csv', 'csv', '{}', '{}', now(), owner_id
FROM data_source
"""
READINGS = """
INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo, created_at,
                     created_by_id)
SELECT gen_random_uuid(), s.id, n * 3 + 0.5, '2015-01-01Z'::timestamptz + n * interval '10 minutes',
       CASE WHEN (s.id + n) %% 500 = 0 THEN 'questionable' WHEN (s.id + n) %% 1000 = 7 THEN 'bad'
            WHEN (s.id + n) %% 1000 = 9 THEN 'estimated' ELSE 'good' END, '', '{}', '', now(), s.owner_id
FROM (SELECT id, owner_id, min(id) OVER () AS first FROM data_source ORDER BY id) s,
     LATERAL generate_series(1, CASE WHEN s.id = s.first THEN %s ELSE %s END) n
"""
ENTRIES = f"""
INSERT INTO audit_log (event_time, event_type, actor_id, actor_name, home_id, source_id, remote_address, details)
SELECT date_trunc('month', now()) + (random() * 26) * interval '1 day', kind,
       CASE WHEN kind <> 'sign_in_failed' THEN u.id END,
       'Person ' || u.id,
       CASE WHEN kind LIKE 'sign%%' THEN NULL ELSE s.home_id END, CASE WHEN kind LIKE 'sign%%' THEN NULL ELSE s.id END,
       '192.0.2.66', CASE WHEN kind = 'sign_in_failed' THEN jsonb_build_object('typed', 'person' || u.id)
                          ELSE jsonb_build_object('source', s.name, 'unit', s.unit, 'value', '12') END
FROM (SELECT n, {KINDS} AS kind, CASE WHEN n %% 10 = 0 THEN 0 ELSE floor(random() * %(people)s)::int END AS who
      FROM generate_series(1, %(entries)s) n) AS drawn
JOIN "user" u ON u.id = (SELECT min(id) FROM "user") + drawn.who
JOIN LATERAL (SELECT * FROM data_source WHERE owner_id = u.id ORDER BY id LIMIT 1) s ON true
"""  # noqa: S608 - our own text only


@contextmanager
def filled(people: int, readings: int, entries: int, keep: bool) -> Iterator[None]:
    """The default connection in a database of that size; dropped afterwards unless it is to be kept."""
    home = connection.settings_dict["NAME"]
    with as_owner():
        made = _make()
    connection.close()
    connection.settings_dict["NAME"] = NAME
    call_command("migrate", verbosity=0, skip_checks=True)
    if made:
        with as_owner():
            _fill(people, readings, entries)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = home
        if not keep:
            with as_owner():
                _run(f"DROP DATABASE {NAME}")


def _make() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) = 0 FROM pg_database WHERE datname = %s", [NAME])
        (missing,) = cursor.fetchone()
    if missing:
        _run(f"CREATE DATABASE {NAME}")
    return bool(missing)


def _fill(people: int, readings: int, entries: int) -> None:
    sizes = {"people": people, "entries": entries}
    _run(DROP_KEYS)
    of_people = (PEOPLE, ADDRESSES, IDENTITIES, SECOND_FACTORS, HOMES, MEMBERS)
    for text in (*of_people, SOURCES, SHARES, RULES, METER_CHANGES, INVITATIONS, IMPORTS):
        _run(text.replace(" % ", " %% "), sizes)
    biggest = readings // 10
    _run(READINGS, [biggest, max(1, (readings - biggest) // (2 * people - 1))])
    _run(PUT_KEYS_BACK)
    _run(ENTRIES, sizes)
    _run("VACUUM ANALYZE")


def _run(text: str, values: object = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)  # type: ignore[arg-type]
