"""What accounts announces beyond its saves and allauth's signals, for floors above to hear."""

from django.dispatch import Signal

devices_ended = Signal()
"""A person signed out on other devices. Arguments: user, words (of each device), everywhere_else (all but this one)."""

app_signed_in = Signal()
"""A person signed in with an app. Arguments: user, provider ("local", "line", "google"), words (of the app)."""

app_signed_out = Signal()
"""An app was signed out. Arguments: user, words, reused (whether because a refresh token came a second time)."""

replica_asked = Signal()
"""A page that may be read from the replica was asked for. word: "read" where it was read there, "behind", "away"."""
