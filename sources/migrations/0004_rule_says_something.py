"""A rule must forbid something: the older check let a rule with nothing in it pass, because NULL > 0 is not false."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0003_row_level_security"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="datavalidator",
            name="data_validator_says_something",
        ),
        migrations.AddConstraint(
            model_name="datavalidator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("min_value__isnull", False),
                    ("max_value__isnull", False),
                    ("max_per_day__isnull", False),
                    ("non_decreasing", True),
                    _connector="OR",
                ),
                name="data_validator_says_something",
                violation_error_message="Say at least one thing that this rule forbids.",
            ),
        ),
        migrations.AddConstraint(
            model_name="datavalidator",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_per_day__isnull", True), ("max_per_day__gt", 0), _connector="OR"),
                name="data_validator_max_per_day_positive",
                violation_error_message="The largest change in a day must be above 0.",
            ),
        ),
    ]
