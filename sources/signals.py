"""What sources announces beyond its saves, for floors above to hear."""

from django.dispatch import Signal

invitation_accepted = Signal()
"""Somebody accepted an invitation. Arguments: place (source or home), level (as stored), invited_by (a name)."""
