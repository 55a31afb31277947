"""Signals of this room; receivers run in the sender's transaction. Each has the Session as its sender."""

from blinker import signal

# cohort=Cohort, person_ids=list[int]: people who have become its facilitators.
facilitators_added = signal("facilitators-added")
# cohort=Cohort, person_ids=list[int]: people who have joined (or come back), and who have left.
participants_joined = signal("participants-joined")
participants_left = signal("participants-left")
# gathering=Gathering, which is new, or has another time, place, link or title.
gathering_announced = signal("gathering-announced")
# gathering=Gathering, which will not be held.
gathering_cancelled = signal("gathering-cancelled")
# cohort=Cohort. Its gatherings ahead have been cancelled, each with its own signal, just before.
cohort_cancelled = signal("cohort-cancelled")
