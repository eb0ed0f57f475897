"""The form in which a person makes a key for a gadget or program."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from sources.api.keys import MOST
from sources.models import ApiKey, DataSource

LIVES = [
    ("365", gettext_lazy("a year")),
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("", gettext_lazy("until it is taken back")),
]


class KeyForm(forms.ModelForm):
    """What a key is called, what it allows, for which sources and how long. `person` makes it."""

    use_required_attribute = False

    source = forms.ModelChoiceField(
        DataSource.objects.none(),
        label=gettext_lazy("For"),
        to_field_name="public_id",
        required=False,
        empty_label=gettext_lazy("All meters that I see"),
    )
    life = forms.ChoiceField(label=gettext_lazy("It holds"), choices=LIVES, initial="365", required=False)

    class Meta:
        model = ApiKey
        fields = ("name", "source", "scope")
        widgets = {"scope": forms.RadioSelect}
        help_texts = {"name": gettext_lazy("What uses it, such as: Home Assistant, gas meter camera.")}

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        source: Any = self.fields["source"]
        source.queryset = DataSource.objects.visible_to(person).filter(archived_at=None).order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        """Settle when it ends. Refuses more keys than anybody needs."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if ApiKey.objects.filter(user=self.person, revoked_at=None).count() >= MOST:
            raise ValidationError(
                _("You have %(most)s keys. Take one back that is not used any more.") % {"most": MOST}
            )
        days = cleaned.get("life")
        self.instance.expires_at = clock.now() + timedelta(days=int(days)) if days else None
        return cleaned
