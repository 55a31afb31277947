"""Programmes: a learning path that a cohort takes together, with a start date, facilitators and gatherings.

``cohorts``, ``participants``, ``gatherings`` and ``attendance`` are the rules. How far participants have come in the
path is asked for in ``progress`` and nowhere else.
"""
