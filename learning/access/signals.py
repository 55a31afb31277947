"""Signals of this room; receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender, person=Person, purpose=password_links.Purpose, token=str, and agency_id=int or None,
# when somebody is to get a link by mail with which they choose a password.
password_link_wanted = signal("password-link-wanted")
