"""Development: how managers see themselves, the yearly conversation with their own manager, and goals.

All of it belongs to the person; their own manager sees what is said to be shared, and nobody else anything. Nothing
here is evidence of a competence. ``views`` and ``goal_views`` are the person's pages, ``conversation_views`` those of
both.
"""
