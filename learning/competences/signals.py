"""What happens here and is told by mail. Receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender and request=ConfirmationRequest, when it was just made.
confirmation_requested = signal("confirmation-requested")
# The same, when it was confirmed, declined or withdrawn.
confirmation_answered = signal("confirmation-answered")
# Sent with the Session as sender, contest=Contest and manager=Person or None.
contest_made = signal("contest-made")
# Sent with the Session as sender and contest=Contest.
contest_answered = signal("contest-answered")
