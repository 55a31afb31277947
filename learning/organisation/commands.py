"""What commands of other rooms share: the agency that somebody names."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.organisation.models import Agency


def agency_named(session: Session, slug: str) -> Agency:
    """The agency with the short name. Raises click.ClickException, which tells what agencies there are."""
    agency = session.scalar(select(Agency).where(Agency.slug == slug))
    if agency is None:
        known = ", ".join(session.scalars(select(Agency.slug).order_by(Agency.slug).limit(20)))
        raise click.ClickException(f"There is no agency {slug!r}. There are: {known or 'none yet'}.")
    return agency
