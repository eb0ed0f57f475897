"""What the floors above may hear from here."""

from django.dispatch import Signal

sign_in_refused = Signal()
"""LINE's or Google's answer was not believed. Arguments: provider (its name), reason (accounts.providers.refusals)."""

recovery_codes_shown = Signal()
"""Somebody looked at, or downloaded, the recovery codes. Arguments: user."""
