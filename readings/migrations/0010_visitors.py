"""Readings of the one public source that somebody visits; see sources 0011."""

from django.db import migrations

READABLE = "current_setting('homelog.readable', true)"
VISITED = f"coalesce(NULLIF(current_setting('homelog.visited', true), ''), {READABLE})"


def allow(setting: str) -> str:
    return f"ALTER POLICY reading_select ON reading USING (source_id = ANY (NULLIF({setting}, '')::bigint[]))"


class Migration(migrations.Migration):
    dependencies = [("readings", "0005_authorship"), ("sources", "0011_invitation_policies")]

    operations = [migrations.RunSQL(allow(VISITED), allow(READABLE))]
