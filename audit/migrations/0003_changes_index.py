"""An index of the changes alone: a history leaves out who looked, and looks are by far the most entries."""

from django.db import migrations

INDEXES = """
CREATE INDEX audit_log_source_changes ON audit_log (source_id, event_time DESC, id DESC) WHERE event_type <> 'view_source';
CREATE INDEX audit_log_home_changes ON audit_log (home_id, event_time DESC, id DESC) WHERE event_type <> 'view_source';
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [migrations.RunSQL(INDEXES, "DROP INDEX audit_log_source_changes, audit_log_home_changes")]
