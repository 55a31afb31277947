"""What comes after a course: plans and promises followed up, spaced recall, learning pairs, notes to one's manager.

Support at work predicts whether leadership skills are used (Blume et al. 2010), so this is part of learning and not
an extra. The face of the room: ``follow_ups`` (plans and promises), ``recall`` (questions at fixed days), ``pairs``
(a colleague one chooses) and ``manager_notes``. Mails are queued by ``notifications``; ``tokens`` signs their links.
"""
