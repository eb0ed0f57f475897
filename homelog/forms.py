"""How every form of the site is drawn: one form template and one field template. No form lives here."""

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe


class Renderer(TemplatesSetting):
    """Draws forms with templates/forms/: labels above, help and errors below each field, the errors' summary on top.

    The controls that most forms consist of are drawn without a template, which takes a tenth of the time.
    """

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """The control, field or form that a template draws."""
        if template_name in INPUTS:
            return _input(context["widget"])
        if template_name == SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


INPUTS = {
    f"django/forms/widgets/{name}.html" for name in ("input", "text", "hidden", "number", "email", "date", "file")
}
SELECT = "django/forms/widgets/select.html"


def _input(widget: Mapping[str, Any]) -> SafeString:
    """As django/forms/widgets/input.html."""
    value = widget["value"]
    given = "" if value is None else format_html(' value="{}"', str(value))
    return format_html('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], given, _attributes(widget))


def _select(widget: Mapping[str, Any]) -> SafeString:
    """As django/forms/widgets/select.html."""
    lines = [format_html('<select name="{}"{}>', widget["name"], _attributes(widget))]
    for group, options, _index in widget["optgroups"]:
        lines += [format_html('  <optgroup label="{}">', group)] if group else []
        lines += [
            format_html('  <option value="{}"{}>{}</option>', str(each["value"]), _attributes(each), each["label"])
            for each in options
        ]
        lines += [mark_safe("  </optgroup>")] if group else []
    return mark_safe("\n".join([*lines, "</select>"]))


def _attributes(widget: Mapping[str, Any]) -> SafeString:
    """As django/forms/widgets/attrs.html."""
    given = [(name, value) for name, value in widget["attrs"].items() if value is not False]
    parts = [f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"' for name, value in given]
    return mark_safe("".join(parts))
