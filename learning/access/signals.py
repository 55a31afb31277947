"""Signals of this room; receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender, person=Person, purpose=password_links.Purpose, token=str, and agency_id=int or None,
# when somebody is to get a link by mail with which they choose a password.
password_link_wanted = signal("password-link-wanted")
# Sent with the Session as sender, links=list of (Person, token) and agency_id=int, when many people who have just been
# added are invited to choose their first password.
invitations_wanted = signal("invitations-wanted")
