"""Which seal is on its way to a place, written down before it is sent: who goes on after a crash knows what is undecided."""

from django.db import migrations

COLUMNS = """
ALTER TABLE audit_cursor ADD COLUMN sending_id bigint, ADD COLUMN tries integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN audit_cursor.sending_id IS 'The seal that may have arrived already: it was about to be sent.';
COMMENT ON COLUMN audit_cursor.tries IS 'How often sending that one was begun.';
"""
UNDO = "ALTER TABLE audit_cursor DROP COLUMN sending_id, DROP COLUMN tries"


class Migration(migrations.Migration):
    dependencies = [("audit", "0012_site_figures")]

    operations = [migrations.RunSQL(COLUMNS, UNDO)]
