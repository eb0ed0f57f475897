"""Staff search imports by how the file's name begins, and list readings that are not good, few among many."""

from django.db import migrations

from accounts.migrating import index_made_beside

INDEXES = {
    "import_batch_file_name_begins": "import_batch (upper(file_name::text) text_pattern_ops)",
    "reading_not_good": "reading (quality_flag, source_id, recorded_at DESC) WHERE quality_flag <> 'good'",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("readings", "0015_fill_falls_and_days")]

    operations = [index_made_beside(name, on) for name, on in INDEXES.items()]
