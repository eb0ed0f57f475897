"""How every form of the site is drawn: one form template and one field template. No form lives here."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Draws forms with templates/forms/: labels above, help and errors below each field, the errors' summary on top."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
