"""Every route, as every role and as another agency's people. A route that is not in the table fails the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.access import api_tokens, password_links
from learning.access.models import Role, RoleGrant, TokenPurpose
from learning.catalogue.frameworks import DELIVERED, FrameworkPlan
from learning.catalogue.models import CourseVersion
from learning.certificates.models import Certificate
from learning.competences import keeping, published, publishing
from learning.competences.evidence_models import ConfirmationRequest, Contest, Evidence
from learning.competences.levels import EvidenceKind
from learning.competences.models import Competence
from learning.culture.campaigns import hash_of
from learning.culture.models import (
    CultureCampaign,
    CultureGroup,
    CultureInvitation,
    CultureLink,
    CultureMeasure,
)
from learning.development import conversations, goals
from learning.development.models import Side
from learning.needs import measures, scenarios
from learning.needs.measures import MeasureDraft
from learning.needs.models import Horizon, MeasureKind, NeedRole
from learning.needs.setting import Key
from learning.notifications import view_links
from learning.notifications.calendar import new_address
from learning.organisation.models import Departure, Level, Membership, Person, Position
from learning.paths import building, recognising
from learning.paths.building import PathDraft, StepDraft
from learning.paths.bulk_models import BulkAct, BulkAction
from learning.paths.models import Assignment, AssignmentMember, Audience, DueKind, RecognitionKind
from learning.paths.saved_view_models import SavedView, ViewPage
from learning.people_files import waiting
from learning.people_files.steps import Options
from learning.portfolio import keys
from learning.portfolio.models import BadgeKind, TakenIn, TakenStatus, TrustedIssuer
from learning.practice.models import FollowUp, FollowUpKind, LearningPair, PairStatus, RecallRound
from learning.practice.tokens import Purpose, sign
from learning.programmes import reply_links
from learning.programmes.models import Cohort, CohortFacilitator, CohortMember, Gathering
from learning.progress import enrolling
from learning.provisioning.models import ProvisionedGroup
from tests import factories
from tests.catalogue.frameworks import framework

EVERYBODY = {"anonymous", "learner", "hr", "author", "auditor", "agency-admin", "platform-admin"}
SIGNED_IN = EVERYBODY - {"anonymous"}
HR = {"hr"}
BOARD = {"hr", "auditor", "agency-admin", "platform-admin"}
PEOPLE = {"hr", "agency-admin", "platform-admin"}
ADMINISTRATORS = {"agency-admin", "platform-admin"}
RECORDS = {"hr", "auditor", "agency-admin", "platform-admin"}

# endpoint -> who gets in. Endpoints of one learner's own things are in OWN instead.
TABLE: dict[str, set[str]] = {
    "static": EVERYBODY,
    "access.sign_in": EVERYBODY,
    "access.forgotten": EVERYBODY,
    "access.choose_password": EVERYBODY,
    "access.sign_out": EVERYBODY,
    "access.language": EVERYBODY,
    "access.theme": EVERYBODY,
    "access.account": SIGNED_IN,
    "access.roles": {"agency-admin", "platform-admin"},
    "access.end_role": {"agency-admin", "platform-admin"},
    "oidc.employer": EVERYBODY,
    "oidc.begin": EVERYBODY,
    "oidc.callback": EVERYBODY,
    "oidc.signed_out": EVERYBODY,
    "oidc.connect": SIGNED_IN,
    "oidc.confirm": SIGNED_IN,
    "oidc.disconnect": SIGNED_IN,
    "sign_in_settings.providers": ADMINISTRATORS,
    "sign_in_settings.new_provider": ADMINISTRATORS,
    "sign_in_settings.edit_provider": ADMINISTRATORS,
    "sign_in_settings.try_provider": ADMINISTRATORS,
    "sign_in_settings.switch_provider": ADMINISTRATORS,
    "sign_in_settings.remove_provider": ADMINISTRATORS,
    "sign_in_settings.passwords": ADMINISTRATORS,
    "trail.audit_trail": {"auditor", "agency-admin", "platform-admin"},
    "trail.export": {"auditor", "agency-admin", "platform-admin"},
    "catalogue.courses": EVERYBODY,
    "catalogue.course": EVERYBODY,
    "catalogue.media": EVERYBODY,
    "catalogue.authoring": {"author", "platform-admin"},
    "catalogue.activity_types": {"author", "platform-admin"},
    "certificates.find": EVERYBODY,
    "certificates.confirm": EVERYBODY,
    "certificates.download": EVERYBODY,
    "certificates.certificates": {"hr", "author"},
    "certificates.revoke": {"hr", "author"},
    "competences.mine": SIGNED_IN,
    "competences.rule": SIGNED_IN,
    "competences.one": SIGNED_IN,
    "competences.ask": SIGNED_IN,
    "competences.contest": SIGNED_IN,
    "people_competences.contests_of_team": SIGNED_IN,
    "people_competences.in_agency": HR,
    "people_competences.register_in_agency": HR,
    "people_competences.withdraw_evidence": HR,
    "people_competences.contests": HR,
    "people_competences.contest": HR,
    "people_competences.answer": HR,
    "frameworks.frameworks": SIGNED_IN,
    "frameworks.framework": SIGNED_IN,
    "frameworks.covered": {"hr", "author", "platform-admin"},
    "frameworks.export_covered": {"hr", "author", "platform-admin"},
    "development.overview": SIGNED_IN,
    "development.assess": SIGNED_IN,
    "development.history": SIGNED_IN,
    "goals.choose": SIGNED_IN,
    "goals.new": SIGNED_IN,
    "own_frameworks.frameworks": HR,
    "own_frameworks.check": HR,
    "own_frameworks.take_in": HR,
    "own_frameworks.use": HR,
    "own_frameworks.template": HR,
    "own_frameworks.export": HR,
    "portfolio.portfolio": SIGNED_IN,
    "portfolio.take_out": SIGNED_IN,
    "portfolio.check": SIGNED_IN,
    "portfolio.take_in": SIGNED_IN,
    "brought.in_agency": HR,
    "brought.decide": HR,
    "brought.trust": HR,
    "brought.distrust": HR,
    "open_badges.key_set": EVERYBODY,
    "open_badges.key": EVERYBODY,
    "open_badges.issuer": EVERYBODY,
    "open_badges.revoked": EVERYBODY,
    "device.manifest": EVERYBODY,
    "device.offline": EVERYBODY,
    "device.service_worker": EVERYBODY,
    "device.session": EVERYBODY,
    "items.items": {"author", "platform-admin"},
    "front.start": EVERYBODY,
    "front.accessibility": EVERYBODY,
    "front.record": SIGNED_IN,
    "front.own_data": SIGNED_IN,
    "notifications.demo_mail": SIGNED_IN,
    "notifications.my_calendar": SIGNED_IN,
    "notifications.calendar_feed": EVERYBODY,
    "notifications.outbox": PEOPLE,
    "doubles.likely": PEOPLE,
    "doubles.search": PEOPLE,
    "doubles.merge": PEOPLE,
    "leaving.leave": PEOPLE,
    "leaving.take_back": PEOPLE,
    "notifications.try_mail_again": PEOPLE,
    "notifications.unreached": PEOPLE,
    "organisation.people": PEOPLE,
    "organisation.person": PEOPLE,
    "organisation.edit_person": PEOPLE,
    "organisation.send_password_link": PEOPLE,
    "organisation.units": PEOPLE,
    "organisation.new_person": PEOPLE,
    "organisation.add_position": PEOPLE,
    "organisation.end_position": PEOPLE,
    "organisation.add_unit": PEOPLE,
    "organisation.rename_unit": PEOPLE,
    "unit_tree.choose": PEOPLE,
    "unit_tree.move": PEOPLE,
    "unit_tree.confirm_removal": PEOPLE,
    "unit_tree.remove": PEOPLE,
    "organisation.agencies": {"platform-admin"},
    "people_files.upload": PEOPLE,
    "people_files.file": PEOPLE,
    "people_files.confirm": PEOPLE,
    "people_files.discard": PEOPLE,
    "people_files.faults": PEOPLE,
    "people_files.template": PEOPLE,
    "people_files.export": PEOPLE,
    "paths.board": BOARD,
    "paths.members": BOARD,
    "gaps.matrix": HR,
    "gaps.people": HR,
    "gaps.team": SIGNED_IN,
    "gaps.team_people": SIGNED_IN,
    "needs.needs": HR,
    "needs.save_grid": HR,
    "needs.one": HR,
    "needs.copy": HR,
    "needs.suggestions": HR,
    "needs.export": HR,
    "needs.read_file": HR,
    "measures.measures": HR,
    "measures.new_measure": HR,
    "measures.measure": HR,
    "planning.what_if": HR,
    "planning.show_what_if": HR,
    "planning.scenario": HR,
    "planning.remove_scenario": HR,
    "planning.plan": HR,
    "planning.decide": HR,
    "planning.plan_file": HR,
    "following_up.export_members": BOARD,
    "following_up.confirm_reminder": HR,
    "following_up.remind": HR,
    "bulk.choose": HR,
    "bulk.preview": HR,
    "bulk.carry_out": HR,
    "bulk.recent": HR,
    "bulk.one": HR,
    "bulk.undo": HR,
    "saved_views.views": BOARD,
    "saved_views.new": BOARD,
    "saved_views.save": BOARD,
    "saved_views.open": BOARD,
    "saved_views.edit": BOARD,
    "saved_views.schedule": BOARD,
    "saved_views.change": HR,
    "saved_views.remove": BOARD,
    "notifications.stop_view": EVERYBODY,
    "paths.assignment": BOARD,
    "restoring.confirm": HR,
    "restoring.restore": HR,
    "paths.paths": HR,
    "paths.new_path": HR,
    "paths.create_path": HR,
    "paths.edit_path": HR,
    "paths.change_path": HR,
    "paths.confirm_archive": HR,
    "paths.archive_path": HR,
    "paths.new_assignment": HR,
    "paths.preview_assignment": HR,
    "paths.create_assignment": HR,
    "paths.confirm_withdraw": HR,
    "paths.withdraw": HR,
    "paths.edit_due": HR,
    "paths.change_due": HR,
    "audiences.audiences": HR,
    "audiences.new_audience": HR,
    "audiences.create_audience": HR,
    "audiences.audience": HR,
    "audiences.edit_audience": HR,
    "audiences.change_audience": HR,
    "audiences.remove_audience": HR,
    "members.extend": HR,
    "members.give_more_time": HR,
    "members.edit_renewal": HR,
    "members.change_renewal": HR,
    "recognition.in_agency": HR,
    "recognition.new": HR,
    "recognition.create": HR,
    "recognition.one": HR,
    "recognition.decide": HR,
    "recognition.end": HR,
    "overviews.heat_map": BOARD,
    "overviews.ahead": BOARD,
    "overviews.team": SIGNED_IN,
    "recognition.own": SIGNED_IN,
    "recognition.ask": SIGNED_IN,
    "reminders.plan": HR,
    "reminders.add_line": HR,
    "reminders.remove_line": HR,
    "reminders.back_to_default": HR,
    "practice.practice": SIGNED_IN,
    "practice.choose_recall": SIGNED_IN,
    "practice_mail.follow_up": EVERYBODY,
    "practice_mail.recall_questions": EVERYBODY,
    "practice_mail.recall_question": EVERYBODY,
    "practice_mail.stop_recall": EVERYBODY,
    "compass.questions": EVERYBODY,
    "culture.campaigns": HR,
    "culture.new_campaign": HR,
    "culture.campaign": HR,
    "culture.close": HR,
    "culture.remove": HR,
    "culture.sharing": ADMINISTRATORS,
    "culture_results.result": HR,
    "culture_results.guide": HR,
    "culture_results.take_out": HR,
    "culture_results.choose_measure": HR,
    "culture_results.follow_up": HR,
    "programmes.programmes": HR,
    "programmes.new_programme": HR,
    "programmes.programme": HR,
    "programmes.edit_programme": HR,
    "programmes.cancel_programme": HR,
    "programmes.export_programme": HR,
    "programmes.plan_gatherings": HR,
    "programmes.edit_gathering": HR,
    "programmes.cancel_gathering": HR,
    "programmes.attendance": HR,
    "participants.choose": HR,
    "participants.remove": HR,
    "my_programmes.programmes": SIGNED_IN,
    "my_programmes.reply_by_mail": EVERYBODY,
    "progress.enrol": SIGNED_IN,
    "records.records": RECORDS,
    "records.export": RECORDS,
    "tokens.tokens": {"agency-admin", "platform-admin"},
    "tokens.revoke": {"agency-admin", "platform-admin"},
}
# Only the learner whose enrolment it is; everybody else, of whatever role, is told that there is no such page.
OWN = {
    "assessment.intro", "assessment.start", "assessment.resume", "assessment.question", "assessment.look_over",
    "assessment.hand_in", "assessment.result", "progress.course_map", "progress.resume", "progress.lesson",
    "progress.answer", "progress.finish", "progress.glossary", "progress.move", "progress.change_language",
    "practice.follow_up", "practice.pair", "practice.share", "practice.partner", "practice.answer_pair",
    "practice.end_pair", "practice.manager_note", "practice_mail.own_recall",
    "progress.note", "progress.print_course", "pretest.start", "pretest.questions", "pretest.result",
    "progress.take_away", "my_programmes.programme", "my_programmes.reply", "my_programmes.facilitate",
    "my_programmes.note_attendance",
    "offline.listing",
    "competences.withdraw_request", "competences.confirmation", "competences.confirm", "competences.decline",
    "competences.take_back", "people_competences.of_team", "people_competences.register_of_team",
    "people_competences.contest_of_team", "people_competences.answer_of_team",
    "goals.goal", "goals.change", "goals.settle",
    "conversations.plan", "conversations.conversation", "conversations.give", "conversations.move",
    "conversations.notes", "conversations.agree", "conversations.end", "conversations.record", "conversations.report",
    "portfolio.take_back",
}  # fmt: skip

# Only another system with a token of the agency's; no role opens these, and no cookie.
BY_TOKEN = {
    "scim.service_provider_config", "scim.resource_types", "scim.resource_type", "scim.schemas", "scim.schema",
    "scim.users", "scim.search_users", "scim.new_user", "scim.user", "scim.replace_user", "scim.patch_user",
    "scim.delete_user", "scim.groups", "scim.search_groups", "scim.new_group", "scim.group", "scim.replace_group",
    "scim.patch_group", "scim.delete_group", "scim.not_here", "scim.bulk",
}  # fmt: skip


@dataclass
class World:
    """One agency with everything in it, and the values that addresses need."""

    people: dict[str, Person]
    owner: Person
    values: dict[str, Any]
    secret: str = ""


def _build(session: Session, version: CourseVersion) -> World:
    agency = factories.make_agency(session)
    unit = factories.make_unit(session, agency)
    people = {}
    for name in ("learner", "hr", "author", "auditor", "agency-admin"):
        people[name] = factories.make_person(session)
        factories.make_position(session, people[name], unit, level=Level.MIDDLE)
        if name != "learner":
            factories.grant(session, people[name], Role(name), agency)
    owner = factories.make_person(session)
    boss, led = factories.make_person(session), factories.make_person(session)
    position: Position = factories.make_position(session, owner, unit, reports_to_id=boss.id)
    factories.make_position(session, led, unit, reports_to_id=owner.id)
    held: RoleGrant = factories.grant(session, owner, Role.AUDITOR, agency)
    completion = factories.complete_course(session, owner, version)
    certificate = session.scalars(select(Certificate).where(Certificate.completion_id == completion.id)).one()
    draft = PathDraft("Path", "", (StepDraft(version.course_id),))
    path = building.create_path(session, agency.id, draft, actor_id=None)
    audience = Audience(agency_id=agency.id, name="Managers", rule={"units": [{"unit": unit.id, "below": True}]})
    session.add(audience)
    session.flush()
    assignment = Assignment(agency_id=agency.id, path_id=path.id, audience_id=audience.id, due_kind=DueKind.NONE,
                            request_key="k")  # fmt: skip
    session.add(assignment)
    session.flush()
    member = AssignmentMember(agency_id=agency.id, assignment_id=assignment.id, person_id=owner.id,
                              position_id=position.id, version_id=path.current.id)  # fmt: skip
    session.add(member)
    session.flush()
    asked = recognising.ask(session, agency.id, owner.id, version.course_id, RecognitionKind.EXEMPTION,
                            reason="Why", actor_id=owner.id)  # fmt: skip
    together = BulkAction(agency_id=agency.id, act=BulkAct.REMINDER, by_id=people["hr"].id, request_key="k")
    view = SavedView(agency_id=agency.id, owner_id=people["hr"].id, name="V", page=ViewPage.BOARD, choices={},
                     is_shared=True)  # fmt: skip
    session.add_all([together, view])
    session.flush()
    practising = enrolling.enrol(session, owner, factories.publish_practice(session).course, "en")
    follow_up = FollowUp(
        enrolment_id=practising.id, person_id=owner.id, lesson_id="l2", activity_id="c-ask",
        kind=FollowUpKind.COMMITMENT, days=30, due_on=date(2030, 1, 1),
    )  # fmt: skip
    partner = factories.make_person(session)
    pair = LearningPair(
        enrolment_id=practising.id, person_id=owner.id, partner_id=partner.id, agency_id=agency.id,
        status=PairStatus.ACTIVE,
    )  # fmt: skip
    item = {"completion_id": completion.id, "version_id": version.id, "item_id": "a-one", "day": 2}
    recall = RecallRound(person_id=owner.id, due_on=date(2030, 1, 1), language="en", seed=1, items=[item])
    cohort = Cohort(
        agency_id=agency.id,
        path_id=path.id,
        version_id=path.current.id,
        name="P",
        starts_on=date(2030, 1, 1),
        request_key="k",
    )
    session.add_all([follow_up, pair, recall, cohort])
    session.flush()
    gathering = Gathering(
        cohort_id=cohort.id, title="G", starts_at=datetime(2030, 1, 2, 8, tzinfo=UTC),
        ends_at=datetime(2030, 1, 2, 9, tzinfo=UTC), place="Room", request_key="k",
    )  # fmt: skip
    session.add_all([
        CohortFacilitator(cohort_id=cohort.id, person_id=owner.id),
        CohortMember(cohort_id=cohort.id, person_id=owner.id), gathering,
    ])  # fmt: skip
    session.flush()
    token, secret = api_tokens.make(
        session, agency.id, people["agency-admin"].id, api_tokens.new_key(), name="HR", purpose=TokenPurpose.SCIM,
        expires_on=date(2100, 1, 1), sends_invitations=False,
    )  # fmt: skip
    scim_id = session.scalars(select(Membership.scim_id).where(Membership.person_id == owner.id)).one()
    group = ProvisionedGroup(agency_id=agency.id, tag="new managers", name="New managers")
    session.add(group)
    session.flush()
    people_file = waiting.keep(session, agency.id, owner.id, "people.csv", b"E-mail;Unit;Level\n;;", Options())
    publishing.publish(session, DELIVERED)
    risk = published.current(session, "RM")
    assert risk is not None
    own_framework = factories.make_framework(session, agency, owner)
    [lead] = conversations.leads(session, person_id=owner.id)
    conversation = conversations.plan(session, lead, Side.PERSON, [risk], date(2030, 1, 1))
    competence_id = published.competence_ids(session, risk)["RM.1"]
    reporting = factories.make_person(session)
    factories.make_position(session, reporting, unit, reports_to_id=owner.id)
    keeping.add(
        session, owner.id, [competence_id], EvidenceKind.PRIOR_LEARNING, source=f"t{owner.id}", origin="t",
        happened_on=date(2026, 1, 1), agency_id=agency.id,
    )  # fmt: skip
    evidence_id = session.scalars(
        select(Evidence.id).where(Evidence.origin == "t", Evidence.person_id == owner.id)
    ).one()
    asking, asked_of_owner = (
        ConfirmationRequest(person_id=one.id, asked_id=other.id, competence_id=competence_id, agency_id=agency.id)
        for one, other in ((owner, reporting), (reporting, owner))
    )
    contest = Contest(
        person_id=reporting.id, competence_id=competence_id, agency_id=agency.id, level=0, words="No"
    )  # fmt: skip
    session.add_all([asking, asked_of_owner, contest])
    session.flush()
    wish = goals.GoalDraft(3, date(2030, 1, 1), goals.Content(words="Ask", seen="They tell me"))
    goal = goals.make(session, owner.id, competence_id, wish, "k")
    # Addresses whose value depends on the route: endpoint and name.
    by_route = {
        "competences.withdraw_request.request_id": asking.id,
        "people_competences.of_team.person_id": reporting.id,
        "people_competences.register_of_team.person_id": reporting.id,
        "frameworks.framework.framework_id": risk.framework.id,
        "development.assess.framework_id": risk.framework.id,
        "development.history.framework_id": risk.framework.id,
        "conversations.give.framework_id": risk.framework.id,
        "conversations.report.person_id": led.id,
        "practice_mail.follow_up.token": sign(Purpose.FOLLOW_UP, follow_up.id),
        "practice_mail.recall_questions.token": sign(Purpose.RECALL, recall.id),
        "practice_mail.recall_question.token": sign(Purpose.RECALL, recall.id),
        "notifications.stop_view.token": view_links.sign(view.id, owner.id),
        "practice_mail.stop_recall.token": sign(Purpose.STOP_RECALL, owner.id),
        "access.choose_password.token": password_links.sign(session, owner, password_links.Purpose.INVITATION),
        "notifications.calendar_feed.token": new_address(session, owner.id),
        **{
            f"{endpoint}.enrolment_id": practising.id
            for endpoint in OWN
            if endpoint.startswith(("practice.", "pretest.", "progress.take_away"))
        },
        "my_programmes.reply_by_mail.token": reply_links.sign(gathering.id, owner.id),
        **{f"scim.{each}_group.scim_id": group.scim_id for each in ("replace", "patch", "delete")},
        "scim.group.scim_id": group.scim_id,
        "scim.resource_type.name": "User",
        "scim.schema.name": "urn:ietf:params:scim:schemas:core:2.0:User",
        "progress.take_away.lesson_id": "l2",
        "progress.take_away.activity_id": "s-steps",
        "progress.take_away.file_type": "xlsx",
    }
    campaign = CultureCampaign(
        agency_id=agency.id, name="C", unit_ids=[unit.id], languages=["en"], opens_on=date(2026, 1, 1),
        closes_on=date(2026, 1, 8), opened_on=date(2026, 1, 1), request_key="k",
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    session.add(CultureGroup(campaign_id=campaign.id, number=0, depth=0, unit_id=unit.id, name="U", invited=5))
    session.flush()
    invitation = CultureInvitation(campaign_id=campaign.id, group_number=0, person_id=owner.id)
    culture_measure = CultureMeasure(
        campaign_id=campaign.id, text="T", owner="O", due_on=date(2030, 1, 1), scale="IC.S", request_key="k"
    )
    session.add_all([invitation, culture_measure])
    session.flush()
    session.add(CultureLink(token_hash=hash_of(f"compass-{agency.id}"), invitation_key=invitation.key))
    by_route["culture_results.follow_up.measure_id"] = culture_measure.id
    by_route["compass.questions.token"] = f"compass-{agency.id}"
    code = f"Z{agency.id}"  # an agency's own, so that the other's is not found
    publishing.publish_own(session, agency.id, FrameworkPlan.model_validate(framework(code)), owner.id)
    competence = session.scalars(select(Competence).where(Competence.code == f"{code}.1")).one()
    measure = measures.create(
        session, agency.id, Key(unit.id, NeedRole.ALL, competence.id, Horizon.NOW),
        MeasureDraft(MeasureKind.LEARN, "Learn", owner.id, None, date(2030, 1, 1)), request_key="k", actor_id=None,
    )  # fmt: skip
    scenario = scenarios.save(session, agency.id, "Everybody", scenarios.Choice(unit_id=unit.id), actor_id=None)
    issuer = TrustedIssuer(agency_id=agency.id, name="I", address=f"https://{agency.slug}.example")
    taken = TakenIn(
        person_id=owner.id, agency_id=agency.id, credential_id="urn:uuid:1", issuer_name="I",
        issuer_address="https://i.example", kind=BadgeKind.COMPLETION, title="T", codes=[],
        happened_on=date(2020, 1, 1), same_email=True, revocation_known=True, status=TakenStatus.WAITING,
    )  # fmt: skip
    session.add_all([issuer, taken])
    thumbprint = keys.current(session).thumbprint
    departure = Departure(agency_id=agency.id, person_id=owner.id, last_day=date(2030, 1, 1))
    session.add(departure)
    session.flush()
    values = {
        **by_route,
        "departure_id": departure.id, "other_id": people["learner"].id,
        "follow_up_id": follow_up.id, "pair_id": pair.id, "round_id": recall.id, "moment": "before",
        "provider_id": factories.make_provider(session, agency).id,
        "agency_slug": agency.slug, "enrolment_id": completion.enrolment_id, "lesson_id": "l1", "activity_id": "q-risk",
        "number": 1, "place": 1, "slug": "sample-101", "version_number": 1, "path": "cycle.en.svg",
        "code": certificate.code, "grant_id": held.id, "person_id": owner.id, "position_id": position.id,
        "cohort_id": cohort.id, "gathering_id": gathering.id,
        "unit_id": unit.id, "path_id": path.id, "assignment_id": assignment.id, "filename": "icon.svg",
        "audience_id": audience.id, "member_id": member.id, "recognition_id": asked.id,
        "action_id": together.id, "view_id": view.id,
        "token_id": token.id, "scim_id": scim_id,
        "competence_id": competence_id, "evidence_id": evidence_id, "contest_id": contest.id,
        "request_id": asked_of_owner.id,
        "file_id": people_file.id, "framework_id": own_framework.id, "campaign_id": campaign.id,
        "competence_code": competence.code, "measure_id": measure.id,
        "scenario_id": scenario.id,
        "goal_id": goal.id, "conversation_id": conversation.id, "manager_id": boss.id,
        "issuer_id": issuer.id, "taken_id": taken.id, "thumbprint": thumbprint,
    }  # fmt: skip
    return World(people, owner, values, secret)


@pytest.fixture
def worlds(session: Session) -> tuple[World, World, Person]:
    """Two agencies alike, and a platform administrator who belongs to neither."""
    version = factories.publish_sample(session)
    ours, theirs = _build(session, version), _build(session, version)
    platform = factories.make_person(session)
    factories.grant(session, platform, Role.PLATFORM_ADMIN, None)
    session.commit()
    return ours, theirs, platform


def _addresses(app: Flask, world: World) -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of every route."""
    found = []
    for rule in app.url_map.iter_rules():
        values = {name: world.values.get(f"{rule.endpoint}.{name}", world.values.get(name)) for name in rule.arguments}
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        found += [(rule.endpoint, method, address) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def _ask(client: FlaskClient, method: str, address: str) -> int:
    # What POSTs here hold is empty: the question is who gets past the guard, and nothing may change.
    return client.open(address, method=method).status_code


def test_every_route_stands_in_the_table(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - set(TABLE) - OWN - BY_TOKEN == set(), "say in the table who may reach the new routes"
    assert (set(TABLE) | OWN | BY_TOKEN) - endpoints == set(), "the table names routes that are gone"


# Asked last: they end things.
ENDING = (
    "access.sign_out", "access.end_role", "paths.archive_path", "paths.withdraw", "participants.remove",
    "sign_in_settings.remove_provider", "programmes.cancel_gathering", "programmes.cancel_programme", "tokens.revoke",
    "people_files.discard", "culture.close",
    "saved_views.remove",
    "people_files.discard", "planning.remove_scenario",
    "people_files.discard", "brought.distrust",
)  # fmt: skip


def test_who_gets_in(
    app: Flask, session: Session, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    ours, _, platform = worlds
    clients = {name: sign_in(person) for name, person in ours.people.items()}
    clients["anonymous"], clients["platform-admin"] = app.test_client(), sign_in(platform)
    addresses = sorted(_addresses(app, ours), key=lambda each: each[0] in ENDING)
    for endpoint, method, address in addresses:
        for role, client in clients.items():
            if endpoint in OWN or endpoint in BY_TOKEN or endpoint == "access.sign_out":
                continue
            code = _ask(client, method, address)
            where = f"{method} {endpoint} as {role}: {code}"
            assert code < 500, where
            if role in TABLE[endpoint]:
                assert code not in (401, 403), where
                assert not (code in (302, 303) and role == "anonymous" and "agency" in address), where
                assert code != 404 or method == "POST", where
            elif role == "anonymous":
                assert code == 302, where
            else:
                assert code == 403, where


def test_another_agencys_things_are_not_found(
    app: Flask, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    ours, theirs, _ = worlds
    for person in ours.people.values():
        client = sign_in(person)
        for endpoint, method, address in _addresses(app, theirs):
            if "/agency/" in address:
                assert _ask(client, method, address) == 404, f"{method} {endpoint}"


def test_ids_of_another_agency_in_ones_own_address_are_not_found(
    app: Flask, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    ours, theirs, _ = worlds
    mixed = World(ours.people, ours.owner, {**theirs.values, "agency_slug": ours.values["agency_slug"]})
    clients = [sign_in(ours.people["hr"]), sign_in(ours.people["agency-admin"])]
    for rule in app.url_map.iter_rules():
        if "agency_slug" in rule.arguments and len(rule.arguments) > 1:
            with app.test_request_context():
                address = app.url_for(rule.endpoint, **{name: mixed.values[name] for name in rule.arguments})
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                for client in clients:
                    assert _ask(client, method, address) in (403, 404), f"{method} {rule.endpoint}"


def test_a_learners_own_pages_are_theirs_alone(
    app: Flask, session: Session, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    ours, _, platform = worlds
    others = [sign_in(person) for person in (*ours.people.values(), platform)]
    owner = sign_in(ours.owner)
    for endpoint, method, address in _addresses(app, ours):
        if endpoint not in OWN:
            continue
        for client in others:
            assert _ask(client, method, address) == 404, f"{method} {endpoint}"
        assert _ask(app.test_client(), method, address) == 302
        assert _ask(owner, method, address) not in (401, 403, 404, 500), f"{method} {endpoint}"


def test_other_systems_come_in_by_token_and_nobody_by_cookie(
    app: Flask, session: Session, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    ours, theirs, platform = worlds
    people = [app.test_client(), sign_in(ours.people["agency-admin"]), sign_in(platform)]
    token = {"Authorization": f"Bearer {ours.secret}"}
    for endpoint, method, address in _addresses(app, ours):
        if endpoint in BY_TOKEN:
            assert getattr(app.view_functions[endpoint], "guard", None) == "token for scim"
            for client in people:
                answer = client.open(address, method=method)
                assert answer.status_code in (401, 429), f"{method} {endpoint}"
                assert answer.mimetype == "application/scim+json"
            code = app.test_client().open(address, method=method, headers=token).status_code
            assert code not in (401, 403, 404, 429, 500), f"{method} {endpoint}: {code}"
    for endpoint, method, address in _addresses(app, theirs):
        if endpoint in BY_TOKEN and theirs.values["scim_id"] in address:
            content = {"json": {}} if method in ("PUT", "PATCH") else {}
            code = app.test_client().open(address, method=method, headers=token, **content).status_code
            assert code == 404, f"{method} {endpoint}: {code}"


def test_numbers_no_database_holds_and_nul_characters_are_refused_politely(
    app: Flask, session: Session, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in(worlds[0].people["hr"])
    slug = worlds[0].values["agency_slug"]
    assert client.get("/learn/99999999999999999999999").status_code == 404
    assert client.get("/courses/a%00b").status_code == 400
    assert client.get(f"/agency/{slug}/people?q=%00").status_code == 400
