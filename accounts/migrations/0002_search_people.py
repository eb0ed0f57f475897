"""Staff search people by how a user name, an address or a name begins."""

from django.db import migrations

from accounts.migrating import index_made_beside

INDEXES = {
    "user_username_begins": '"user" (upper(username::text) text_pattern_ops)',
    "user_email_begins": '"user" (upper(email::text) text_pattern_ops)',
    "user_display_name_begins": '"user" (upper(display_name::text) text_pattern_ops)',
    "address_email_begins": "account_emailaddress (upper(email::text) text_pattern_ops)",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0001_initial"), ("account", "0001_initial")]

    operations = [index_made_beside(name, on) for name, on in INDEXES.items()]
