"""Signals of this room; receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender and agency_id=int after a position there was added, moved or ended,
# or tags were changed.
positions_changed = signal("positions-changed")
# Sent with the Session as sender, person=Person and before=str, the address that the person had until now.
address_changed = signal("address-changed")
# Sent with the Session as sender, kept=Person and merged=Person: each room moves its own rows from the one to the
# other and returns what it moved, {name: how many or which}. Receivers run in any order, so none reads another's rows.
people_merging = signal("people-merging")
# Sent with the Session as sender, kept=Person, merged=Person and fact=PersonMerge, when every room has moved its rows.
people_merged = signal("people-merged")
# The same for many at once: changes=list of (Person, the address until now).
addresses_changed = signal("addresses-changed")
