"""The forms of sharing: who is invited, what they may do, and who is to own a source."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from sources.models import Grant


class InvitationForm(forms.Form):
    """Whom `person` invites, and what they may do."""

    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("Leave it empty to get a link that you can send yourself."),
    )
    for_whom = forms.CharField(
        label=_("For whom"),
        required=False,
        max_length=100,
        help_text=_("A name, such as Grandma, by which you tell open invitations apart. It is not sent along."),
    )
    level = forms.ChoiceField(
        label=_("What they may do"),
        choices=Grant.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what they may do. Nothing is given until then.")},
    )

    def __init__(self, data: Any, person: User) -> None:
        super().__init__(data)
        self.person = person

    def clean_email(self) -> str:
        """The address. Raises ValidationError where it is the person's own."""
        typed = str(self.cleaned_data["email"])
        if typed and typed.casefold() == self.person.email.casefold():
            raise forms.ValidationError(
                _("This is your own address. Type that of the person whom you want to invite."), code="own"
            )
        return typed


class LevelForm(forms.Form):
    """Another level for somebody who has one."""

    level = forms.ChoiceField(choices=Grant.choices)


class HandOverForm(forms.Form):
    """Who is to own a source; `heirs` may change everything of it already."""

    heir = forms.ModelChoiceField(
        User.objects.none(), label=_("New owner"), to_field_name="public_id", empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, data: Any, heirs: QuerySet[User]) -> None:
        super().__init__(data)
        field: Any = self.fields["heir"]
        field.queryset = heirs
