"""An agency's providers of identity: adding, changing, switching on and off, removing, finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from flask import current_app, url_for
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from learning.access import audit
from learning.access.models import IdentityLink, IdentityProvider, IdentityProviderDomain
from learning.access.oidc import Client
from learning.access.password_policy import require_way_in
from learning.organisation.models import Agency
from learning.sealing import open_text, seal_text


class ProviderTaken(Exception):
    """The agency has a provider with that issuer and client ID already."""


class IssuerInUse(Exception):
    """People are linked to what this issuer calls them; another issuer could call somebody else the same."""


@dataclass(frozen=True)
class ProviderFacts:
    """What an administrator fills in. An empty ``client_secret`` keeps the one that is stored."""

    name: str
    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    acr_values: str
    domains: tuple[str, ...]
    verifies_addresses: bool


def normalised_domain(text: str) -> str:
    """A domain as it is stored, without an @ before. Raises ValueError when it is none."""
    try:
        found = validate_email(f"someone@{text.strip().lstrip('@')}", check_deliverability=False)
    except EmailNotValidError as fault:
        raise ValueError(str(fault)) from fault
    return found.domain.lower()


def _domain_of(address: str) -> str:
    return address.strip().rpartition("@")[2].lower()


def providers_of(session: Session, agency_id: int) -> Sequence[IdentityProvider]:
    """The agency's providers, by name."""
    return session.scalars(
        select(IdentityProvider)
        .options(selectinload(IdentityProvider.domains))
        .where(IdentityProvider.agency_id == agency_id)
        .order_by(IdentityProvider.name, IdentityProvider.id)
    ).all()


def people_linked(session: Session, agency_id: int) -> dict[int, int]:
    """How many people are linked at each of the agency's providers; none for one that is not named."""
    statement = (
        select(IdentityLink.provider_id, func.count(IdentityLink.person_id.distinct()))
        .join(IdentityLink.provider)
        .where(IdentityProvider.agency_id == agency_id)
        .group_by(IdentityLink.provider_id)
    )
    return dict(session.execute(statement).all())


def provider_in(session: Session, agency_id: int, provider_id: int) -> IdentityProvider | None:
    """A provider of the agency; None for another agency's."""
    return session.scalar(
        select(IdentityProvider).where(IdentityProvider.id == provider_id, IdentityProvider.agency_id == agency_id)
    )


def enabled_provider(session: Session, provider_id: int) -> IdentityProvider | None:
    """A provider that is switched on, with its agency."""
    return session.scalar(
        select(IdentityProvider)
        .options(joinedload(IdentityProvider.agency, innerjoin=True))
        .where(IdentityProvider.id == provider_id, IdentityProvider.enabled.is_(True))
    )


def enabled_in(session: Session, slug: str) -> Sequence[IdentityProvider]:
    """The providers that are switched on in the agency with the short name, by name."""
    return session.scalars(
        select(IdentityProvider)
        .join(IdentityProvider.agency)
        .options(joinedload(IdentityProvider.agency, innerjoin=True))
        .where(Agency.slug == slug, IdentityProvider.enabled.is_(True))
        .order_by(IdentityProvider.name, IdentityProvider.id)
    ).all()


def enabled_for(session: Session, agency_ids: set[int]) -> Sequence[IdentityProvider]:
    """The providers that are switched on in these agencies."""
    return session.scalars(
        select(IdentityProvider)
        .join(IdentityProvider.agency)
        .options(joinedload(IdentityProvider.agency, innerjoin=True))
        .where(IdentityProvider.agency_id.in_(agency_ids), IdentityProvider.enabled.is_(True))
        .order_by(Agency.name, IdentityProvider.name, IdentityProvider.id)
    ).all()


def any_enabled(session: Session) -> bool:
    """Whether any agency's provider is switched on."""
    return session.scalar(select(IdentityProvider.id).where(IdentityProvider.enabled.is_(True)).limit(1)) is not None


def employers_by_address(session: Session, address: str) -> Sequence[Agency]:
    """The agencies whose providers vouch for addresses with this domain. Nothing is told of the person."""
    domain = _domain_of(address)
    return session.scalars(
        select(Agency)
        .where(
            Agency.id.in_(
                select(IdentityProvider.agency_id)
                .join(IdentityProviderDomain, IdentityProviderDomain.provider_id == IdentityProvider.id)
                .where(IdentityProviderDomain.domain == domain, IdentityProvider.enabled.is_(True))
            )
        )
        .order_by(Agency.name, Agency.id)
    ).all()


