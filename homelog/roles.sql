-- The three roles of HomeLog and who may enter its database. Run by a superuser, connected to the database that
-- HomeLog shall live in, by the embedded server (devdb.py) and by the container's first start alike. PostgreSQL 15
-- to 18; running it again changes nothing. Passwords are not set here: the embedded server trusts its own socket,
-- every other server gives the two login roles a password of its own.

-- homelog_owner  owns the tables and migrates; may create databases because tests need one
-- homelog_app    serves the site: owns nothing and is subject to every row policy
-- homelog_staff  taken by SET LOCAL ROLE for staff in Django admin only
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['homelog_owner', 'homelog_app', 'homelog_staff'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I', role_name);
        END IF;
    END LOOP;
END
$$;

ALTER ROLE homelog_owner LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE homelog_app LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE homelog_staff NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

-- Who waits longer than this for somebody else's change is told to try again; a transaction that its process forgot does
-- not hold its locks for ever. How long an answer may take at all is the site's matter (accounts/deadline.py).
ALTER ROLE homelog_app SET lock_timeout = '5s';
ALTER ROLE homelog_app SET idle_in_transaction_session_timeout = '5min';

-- A membership here only allows SET ROLE. Since 16 the grant itself says so; on 15 the member's NOINHERIT does. The
-- owner keeps INHERIT on 15, without which a database's owner cannot create anything in its schema public.
DO $$
DECLARE
    manner text := CASE
        WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT FALSE, SET TRUE'
        ELSE ''
    END;
BEGIN
    EXECUTE 'GRANT homelog_staff TO homelog_app' || manner;
    EXECUTE 'GRANT homelog_app, homelog_staff TO homelog_owner' || manner;
END
$$;

DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO homelog_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO homelog_app', current_database());
END
$$;
