"""Signals of this room; receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender, assignment=Assignment and member_ids=list[int] of those who just joined.
members_joined = signal("assignment-members-joined")
# Sent with the Session as sender and member_ids=list[int] of those who left, or whose assignment was withdrawn.
members_left = signal("assignment-members-left")
# Sent with the Session as sender, assignment=Assignment and member_ids=set[int] of those whose due date is another.
due_changed = signal("assignment-due-changed")
# Sent with the Session as sender, assignment=Assignment and member_ids=list[int] of those whose renewal begins.
rounds_opened = signal("assignment-rounds-opened")
# Sent with the Session as sender and recognition=Recognition, when it is granted, refused or ended.
recognition_decided = signal("recognition-decided")
# Sent with the Session as sender and assignment=Assignment, for each that uses a path whose steps have changed.
steps_changed = signal("assignment-steps-changed")
# Sent with the Session as sender, assignment=Assignment and member_ids=list[int] of those whom HR reminds now.
members_reminded = signal("assignment-members-reminded")
# Sent with the Session as sender, course=Course and recognition_ids=list[int] of exemptions that were granted together.
exempted_together = signal("exempted-together")
# Sent with the Session as sender and recognition_ids=list[int], when granting them together is undone.
exemptions_undone = signal("exemptions-undone")
