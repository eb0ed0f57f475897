"""Which stretches lost their old looks, so that pruning does not look into each of them again every night.

A convenience alone: what may go and what went is judged by seals and log, never by this.
"""

from django.db import migrations

TABLE = """
CREATE TABLE audit_pruned (seal_id bigint PRIMARY KEY);
COMMENT ON TABLE audit_pruned IS 'Seals whose looks audit_prune removed, or found gone.';
ALTER TABLE audit_pruned ENABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0013_what_is_being_shipped")]

    operations = [migrations.RunSQL(TABLE, "DROP TABLE audit_pruned")]
