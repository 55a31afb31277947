# ruff: noqa: E501  (a wording reads best on one line)
"""The sentence of each action in the audit trail, and the kind of action it is.

A new action: one line in ``WORDINGS``. ``e`` gives what was noted (``e["reason"]``, ``e.number("members")``,
``e.day("on")``) and names (``e.unit()``); ``%(actor)s``, ``%(subject)s`` and ``%(person)s`` fill themselves in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext, ngettext

from learning.access.models import AuditEvent
from learning.administration.trail_names import Names
from learning.administration.trail_sentences import KEEP, Sentence, Telling, listed
from learning.organisation.wording import level_name, role_name
from learning.paths.bulk_models import BulkAct
from learning.paths.bulk_wording import act_name
from learning.paths.due_dates import Status
from learning.paths.wording import status_name

KEEP_ALL = {**KEEP, **{name: f"%({name})s" for name in ("day", "reason", "course", "what")}}
_PLACEHOLDER = re.compile(r"%\(\w+\)s")


class Kind(StrEnum):
    PEOPLE = "people"
    ROLES = "roles"
    ASSIGNMENTS = "assignments"
    PATHS = "paths"
    CERTIFICATES = "certificates"
    SIGN_IN = "sign-in"
    FILES = "files"
    SETTINGS = "settings"


@dataclass(frozen=True)
class Wording:
    kind: Kind
    tell: Callable[[Telling], Sentence]


def kind_name(kind: Kind) -> str:
    names: dict[Kind, str] = {
        Kind.PEOPLE: gettext("People and units"),
        Kind.ROLES: gettext("Roles"),
        Kind.ASSIGNMENTS: gettext("Assignments"),
        Kind.PATHS: gettext("Learning paths"),
        Kind.CERTIFICATES: gettext("Certificates"),
        Kind.SIGN_IN: gettext("Passwords and sign-in"),
        Kind.FILES: gettext("Files taken out and in"),
        Kind.SETTINGS: gettext("Settings"),
    }
    return names[kind]


def _fields(e: Telling) -> str:
    names = {
        "given_name": gettext("given name"),
        "family_name": gettext("family name"),
        "email": gettext("e-mail address"),
        "language": gettext("language"),
    }
    return ", ".join(names.get(name, name) for name in e["fields"].split(", "))


def _due(e: Telling) -> str:
    if e["kind"] == "fixed":
        return e.day("on")
    if e["kind"] == "after-assignment":
        words = ngettext("%(num)d day after being assigned", "%(num)d days after being assigned", e.number("days"))
        return str(words)
    if e["kind"] == "after-position-start":
        words = ngettext(
            "%(num)d day after beginning in the position", "%(num)d days after beginning in the position",
            e.number("days"),
        )  # fmt: skip
        return str(words)
    return str(gettext("no due date"))


def _days(e: Telling) -> str:
    """The days that a file was narrowed to."""
    if e["since"] and e["until"]:
        return str(gettext("%(since)s to %(until)s", since=e.day("since"), until=e.day("until")))
    if e["since"]:
        return str(gettext("from %(day)s", day=e.day("since")))
    return str(gettext("to %(day)s", day=e.day("until"))) if e["until"] else ""


def _in_unit(e: Telling) -> str:
    return e.unit().text if e["unit"] else ""


def _status(e: Telling) -> str:
    return status_name(Status(e["status"])) if e["status"] in set(Status) else ""


def _kind(e: Telling) -> str:
    return kind_name(Kind(e["kind"])) if e["kind"] in set(Kind) else ""


def _members(e: Telling) -> str:
    path = e.thing("assignment", e["assignment"]).text if e["assignment"] else ""
    return listed([_status(e), path, _in_unit(e), e["words"]])


def _people(e: Telling) -> int:
    return e.number("members")


def _act(e: Telling) -> str:
    return act_name(BulkAct(e["act"])) if e["act"] in set(BulkAct) else ""


WORDINGS: dict[str, Wording] = {
    # People and units
    "person.added": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s added %(subject)s in %(unit)s (%(level)s)."), unit=e.unit(), level=level_name(e["level"]))),
    "person.changed": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s changed what is noted about %(subject)s: %(fields)s."), fields=_fields(e))),
    "competence.confirmed": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s confirmed the competence %(code)s of %(person)s."), code=e["competence"])),
    "competence.taken-back": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s took back their confirmation of the competence %(code)s of %(person)s."), code=e["competence"])),
    "competence.placement": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s registered that %(person)s has worked in another job (%(code)s)."), code=e["competence"])),
    "competence.evidence-withdrawn": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s withdrew evidence of the competence %(code)s of %(person)s: %(reason)s"), code=e["competence"], reason=e["reason"])),
    "competence.contested": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s contested their level of the competence %(code)s."), code=e["competence"])),
    "competence.contest-answered": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s answered what %(person)s contested about the competence %(code)s."), code=e["competence"])),
    "position.added": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s gave %(person)s a position in %(unit)s (%(level)s)."), unit=e.unit(), level=level_name(e["level"]))),
    "position.moved": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s moved %(person)s to %(unit)s (%(level)s)."), unit=e.unit(), level=level_name(e["level"]))),
    "position.ended": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s ended the position of %(person)s as %(subject)s; the last day is %(day)s."), day=e.day("ends_on"))),
    "unit.added": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s added the unit %(subject)s."))),
    "unit.renamed": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s gave the unit %(before)s the name %(after)s."), before=e["before"], after=e["after"])),
    "unit.moved": Wording(Kind.PEOPLE, lambda e: e.say(ngettext("%(actor)s moved the unit %(subject)s, with %(num)d person, below %(parent)s.", "%(actor)s moved the unit %(subject)s, with %(num)d people, below %(parent)s.", _people(e), **KEEP), parent=e.unit("parent"))),
    "unit.removed": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s removed the unit %(subject)s."))),
    "person.left": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s ended all positions of %(subject)s; the last day is %(day)s."), day=e.day("last_day"))),
    "person.leaving-taken-back": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s took back that %(subject)s leaves."))),
    "person.merged": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s merged two accounts of %(subject)s."))),
    "person.deprovisioned": Wording(Kind.PEOPLE, lambda e: e.say(gettext("The agency's own system took %(subject)s out."))),
    "position.changed": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s changed the position of %(person)s."))),
    "group.added": Wording(Kind.PEOPLE, lambda e: e.say(gettext("The agency's own system made the tag “%(tag)s”."), tag=e["tag"])),
    "group.renamed": Wording(Kind.PEOPLE, lambda e: e.say(gettext("The agency's own system gave the tag “%(before)s” the name “%(after)s”."), before=e["before"], after=e["after"])),
    "group.removed": Wording(Kind.PEOPLE, lambda e: e.say(gettext("The agency's own system removed the tag “%(tag)s”."), tag=e["tag"])),
    "group.members-changed": Wording(Kind.PEOPLE, lambda e: e.say(gettext("The agency's own system changed who has the tag “%(tag)s”."), tag=e["tag"])),
    "mail.tried-again": Wording(Kind.PEOPLE, lambda e: e.say(gettext("%(actor)s let mail to %(subject)s be tried again."))),
    # Roles
    "role.granted": Wording(Kind.ROLES, lambda e: e.say(gettext("%(actor)s gave %(subject)s the role %(role)s."), role=role_name(e["role"]))),
    "role.ended": Wording(Kind.ROLES, lambda e: e.say(gettext("%(actor)s ended the role %(role)s of %(subject)s."), role=role_name(e["role"]))),
    # Assignments
    "assignment.created": Wording(Kind.ASSIGNMENTS, lambda e: e.say(ngettext("%(actor)s assigned “%(subject)s” to %(num)d person.", "%(actor)s assigned “%(subject)s” to %(num)d people.", _people(e), **KEEP))),
    "assignment.withdrawn": Wording(Kind.ASSIGNMENTS, lambda e: e.say(ngettext("%(actor)s withdrew “%(subject)s” from %(num)d person.", "%(actor)s withdrew “%(subject)s” from %(num)d people.", _people(e), **KEEP))),
    "assignment.due-changed": Wording(Kind.ASSIGNMENTS, lambda e: e.say(gettext("%(actor)s changed when “%(subject)s” is due: %(due)s."), due=_due(e))),
    "assignment.reminded": Wording(Kind.ASSIGNMENTS, lambda e: e.say(ngettext("%(actor)s reminded %(num)d person of “%(subject)s”.", "%(actor)s reminded %(num)d people of “%(subject)s”.", _people(e), **KEEP))),
    "assignment.extended": Wording(Kind.ASSIGNMENTS, lambda e: e.say(gettext("%(actor)s gave %(subject)s more time, until %(day)s: %(reason)s"), day=e.day("on"), reason=e["reason"])),
    "bulk.extended": Wording(Kind.ASSIGNMENTS, lambda e: e.say(ngettext("%(actor)s gave %(num)d person more time, until %(day)s: %(reason)s", "%(actor)s gave %(num)d people more time, until %(day)s: %(reason)s", _people(e), **KEEP_ALL), day=e.day("on"), reason=e["reason"])),
    "bulk.exempted": Wording(Kind.ASSIGNMENTS, lambda e: e.say(ngettext("%(actor)s exempted %(num)d person from the course %(course)s: %(reason)s", "%(actor)s exempted %(num)d people from the course %(course)s: %(reason)s", _people(e), **KEEP_ALL), course=e["course"], reason=e["reason"])),
    "bulk.reminded": Wording(Kind.ASSIGNMENTS, lambda e: e.say(ngettext("%(actor)s reminded %(num)d person whom they chose.", "%(actor)s reminded %(num)d people whom they chose.", _people(e), **KEEP))),
    "bulk.undone": Wording(Kind.ASSIGNMENTS, lambda e: e.say(ngettext("%(actor)s undid for %(num)d person what was done for several at once: %(what)s.", "%(actor)s undid for %(num)d people what was done for several at once: %(what)s.", _people(e), **KEEP_ALL), what=_act(e))),
    "assignment.renewal-changed": Wording(Kind.ASSIGNMENTS, lambda e: e.say(gettext("%(actor)s changed the renewal of “%(subject)s”."))),
    "assignment.reminders-changed": Wording(Kind.ASSIGNMENTS, lambda e: e.say(gettext("%(actor)s changed the reminders of “%(subject)s”."))),
    "recognition.asked": Wording(Kind.ASSIGNMENTS, lambda e: e.say(gettext("%(actor)s asked that %(subject)s need not take the course %(course)s."), course=e["course"])),
    "recognition.granted": Wording(Kind.ASSIGNMENTS, lambda e: e.say(gettext("%(actor)s decided that %(subject)s need not take the course %(course)s."), course=e["course"])),
    "recognition.refused": Wording(Kind.ASSIGNMENTS, lambda e: e.say(gettext("%(actor)s said no to %(subject)s not taking the course %(course)s."), course=e["course"])),
    "recognition.ended": Wording(Kind.ASSIGNMENTS, lambda e: e.say(gettext("%(actor)s asked for the course %(course)s of %(subject)s again."), course=e["course"])),
    # Learning paths
    "path.created": Wording(Kind.PATHS, lambda e: e.say(ngettext("%(actor)s made the learning path “%(subject)s” with %(num)d course.", "%(actor)s made the learning path “%(subject)s” with %(num)d courses.", e.number("steps"), **KEEP))),
    "path.changed": Wording(Kind.PATHS, lambda e: e.say(ngettext("%(actor)s changed the learning path “%(subject)s”; it has %(num)d course.", "%(actor)s changed the learning path “%(subject)s”; it has %(num)d courses.", e.number("steps"), **KEEP))),
    "path.archived": Wording(Kind.PATHS, lambda e: e.say(ngettext("%(actor)s archived the learning path “%(subject)s”, which %(num)d person was assigned.", "%(actor)s archived the learning path “%(subject)s”, which %(num)d people were assigned.", _people(e), **KEEP))),
    "path.restored": Wording(Kind.PATHS, lambda e: e.say(ngettext("%(actor)s took the learning path “%(subject)s” into use again, for %(num)d person.", "%(actor)s took the learning path “%(subject)s” into use again, for %(num)d people.", _people(e), **KEEP))),
    "audience.created": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s made the audience “%(name)s”."), name=e["name"])),
    "audience.changed": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s changed the audience “%(name)s”."), name=e["name"])),
    "audience.removed": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s removed the audience “%(name)s”."), name=e["name"])),
    "programme.created": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s made a programme of “%(path)s”."), path=e["path"])),
    "programme.changed": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s changed the programme “%(name)s”."), name=e["name"])),
    "programme.cancelled": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s cancelled the programme “%(name)s”."), name=e["name"])),
    "programme.joined": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s gave people a place in the programme “%(name)s”."), name=e["name"])),
    "programme.left": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s took somebody out of the programme “%(name)s”."), name=e["name"])),
    "gathering.planned": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s planned the gathering “%(title)s”."), title=e["title"])),
    "gathering.changed": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s changed the gathering “%(title)s”."), title=e["title"])),
    "gathering.cancelled": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s cancelled the gathering “%(title)s”."), title=e["title"])),
    "attendance.noted": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s noted who came to the gathering “%(title)s”."), title=e["title"])),
    "culture.planned": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s planned the campaign “%(name)s” of the innovation culture compass."), name=e["name"])),
    "culture.removed": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s took away the campaign “%(name)s” before it opened."), name=e["name"])),
    "culture.opened": Wording(Kind.PATHS, lambda e: e.say(ngettext("The campaign “%(subject)s” opened, and %(num)d person was invited.", "The campaign “%(subject)s” opened, and %(num)d people were invited.", _people(e), **KEEP))),
    "culture.closed": Wording(Kind.PATHS, lambda e: e.say(gettext("The campaign “%(name)s” closed, and its results were frozen."), name=e["name"])),
    "culture.measure-chosen": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s chose a measure after the campaign “%(name)s”."), name=e["name"])),
    "culture.measure-followed-up": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s noted what became of a measure after the campaign “%(name)s”."), name=e["name"])),
    # Competences that are needed
    "needs.changed": Wording(Kind.PATHS, lambda e: e.say(ngettext("%(actor)s changed %(num)d need for competence in %(subject)s.", "%(actor)s changed %(num)d needs for competence in %(subject)s.", e.number("number"), **KEEP))),
    "measure.added": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s added a measure against a competence gap in %(unit)s: %(words)s"), unit=e.unit(), words=e["words"])),
    "measure.changed": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s changed a measure against a competence gap in %(unit)s: %(words)s"), unit=e.unit(), words=e["words"])),
    "scenario.saved": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s kept the scenario “%(name)s” of people who may leave."), name=e["name"])),
    "scenario.removed": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s removed the scenario “%(name)s” of people who may leave."), name=e["name"])),
    "plan.decided": Wording(Kind.PATHS, lambda e: e.say(gettext("%(actor)s noted what %(body)s decided about the competence plan on %(day)s."), body=e["body"], day=e.day("on"))),
    # Certificates
    "portfolio.taken-out": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s took out their own record as %(format)s."), format=e["format"].upper())),
    "portfolio.offered": Wording(Kind.CERTIFICATES, lambda e: e.say(gettext("%(subject)s brought the badge “%(badge)s” from %(issuer)s."), badge=e["badge"], issuer=e["issuer"])),
    "portfolio.granted": Wording(Kind.CERTIFICATES, lambda e: e.say(gettext("%(actor)s let the badge “%(badge)s” of %(subject)s from %(issuer)s count."), badge=e["badge"], issuer=e["issuer"])),
    "portfolio.declined": Wording(Kind.CERTIFICATES, lambda e: e.say(gettext("%(actor)s said no to the badge “%(badge)s” of %(subject)s from %(issuer)s."), badge=e["badge"], issuer=e["issuer"])),
    "portfolio.ended": Wording(Kind.CERTIFICATES, lambda e: e.say(gettext("%(actor)s let the badge “%(badge)s” of %(subject)s from %(issuer)s count no longer."), badge=e["badge"], issuer=e["issuer"])),
    "portfolio.withdrawn": Wording(Kind.CERTIFICATES, lambda e: e.say(gettext("%(subject)s took the badge “%(badge)s” from %(issuer)s back."), badge=e["badge"], issuer=e["issuer"])),
    "issuer.trusted": Wording(Kind.SETTINGS, lambda e: e.say(gettext("%(actor)s put the issuer “%(name)s” of badges on the list."), name=e["name"])),
    "issuer.removed": Wording(Kind.SETTINGS, lambda e: e.say(gettext("%(actor)s took the issuer “%(name)s” of badges off the list."), name=e["name"])),
    "certificate.revoked": Wording(Kind.CERTIFICATES, lambda e: e.say(gettext("%(actor)s revoked certificate %(subject)s of %(person)s: %(reason)s"), reason=e["reason"])),
    # Passwords and sign-in
    "password.link-sent": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s sent %(subject)s a link to choose a password."))),
    "password.chosen": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(subject)s chose a password with a link from a mail."))),
    "password.changed": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(subject)s changed their own password."))),
    "password.reset": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s gave %(subject)s a new password."))),
    "sign-in.linked": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(subject)s signed in with their employer for the first time."))),
    "sign-in.connected": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(subject)s connected a way to sign in with an employer."))),
    "sign-in.disconnected": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(subject)s removed a way to sign in with an employer."))),
    "identity-provider.added": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s added the sign-in “%(name)s”."), name=e["name"])),
    "identity-provider.changed": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s changed the sign-in “%(name)s”."), name=e["name"])),
    "identity-provider.switched-on": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s switched the sign-in “%(name)s” on."), name=e["name"])),
    "identity-provider.switched-off": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s switched the sign-in “%(name)s” off."), name=e["name"])),
    "identity-provider.removed": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s removed the sign-in “%(name)s”."), name=e["name"])),
    "signed-in": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(subject)s signed in with their employer."))),
    "passwords.switched-off": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s switched passwords off."))),
    "passwords.switched-on": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s switched passwords on."))),
    "token.made": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s made the token “%(name)s” for another system."), name=e["name"])),
    "token.revoked": Wording(Kind.SIGN_IN, lambda e: e.say(gettext("%(actor)s revoked the token “%(name)s”."), name=e["name"])),
    # Files
    "records.exported": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s took out completion records as %(format)s (%(which)s)."), format=e["format"].upper(), which=listed([_days(e), _in_unit(e)]))),
    "members.exported": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s took out the list of people and assignments as %(format)s (%(which)s)."), format=e["format"].upper(), which=_members(e))),
    "trail.exported": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s took out the audit trail as %(format)s (%(which)s)."), format=e["format"].upper(), which=listed([_days(e), e["who"], e["whom"], _kind(e), e["words"]]))),
    "people.imported": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s read in people from the file %(name)s."), name=e["file"] or e["name"])),
    "people.exported": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s took out everybody as a file."))),
    "people-file.discarded": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s threw away a file of people that waited."))),
    "needs.exported": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s took out the needs for competence as a file."))),
    "plan.exported": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s took out the competence plan as %(format)s."), format=e["format"].upper())),
    "programme.exported": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s took out attendance and progress of the programme “%(name)s”."), name=e["name"])),
    "culture.exported": Wording(Kind.FILES, lambda e: e.say(gettext("%(actor)s took out the results of the campaign “%(name)s” as %(format)s."), name=e["name"], format=e["format"].upper())),
    # Settings
    "culture.shared": Wording(Kind.SETTINGS, lambda e: e.say(gettext("%(actor)s let the agency's innovation culture be compared with other agencies'."))),
    "culture.sharing-ended": Wording(Kind.SETTINGS, lambda e: e.say(gettext("%(actor)s ended the comparison of innovation culture with other agencies."))),
    "agency.added": Wording(Kind.SETTINGS, lambda e: e.say(gettext("%(actor)s added the agency."))),
    "course.published": Wording(Kind.SETTINGS, lambda e: e.say(gettext("%(actor)s published version %(version)s of the course %(subject)s."), version=e["version"])),
    "framework.published": Wording(Kind.SETTINGS, lambda e: e.say(gettext("%(actor)s published version %(version)s of the framework %(subject)s."), version=e["version"])),
    "framework.retired": Wording(Kind.SETTINGS, lambda e: e.say(gettext("%(actor)s retired the framework %(subject)s."))),
    "framework.restored": Wording(Kind.SETTINGS, lambda e: e.say(gettext("%(actor)s took the framework %(subject)s into use again."))),
}  # fmt: skip


def sentence(event: AuditEvent, names: Names) -> Sentence:
    """The event in the reader's language; an action without a wording by its code."""
    told = Telling(event, names)
    wording = WORDINGS.get(event.action)
    if wording is None:
        return told.say(gettext("%(actor)s: %(action)s (%(subject)s)"), action=event.action)
    return wording.tell(told)


def kind_of(action: str) -> Kind:
    wording = WORDINGS.get(action)
    return wording.kind if wording else Kind.SETTINGS


def actions_of(kind: Kind) -> tuple[str, ...]:
    return tuple(action for action, wording in WORDINGS.items() if wording.kind is kind)


def actions_called(word: str) -> tuple[str, ...]:
    """Actions whose sentence holds the word in the reader's language, small and capital letters alike."""
    nothing = AuditEvent(action="", subject_type="", subject_id="", detail={})
    told = Telling(nothing, Names())
    return tuple(
        action
        for action, wording in WORDINGS.items()
        if word.casefold() in action or word.casefold() in _PLACEHOLDER.sub("", wording.tell(told).template).casefold()
    )
