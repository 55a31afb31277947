"""Everybody in an agency, in and out as one file: uploaded, looked over row by row, and applied all or nothing.

The walk, without HTTP: ``reading`` (bytes to rows), ``columns`` (the header), ``checking`` (a row to what it wishes,
or faults), ``known`` (what the database holds), ``planning`` (the two compared), ``applying`` (the plan carried out).
``walking.plan_file`` takes all but the last step; ``waiting`` keeps an uploaded file until it is confirmed;
``writing`` makes the template and the file of today's people.
"""
