"""What the floors above may hear from here."""

from django.dispatch import Signal

sign_in_refused = Signal()
"""LINE's or Google's answer was not believed. Arguments: provider (its name), reason (accounts.providers.refusals)."""

identity_shown = Signal()
"""Somebody signed in with LINE or Google once more, to show that it is them. Arguments: account (their identity)."""

recovery_codes_shown = Signal()
"""Somebody looked at, or downloaded, the recovery codes. Arguments: user."""
