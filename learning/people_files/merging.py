"""When two accounts of one person become one: a waiting file stays with whoever uploaded it."""

from __future__ import annotations

from learning.organisation.merging import PersonColumns
from learning.people_files.models import PeopleFile

COLUMNS = PersonColumns(stays={PeopleFile.uploaded_by_id: "what an account did is said of that account, for a day"})
