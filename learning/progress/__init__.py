"""Taking courses: enrolments, answers, attempts, and the ledger of completions.

Its face: ``enrolling`` (begin, move, change language), ``answering`` (lessons), ``assessing`` (the final
assessment), ``completion`` (the rule, pure), ``completing`` (the recorded fact), ``ledger`` (the hash chain) and
``overview`` (where somebody stands).
"""
