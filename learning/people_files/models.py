"""Uploaded files that wait for somebody to confirm them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId
from learning.organisation.models import Person


class PeopleFile(Base):
    """A file of people, as it was uploaded. It is swept away a day later, applied or not.

    ``options`` are those of ``steps.Options``; ``counts`` are the outcomes of the rows when it was applied.
    """

    __tablename__ = "people_file"
    __table_args__ = (Index("ix_people_file_agency_id_created_at", "agency_id", "created_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    options: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    applied_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any] | None]

    uploaded_by: Mapped[Person] = relationship()
