"""What sources announces beyond its saves, for floors above to hear."""

from django.dispatch import Signal

invitation_accepted = Signal()
"""Somebody accepted an invitation. Arguments: place (source or home), level (as stored), invited_by (a name)."""

unit_converted = Signal()
"""A source is about to be saved in another unit. Arguments: source (locked), power (of ten by which every number that
is told in its unit is multiplied). Who keeps such numbers converts them and answers with how many rows those were.
"""
