"""Agencies, the unit tree, people and the positions they hold.

The face of the room: ``agencies``, ``units``, ``people`` (the SQL and the rules), ``organisation_number`` (pure),
``searching.holds`` (text as people type it) and ``signals.positions_changed``. Pages are in ``administration``.
"""
