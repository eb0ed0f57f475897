"""The rules of a source, for those who may change it: read as sentences, tried, added, changed, deleted and put back.

What a rule would mean for the readings that are stored is told by readings, a floor above (sources.panels).
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sources.access import Person, source_for
from sources.forms import RuleForm
from sources.models import DataSource, DataValidator
from sources.panels import rule_panels_for
from sources.rules import sentences
from sources.undo import offer_undo

KEPT = ("public_id", "min_value", "max_value", "non_decreasing", "max_per_day", "on_violation")


@require_http_methods(["GET", "HEAD", "POST"])
def rule_list(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The rules of a source in sentences, and a form to add one, which can be tried first (`try`)."""
    source = source_for(request.user, public_id, "set_rules")
    form = RuleForm(request.POST or None, instance=DataValidator(source=source))
    if form.is_valid() and "try" not in request.POST:
        form.save()
        messages.success(request, _("The rule holds from now on. Readings that are stored stay as they are."))
        return redirect("sources:rule_list", source.public_id)
    rules = [(rule, sentences(rule, source.unit)) for rule in source.validators.all()]
    return _page(request, "sources/rule_list.html", form, rules=rules)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_update(request: HttpRequest, public_id: UUID, rule_id: UUID) -> HttpResponse:
    """Change a rule, which can be tried first (`try`)."""
    rule = _rule_for_admin(request.user, public_id, rule_id)
    form = RuleForm(request.POST or None, instance=rule)
    if form.is_valid() and "try" not in request.POST:
        form.save()
        messages.success(request, _("The rule is changed. Readings that are stored stay as they are."))
        return redirect("sources:rule_list", rule.source.public_id)
    return _page(request, "sources/rule_form.html", form)


@require_POST
def rule_delete(request: HttpRequest, public_id: UUID, rule_id: UUID) -> HttpResponse:
    """Delete a rule without asking: the message brings it back."""
    rule = _rule_for_admin(request.user, public_id, rule_id)
    source = rule.source
    kept = {name: getattr(rule, name) for name in KEPT}
    note = signing.dumps(
        {name: value if value is None else str(value) for name, value in kept.items()}, salt=_salt(source)
    )
    words = " ".join(sentences(rule, source.unit))
    rule.delete()
    way_back = f"{reverse('sources:rule_restore', args=[source.public_id])}?{urlencode({'rule': note})}"
    offer_undo(request, _("The rule is gone: %(rule)s") % {"rule": words}, way_back)
    return redirect("sources:rule_list", source.public_id)


@require_POST
def rule_restore(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a rule back that was just deleted, as the signed note in the address (`?rule=`) tells it."""
    source = source_for(request.user, public_id, "set_rules")
    source.lock_unless_gone()
    source.unit = source.unit_locked
    try:
        kept: dict[str, Any] = signing.loads(request.GET.get("rule", ""), salt=_salt(source))
    except signing.BadSignature as error:
        raise Http404(_("There is nothing to put back here.")) from error
    rule = DataValidator(source=source, **{**kept, "non_decreasing": kept["non_decreasing"] == "True"})
    try:
        rule.full_clean()
    except ValidationError:
        messages.info(request, _("This rule is back already."))
    else:
        rule.save()
        messages.success(request, _("It is back: %(rule)s") % {"rule": " ".join(sentences(rule, source.unit))})
    return redirect("sources:rule_list", source.public_id)


def _page(request: HttpRequest, template: str, form: RuleForm, **more: Any) -> HttpResponse:
    """A page with the form of a rule; where it is tried, with what it would mean for the readings that are stored."""
    source, tried = form.instance.source, form.is_bound and form.is_valid()
    panels = rule_panels_for(request, form.instance) if tried else []
    context = {"form": form, "source": source, "panels": panels, "section": "meters", **more}
    return render(request, template, context, status=422 if form.is_bound and not tried else 200)


def _rule_for_admin(user: Person, public_id: UUID, rule_id: UUID) -> DataValidator:
    """The rule, if `user` may change its source. Raises Http404 or PermissionDenied."""
    source = source_for(user, public_id, "set_rules")
    rule = source.validators.filter(public_id=rule_id).first()
    if rule is None:
        raise Http404(_("There is no such rule. It may have been deleted already."))
    rule.source = source
    return rule


def _salt(source: DataSource) -> str:
    """Makes a signed note good for this source alone, for as long as it counts in the unit of the note."""
    return f"sources.rule:{source.public_id}:{source.unit}"
