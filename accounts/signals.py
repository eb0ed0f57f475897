"""What accounts announces beyond its saves and allauth's signals, for floors above to hear."""

from django.dispatch import Signal

devices_ended = Signal()
"""A person signed out on other devices. Arguments: user, words (of each device), everywhere_else (all but this one)."""
