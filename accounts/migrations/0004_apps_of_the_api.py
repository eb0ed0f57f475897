"""The sign-ins of apps, which stand before anybody acts, as sessions do; and how often the API was called in a minute.

The counts are UNLOGGED: they are written with each call, and nothing is lost where they begin anew.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.ids

COUNTS = "CREATE UNLOGGED TABLE api_count (name text PRIMARY KEY, minute bigint NOT NULL, calls integer NOT NULL)"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_identities"),
    ]

    operations = [
        migrations.CreateModel(
            name="AppSignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=accounts.ids.uuid7, editable=False, unique=True)),
                ("stamp", models.CharField(max_length=32)),
                ("provider", models.CharField(max_length=20)),
                ("scope", models.CharField(max_length=100)),
                ("refresh_id", models.UUIDField()),
                ("rotated_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("signed_in_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("user_agent", models.CharField(blank=True, max_length=200)),
                ("address", models.GenericIPAddressField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-in of an app",
                "verbose_name_plural": "sign-ins of apps",
                "db_table": "app_sign_in",
            },
        ),
        migrations.RunSQL(COUNTS, "DROP TABLE api_count"),
    ]
