"""Signals of this room; receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender and agency_id=int after a position there was added, moved or ended.
positions_changed = signal("positions-changed")
# Sent with the Session as sender, person=Person and before=str, the address that the person had until now.
address_changed = signal("address-changed")
# The same for many at once: changes=list of (Person, the address until now).
addresses_changed = signal("addresses-changed")
