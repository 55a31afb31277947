"""Strategic competence management: which competences an agency needs, when, where it lacks them, what it does about it.

``setting`` keeps the needs, ``resolving`` says which need counts where, ``tallies`` counts who has reached what,
``gaps`` and ``matrix`` put the two together. ``measures`` are what is done about a gap, ``leaving`` asks what happens
when people leave, and ``plan`` is all of it for a board.
"""
