"""Learning paths: building them, assigning them to audiences, due dates, and the board that shows who is behind.

The face of the room: ``building`` and ``assigning`` (what HR does), ``membership.refresh`` (run daily by the worker),
``board`` (what HR sees), ``learner.my_paths`` (what a learner sees) and ``standing.done_members`` (for reminders).
"""
