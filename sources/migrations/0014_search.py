"""Staff search by how the names of homes and sources, meter numbers and invited addresses begin."""

from django.db import migrations

from accounts.migrating import index_made_beside

INDEXES = {
    "home_name_begins": "home (upper(name::text) text_pattern_ops)",
    "data_source_name_begins": "data_source (upper(name::text) text_pattern_ops)",
    "data_source_meter_number_begins": "data_source (upper(meter_number::text) text_pattern_ops)",
    "meter_change_old_number_begins": "meter_change (upper(old_number::text) text_pattern_ops)",
    "meter_change_new_number_begins": "meter_change (upper(new_number::text) text_pattern_ops)",
    "source_invitation_email_begins": "source_invitation (upper(email::text) text_pattern_ops)",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sources", "0013_walking_order")]

    operations = [index_made_beside(name, on) for name, on in INDEXES.items()]
