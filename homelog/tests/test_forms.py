"""How a form is drawn: labels, help, errors, their summary, and what ties them together for a screen reader."""

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from pytest_django.asserts import assertHTMLEqual, assertInHTML

from homelog.forms import INPUTS, SELECT


class MeterForm(forms.Form):
    """One field of every shape that the field template knows."""

    name = forms.CharField(help_text="What the household calls it.")
    place = forms.CharField(required=False)
    secret = forms.CharField(widget=forms.PasswordInput)
    counting = forms.ChoiceField(choices=[("up", "Up"), ("down", "Down")], widget=forms.RadioSelect)
    archived = forms.BooleanField(required=False)
    key = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> None:
        """Refuse the form as a whole where the name says so."""
        if self.cleaned_data.get("name") == "odd":
            raise forms.ValidationError("These do not go together.")


class Quiet(MeterForm):
    """A form that marks nothing as required, and so nothing as optional."""

    use_required_attribute = False


def test_a_field_has_its_label_above_and_its_help_below() -> None:
    assertHTMLEqual(
        MeterForm()["name"].as_field_group(),
        '<div class="field"><label for="id_name">Name</label>'
        '<input type="text" name="name" required aria-describedby="id_name_helptext" id="id_name">'
        '<div class="helptext" id="id_name_helptext">What the household calls it.</div></div>',
    )


def test_a_field_in_error_names_its_error_and_keeps_its_help() -> None:
    assertHTMLEqual(
        MeterForm({"name": ""})["name"].as_field_group(),
        '<div class="field"><label for="id_name">Name</label>'
        '<input type="text" name="name" required aria-invalid="true"'
        ' aria-describedby="id_name_helptext id_name_error" id="id_name">'
        '<ul class="errorlist" id="id_name_error"><li>This field is required.</li></ul>'
        '<div class="helptext" id="id_name_helptext">What the household calls it.</div></div>',
    )


def test_an_optional_field_says_so() -> None:
    assertHTMLEqual(
        MeterForm()["place"].as_field_group(),
        '<div class="field"><label for="id_place">Place <small>optional</small></label>'
        '<input type="text" name="place" id="id_place"></div>',
    )


def test_a_form_that_marks_nothing_as_required_marks_nothing_as_optional() -> None:
    assertHTMLEqual(
        Quiet()["place"].as_field_group(),
        '<div class="field"><label for="id_place">Place</label><input type="text" name="place" id="id_place"></div>',
    )


def test_a_choice_of_radio_buttons_is_a_fieldset_with_a_legend() -> None:
    assertHTMLEqual(
        MeterForm()["counting"].as_field_group(),
        '<fieldset class="field"><legend>Counting</legend><div id="id_counting">'
        '<div><label for="id_counting_0"><input type="radio" name="counting" value="up" required id="id_counting_0">'
        "Up</label></div>"
        '<div><label for="id_counting_1"><input type="radio" name="counting" value="down" required id="id_counting_1">'
        "Down</label></div></div></fieldset>",
    )


def test_a_checkbox_stands_before_its_label() -> None:
    assertHTMLEqual(
        MeterForm()["archived"].as_field_group(),
        '<div class="check"><input type="checkbox" name="archived" id="id_archived">'
        '<label for="id_archived">Archived</label></div>',
    )


def test_the_button_that_shows_a_password_waits_in_a_template_for_javascript() -> None:
    html = MeterForm()["secret"].as_field_group()
    before, _, after = html.partition("<template>")
    button, _, rest = after.partition("</template>")
    assertHTMLEqual(
        before + rest,
        '<div class="field"><label for="id_secret">Secret</label><span class="secret">'
        '<input type="password" name="secret" required id="id_secret"></span>'
        '<script type="module" src="/static/js/fields.js"></script></div>',
    )
    assertInHTML('<span class="vh">Show password</span>', button)


def test_the_summary_names_every_error_and_leads_to_its_field() -> None:
    html = MeterForm({"name": "odd", "counting": "", "secret": "x", "key": "x"}).render()
    summary = html[: html.index("</div>") + len("</div>")]
    assertHTMLEqual(
        summary,
        '<div class="errors" role="alert" tabindex="-1" autofocus><p><b>Please check this again</b></p><ul>'
        "<li>These do not go together.</li>"
        '<li><a href="#id_counting">Counting</a>: This field is required.</li>'
        "<li>Enter a whole number.</li></ul></div>",
    )


def test_a_form_without_errors_has_no_summary() -> None:
    form = MeterForm({"name": "Gas", "counting": "up", "secret": "x", "key": "1"})
    assert form.is_valid()
    assert "errors" not in form.render()


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.TextInput({"maxlength": 5, "autofocus": True, "hidden": False}), '"><script>'),
        (forms.TextInput(), None),
        (forms.HiddenInput(), 0),
        (forms.NumberInput({"min": 1}), 1234),
        (forms.EmailInput(), "a&b@example.com"),
        (forms.DateInput(), ""),
        (forms.FileInput({"accept": "image/png"}), None),
        (forms.Select(choices=[("a", "A & B"), (1, "<One>")]), "1"),
        (forms.Select(choices=[("", "-"), ("Gr<oup", [("b", "B"), ("c", "C")]), ("d", "D")]), "c"),
        (forms.Select(choices=[]), None),
    ],
)
def test_what_is_drawn_without_a_template_is_what_its_template_draws(widget: forms.Widget, value: object) -> None:
    ours, theirs = (str(widget.render("x", value, {"id": "id_x"}, each)) for each in (None, TemplatesSetting()))
    assert ours.split() == theirs.split()
    assert {widget.template_name} <= INPUTS | {SELECT}
