"""Staff search people by how a user name, an address or a name begins."""

from django.db import migrations

INDEXES = {
    "user_username_begins": '"user" (upper(username::text) text_pattern_ops)',
    "user_email_begins": '"user" (upper(email::text) text_pattern_ops)',
    "user_display_name_begins": '"user" (upper(display_name::text) text_pattern_ops)',
    "address_email_begins": "account_emailaddress (upper(email::text) text_pattern_ops)",
}


class Migration(migrations.Migration):
    # CONCURRENTLY, so that nobody waits while an index of a large table is made, and so in no transaction.
    atomic = False
    dependencies = [("accounts", "0001_initial"), ("account", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}", f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
        )
        for name, on in INDEXES.items()
    ]
