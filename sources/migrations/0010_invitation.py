"""Invitations to a source or a home, with their foreign keys in the database as in 0002."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.ids

KEYS = [
    ("source_id", "data_source", "CASCADE"),
    ("home_id", "home", "CASCADE"),
    ("invited_by_id", "user", "SET NULL"),
    ("used_by_id", "user", "SET NULL"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0005_only_the_owner_moves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=accounts.ids.uuid7, editable=False, unique=True)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("read", "May see"),
                            ("write", "May add and correct readings"),
                            ("admin", "May change everything"),
                        ],
                        default="read",
                        max_length=5,
                        verbose_name="level",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail address")),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="made"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="ends")),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="taken back")),
                ("used_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="used")),
                (
                    "home",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="invitations",
                        to="sources.home",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="invited by",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="invitations",
                        to="sources.datasource",
                    ),
                ),
                (
                    "used_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="used by",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "db_table": "source_invitation",
                "ordering": ["created_at", "id"],
                "indexes": [models.Index(fields=["invited_by", "created_at"], name="source_invitation_made")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("home__isnull", True), ("source__isnull", False)),
                            models.Q(("home__isnull", False), ("source__isnull", True)),
                            _connector="OR",
                        ),
                        name="source_invitation_one_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["read", "write", "admin"])),
                        name="source_invitation_level_known",
                    ),
                ],
            },
        ),
        *(
            migrations.RunSQL(
                f'ALTER TABLE source_invitation ADD CONSTRAINT source_invitation_{column}_fk FOREIGN KEY ({column}) REFERENCES "{target}" (id) ON DELETE {action}',
                f"ALTER TABLE source_invitation DROP CONSTRAINT source_invitation_{column}_fk",
            )
            for column, target, action in KEYS
        ),
    ]
