"""One identity of each provider for a person, and the tokens that a site may keep of it, seen by their owner alone.

allauth's own table says already that one identity belongs to one person. Staff have no policy here: they see no token.
"""

import django.db.models.deletion
from django.db import migrations, models

import accounts.fields

ONE_OF_EACH = """
CREATE UNIQUE INDEX socialaccount_one_of_each ON socialaccount_socialaccount (user_id, provider)
"""

MINE = """account_id IN (
    SELECT id FROM socialaccount_socialaccount
    WHERE user_id = NULLIF(current_setting('homelog.user_id', true), '')::bigint)"""

POLICIES = f"""
ALTER TABLE identity_token ADD CONSTRAINT identity_token_account_id_fk
    FOREIGN KEY (account_id) REFERENCES socialaccount_socialaccount (id) ON DELETE CASCADE;
ALTER TABLE identity_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY identity_token_select ON identity_token FOR SELECT TO homelog_app USING ({MINE});
CREATE POLICY identity_token_insert ON identity_token FOR INSERT TO homelog_app WITH CHECK ({MINE});
CREATE POLICY identity_token_update ON identity_token FOR UPDATE TO homelog_app USING ({MINE}) WITH CHECK ({MINE});
CREATE POLICY identity_token_delete ON identity_token FOR DELETE TO homelog_app USING ({MINE});
"""

UNDO = """
DROP POLICY identity_token_select ON identity_token;
DROP POLICY identity_token_insert ON identity_token;
DROP POLICY identity_token_update ON identity_token;
DROP POLICY identity_token_delete ON identity_token;
ALTER TABLE identity_token DISABLE ROW LEVEL SECURITY;
ALTER TABLE identity_token DROP CONSTRAINT identity_token_account_id_fk;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_search_people"), ("socialaccount", "0006_alter_socialaccount_extra_data")]

    operations = [
        migrations.RunSQL(ONE_OF_EACH, "DROP INDEX socialaccount_one_of_each"),
        migrations.CreateModel(
            name="IdentityToken",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="socialaccount.socialaccount",
                    ),
                ),
                ("access_token", accounts.fields.EncryptedTextField()),
                ("refresh_token", accounts.fields.EncryptedTextField(blank=True)),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={"verbose_name": "kept token", "verbose_name_plural": "kept tokens", "db_table": "identity_token"},
        ),
        migrations.RunSQL(POLICIES, UNDO),
    ]
