"""The rules of a source, for those who may change it: read as sentences, added, deleted."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sources.access import source_for_admin
from sources.forms import RuleForm
from sources.models import DataValidator
from sources.rules import as_typed, sentences


@require_http_methods(["GET", "HEAD", "POST"])
def rule_list(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The rules of a source in sentences, and a form to add one."""
    source = source_for_admin(request.user, public_id)
    form = RuleForm(request.POST or None, instance=DataValidator(source=source))
    if form.is_valid():
        form.save()
        messages.success(request, _("The rule holds from now on. Readings that are stored stay as they are."))
        return redirect("sources:rule_list", source.public_id)
    rules = [(rule, sentences(rule, source.unit)) for rule in source.validators.all()]
    context = {"form": form, "source": source, "rules": rules, "section": "meters"}
    return render(request, "sources/rule_list.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def rule_delete(request: HttpRequest, public_id: UUID, rule_id: UUID) -> HttpResponse:
    """Delete a rule without asking: the message says how it read, so that it can be added again."""
    source = source_for_admin(request.user, public_id)
    rule = source.validators.filter(public_id=rule_id).first()
    if rule is None:
        raise Http404(_("There is no such rule. It may have been deleted already."))
    words = as_typed(rule, source.unit)
    rule.delete()
    messages.success(request, _("The rule is gone: %(rule)s You can add it again below.") % {"rule": words})
    return redirect("sources:rule_list", source.public_id)
