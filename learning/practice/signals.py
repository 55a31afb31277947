"""What happens here and is told by mail. Receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender and follow_ups=list[FollowUp] that were just made.
follow_ups_made = signal("follow-ups-made")
# Sent with the Session as sender and follow_up=FollowUp, when the first answer of it was recorded.
follow_up_answered = signal("follow-up-answered")
# The same for every new answer, also one that changes what was told before.
follow_up_told = signal("follow-up-told")
# Sent with the Session as sender and round=RecallRound, when it was just made.
recall_round_made = signal("recall-round-made")
# Sent with the Session as sender and pair=LearningPair.
pair_invited = signal("pair-invited")
pair_accepted = signal("pair-accepted")
pair_ended = signal("pair-ended")
# Sent with the Session as sender and note=ManagerNote and words=str, the note as it was written.
manager_note_sent = signal("manager-note-sent")