def vouches_for(provider: IdentityProvider, address: str) -> bool:
    """Whether the address lies in one of the provider's domains, when it has any."""
    return not provider.domains or _domain_of(address) in {each.domain for each in provider.domains}


def return_to() -> str:
    """The page that a provider sends the browser back to from signing out there."""
    return f"{current_app.config['SETTINGS'].base_url}{url_for('front.start')}"


def redirect_uri(agency_slug: str) -> str:
    """Where an agency's providers send the browser back to: one address an agency, so that no provider can pass off
    its answer as another agency's.
    """
    base = current_app.config["SETTINGS"].base_url
    return f"{base}{url_for('oidc.callback', agency_slug=agency_slug)}"


def client_of(provider: IdentityProvider) -> Client:
    """What we are at the provider, with the secret opened. Raises sealing.CannotOpen."""
    return Client(
        issuer=provider.issuer, client_id=provider.client_id, client_secret=open_text(provider.client_secret),
        redirect_uri=redirect_uri(provider.agency.slug), return_to=return_to(), scopes=provider.scopes,
        acr_values=provider.acr_values,
    )  # fmt: skip


def _record(session: Session, action: str, provider: IdentityProvider, actor_id: int, **detail: str) -> None:
    audit.record(
        session, action, subject_type="identity-provider", subject_id=provider.id,
        actor_id=actor_id, agency_id=provider.agency_id, name=provider.name, **detail,
    )  # fmt: skip


def add(session: Session, agency_id: int, facts: ProviderFacts, actor_id: int) -> IdentityProvider:
    """A new provider, switched off until it has been looked at. Raises ProviderTaken."""
    provider = IdentityProvider(agency_id=agency_id, client_secret=seal_text(facts.client_secret))
    _fill(provider, facts)
    _save(session, provider)
    _record(session, "identity-provider.added", provider, actor_id, issuer=facts.issuer)
    return provider


def change(session: Session, provider: IdentityProvider, facts: ProviderFacts, actor_id: int) -> list[str]:
    """Change a provider; the names of what changed, never the values. Raises ProviderTaken and IssuerInUse."""
    session.scalar(select(IdentityProvider.id).where(IdentityProvider.id == provider.id).with_for_update())
    is_other = (provider.issuer, provider.client_id) != (facts.issuer, facts.client_id)
    linked = select(IdentityLink.person_id).where(IdentityLink.provider_id == provider.id).limit(1)
    if is_other and session.scalar(linked) is not None:
        raise IssuerInUse
    names = ("name", "issuer", "client_id", "scopes", "acr_values", "verifies_addresses")
    changed = [name for name in names if getattr(provider, name) != getattr(facts, name)]
    if {each.domain for each in provider.domains} != set(facts.domains):
        changed.append("domains")
    if facts.client_secret:
        provider.client_secret = seal_text(facts.client_secret)
        changed.append("client_secret")
    _fill(provider, facts)
    _save(session, provider)
    if changed:
        _record(session, "identity-provider.changed", provider, actor_id, fields=", ".join(changed))
    return changed


def _fill(provider: IdentityProvider, facts: ProviderFacts) -> None:
    provider.name, provider.issuer, provider.client_id = facts.name, facts.issuer, facts.client_id
    provider.scopes, provider.acr_values = facts.scopes, facts.acr_values
    provider.verifies_addresses = facts.verifies_addresses
    kept = {each.domain: each for each in provider.domains}
    provider.domains = [kept.get(name) or IdentityProviderDomain(domain=name) for name in sorted(set(facts.domains))]


def _save(session: Session, provider: IdentityProvider) -> None:
    try:
        with session.begin_nested():
            session.add(provider)
    except IntegrityError as fault:
        raise ProviderTaken from fault


def switch(session: Session, provider: IdentityProvider, actor_id: int, *, on: bool) -> None:
    """Switch a provider on or off; again changes nothing. Raises password_policy.NoWayIn."""
    if provider.enabled is on:
        return
    if not on:
        require_way_in(session, provider.agency_id, actor_id, provider.id)
    provider.enabled = on
    _record(session, "identity-provider.switched-on" if on else "identity-provider.switched-off", provider, actor_id)
    session.flush()


def remove(session: Session, provider: IdentityProvider, actor_id: int) -> None:
    """Remove a provider with its secret and who is linked there. Raises password_policy.NoWayIn."""
    require_way_in(session, provider.agency_id, actor_id, provider.id)
    _record(session, "identity-provider.removed", provider, actor_id, issuer=provider.issuer)
    session.execute(delete(IdentityLink).where(IdentityLink.provider_id == provider.id))
    session.delete(provider)
    session.flush()
