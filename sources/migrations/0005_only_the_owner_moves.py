"""Only the owner moves a source to another home or out of its home.

An administrator by share could take it into a home of their own: its members would get rights on it, those of the old
home would lose theirs, and the share that the owner ends would live on as a membership.
"""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION guard_source() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owned boolean := OLD.id = ANY (coalesce(NULLIF(current_setting('homelog.owned', true), '')::bigint[], '{}'));
BEGIN
    IF current_user <> 'homelog_app' THEN
        RETURN NEW;
    ELSIF NEW.owner_id IS DISTINCT FROM OLD.owner_id AND NOT owned THEN
        RAISE EXCEPTION 'only the owner may hand a source over' USING ERRCODE = 'insufficient_privilege';
    ELSIF NEW.home_id IS DISTINCT FROM OLD.home_id AND NOT owned THEN
        RAISE EXCEPTION 'only the owner may move a source' USING ERRCODE = 'insufficient_privilege';
    ELSIF NEW.home_id IS DISTINCT FROM OLD.home_id AND NEW.home_id IS NOT NULL
          AND NOT NEW.home_id = ANY (coalesce(NULLIF(current_setting('homelog.homes_administered', true), '')::bigint[], '{}')) THEN
        RAISE EXCEPTION 'a source enters a home only by its administrators' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""

BEFORE = """
CREATE OR REPLACE FUNCTION guard_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'homelog_app' THEN
        RETURN NEW;
    ELSIF NEW.owner_id IS DISTINCT FROM OLD.owner_id
          AND NOT OLD.id = ANY (coalesce(NULLIF(current_setting('homelog.owned', true), '')::bigint[], '{}')) THEN
        RAISE EXCEPTION 'only the owner may hand a source over' USING ERRCODE = 'insufficient_privilege';
    ELSIF NEW.home_id IS DISTINCT FROM OLD.home_id AND NEW.home_id IS NOT NULL
          AND NOT NEW.home_id = ANY (coalesce(NULLIF(current_setting('homelog.homes_administered', true), '')::bigint[], '{}')) THEN
        RAISE EXCEPTION 'a source enters a home only by its administrators' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0004_rule_says_something")]

    operations = [migrations.RunSQL(GUARD, BEFORE)]
