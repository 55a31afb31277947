"""Links that stop the mails of a saved view: ``sign(view_id, person_id)`` and ``read(token)``."""

from __future__ import annotations

from learning.access.personal_links import PersonalLinks

_links = PersonalLinks("stop a saved view")
sign, read = _links.sign, _links.read
