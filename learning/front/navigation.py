"""The navigation as data: what stands in the menu for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from learning.access.guard import current_actor
from learning.access.policy import Actor, Permission, permissions_in
from learning.database import db
from learning.organisation.models import Agency
from learning.paths.team import leads_anybody
from learning.programmes import mine


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Group:
    label: str
    items: list[Item]


@dataclass(frozen=True)
class Menu:
    main: list[Item]
    groups: list[Group]


def _item(endpoint: str, label: str, **values: Any) -> Item:
    here = request.endpoint == endpoint and all((request.view_args or {}).get(k) == v for k, v in values.items())
    return Item(label, url_for(endpoint, **values), here)


def navigation(on_error_page: bool = False) -> Menu:
    """The menu of this request's user; on an error page a stranger's when the database does not answer."""
    try:
        return _menu(current_actor())
    except SQLAlchemyError:
        if not on_error_page:
            raise
        db.session.rollback()
        return _menu(None)


def _menu(actor: Actor | None) -> Menu:
    main = [_item("front.start", gettext("Start")), _item("catalogue.courses", gettext("Courses"))]
    if actor is None:
        return Menu([*main, _item("access.sign_in", gettext("Sign in"))], [])
    main.append(_item("front.record", gettext("My record")))
    main.append(_item("competences.mine", gettext("My competences")))
    if leads_anybody(db.session, actor.person_id):
        main.append(_item("overviews.team", gettext("My team")))
    main.append(_item("development.overview", gettext("My development")))
    main.append(_item("practice.practice", gettext("After the course")))
    if mine.has_any(db.session, actor.person_id):
        main.append(_item("my_programmes.programmes", gettext("My programmes")))
    groups: list[Group] = []
    boards: list[Agency] = []
    entries = (  # as wide as an agency; what the reader may not do is left out
        (Permission.SEE_BOARD, "paths.board", gettext("Overview")),
        (Permission.MANAGE_PATHS, "paths.paths", gettext("Learning paths")),
        (Permission.MANAGE_PATHS, "paths.new_assignment", gettext("Assign a path")),
        (Permission.MANAGE_PATHS, "audiences.audiences", gettext("Audiences")),
        (Permission.MANAGE_PATHS, "recognition.in_agency", gettext("Exemptions and prior learning")),
        (Permission.MANAGE_PATHS, "brought.in_agency", gettext("Brought from elsewhere")),
        (Permission.MANAGE_PATHS, "programmes.programmes", gettext("Programmes")),
        (Permission.MANAGE_FRAMEWORKS, "own_frameworks.frameworks", gettext("Own frameworks")),
        (Permission.MANAGE_COMPETENCES, "people_competences.contests", gettext("Contested levels")),
        (Permission.MANAGE_CULTURE, "culture.campaigns", gettext("Innovation culture")),
        (Permission.MANAGE_NEEDS, "gaps.matrix", gettext("Competence planning")),
        (Permission.SEE_PEOPLE, "organisation.people", gettext("People")),
        (Permission.SEE_PEOPLE, "organisation.units", gettext("Units")),
        (Permission.EXPORT_RECORDS, "records.records", gettext("Completion records")),
        (Permission.REVOKE_CERTIFICATES, "certificates.certificates", gettext("Certificates")),
        (Permission.SEE_OUTBOX, "notifications.outbox", gettext("Mail")),
        (Permission.GRANT_ROLES, "access.roles", gettext("Roles")),
        (Permission.MANAGE_SIGN_IN, "sign_in_settings.providers", gettext("Sign-in")),
        (Permission.MANAGE_INTEGRATIONS, "tokens.tokens", gettext("Integrations")),
        (Permission.SHARE_CULTURE, "culture.sharing", gettext("Comparison of innovation culture")),
        (Permission.SEE_AUDIT_TRAIL, "trail.audit_trail", gettext("Audit trail")),
    )
    wanted = {agency_id for _, agency_id in actor.roles if agency_id is not None}
    agencies = db.session.scalars(select(Agency).where(Agency.id.in_(wanted)).order_by(Agency.name)).all()
    for agency in agencies:
        allowed = permissions_in(actor, agency.id)
        items = [
            _item(endpoint, label, agency_slug=agency.slug) for need, endpoint, label in entries if need in allowed
        ]
        if items:
            groups.append(Group(agency.name, items))
            if Permission.SEE_BOARD in allowed:
                boards.append(agency)
    for agency in boards:
        # One name for the page; who sees several agencies needs to tell them apart.
        label = gettext("Overview") if len(boards) == 1 else agency.name
        main.append(_item("paths.board", label, agency_slug=agency.slug))
    more = [
        _item("portfolio.portfolio", gettext("My record to take along")),
        _item("frameworks.frameworks", gettext("Frameworks of competences")),
    ]
    everywhere = permissions_in(actor, None).union(*(permissions_in(actor, agency.id) for agency in agencies))
    if Permission.SEE_AUTHORING in everywhere:
        more.append(_item("catalogue.authoring", gettext("Authoring")))
    if Permission.SEE_COVERAGE in everywhere:
        more.append(_item("frameworks.covered", gettext("Which courses build what")))
    if Permission.MANAGE_AGENCIES in everywhere:
        more.append(_item("organisation.agencies", gettext("Agencies")))
    if current_app.config["SETTINGS"].demo:
        more.append(_item("notifications.demo_mail", gettext("Demo mail")))
    groups.append(Group(gettext("More"), more))
    return Menu(main, groups)
