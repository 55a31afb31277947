"""What happens here and is told by mail. Receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender and goal=Goal, when it was made or changed.
goal_changed = signal("development-goal-changed")
# Sent with the Session as sender, conversation=Conversation and by=Side.
conversation_planned = signal("development-conversation-planned")
# The same, when that side has given its view of every framework of the conversation.
views_given = signal("development-views-given")
