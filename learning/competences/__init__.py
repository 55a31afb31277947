"""Competences: the frameworks that say what a manager should be able to do, published as immutable versions.

Other rooms ask ``published`` (what a framework says now, a competence by its code, its words in a language) and
``models`` (the rows to point at). ``coverage`` tells which courses build which competence.
"""
