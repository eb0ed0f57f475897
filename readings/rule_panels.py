"""The section on the page of a rule that tells what it would mean for the readings that are stored."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from readings.rule_trial import tried
from sources.models import DataValidator


def of_rule(request: HttpRequest, rule: DataValidator) -> SafeString:
    """How many would break it, and the newest of those."""
    return render_to_string("readings/rule_trial.html", {"trial": tried(rule), "source": rule.source}, request)
