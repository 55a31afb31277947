"""Links in invitations that reply for somebody: ``sign(gathering_id, person_id)`` and ``read(token)``."""

from __future__ import annotations

from learning.access.personal_links import PersonalLinks

_links = PersonalLinks("reply to a gathering")
sign, read = _links.sign, _links.read
