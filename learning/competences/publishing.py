"""Publishing: frameworks become immutable versions, named by the hash of what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from learning.access import audit
from learning.catalogue.faults import Fault
from learning.catalogue.frameworks import CrosswalkPlan, FrameworkPlan, read_frameworks
from learning.competences import keeping, published
from learning.competences.models import (
    Competence,
    CrosswalkLink,
    Framework,
    FrameworkStatus,
    FrameworkVersion,
    Relation,
)
from learning.database import insert_once


class NotPublishable(Exception):
    """The frameworks have errors; ``faults`` lists them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"the frameworks have {len(faults)} errors")
        self.faults = faults


@dataclass(frozen=True)
class Published:
    code: str
    number: int
    created: bool


def publish(session: Session, folder: Path, actor_id: int | None = None) -> list[Published]:
    """Publish every framework of a folder, or none: their versions, and whether each is new.

    Publishing the same again changes nothing, or makes an earlier version current again. A framework whose file is
    gone stays as it is: archive it in its file. Raises NotPublishable.
    """
    found = read_frameworks(folder)
    if found.faults.errors:
        raise NotPublishable(sorted(found.faults.errors))
    plans = [found.plans[code] for code in sorted(found.plans)]
    frameworks = {plan.framework: _locked(session, plan.framework, None) for plan in plans}
    refused = [fault for plan in plans if (fault := _refused(session, frameworks[plan.framework], plan, folder))]
    if refused:
        raise NotPublishable(refused)
    told = []
    for plan in plans:
        version, created = _version_of(session, frameworks[plan.framework], plan, plan.version)
        make_current(session, frameworks[plan.framework], version, actor_id)
        told.append(Published(plan.framework, version.number, created))
    same = keeping.same_as(session)
    _link_anew(session)
    if keeping.same_as(session) != same:
        keeping.settle_all(session)  # evidence carries over along these links
    return told


def publish_own(session: Session, agency_id: int, plan: FrameworkPlan, actor_id: int) -> Published:
    """Publish an agency's own framework; its versions are numbered here. The same again changes nothing."""
    framework = _locked(session, plan.framework, agency_id)
    number = _newest(session, framework) + 1
    version, created = _version_of(session, framework, plan, number)
    make_current(session, framework, version, actor_id)
    return Published(plan.framework, version.number, created)


def digest_of(plan: FrameworkPlan) -> str:
    """SHA-256 over what a framework says, however its file is written. An agency's own says nothing of its number."""
    content = json.dumps(plan.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def make_current(session: Session, framework: Framework, version: FrameworkVersion, actor_id: int | None) -> None:
    """Let a version be the one that counts, and a framework that was retired be in use again."""
    if framework.current_version_id == version.id and framework.retired_at is None:
        return
    framework.current_version_id = version.id
    framework.retired_at = None
    audit.record(
        session,
        "framework.published",
        subject_type="framework",
        subject_id=framework.code,
        actor_id=actor_id,
        agency_id=framework.agency_id,
        version=version.number,
        digest=version.digest,
    )
    session.flush()
    session.expire(framework, ["current_version"])


def _locked(session: Session, code: str, agency_id: int | None) -> Framework:
    """The framework's row, made when it is new, and held until the commit."""
    insert_once(session, Framework, code=code, agency_id=agency_id)
    owner = Framework.agency_id.is_(None) if agency_id is None else Framework.agency_id == agency_id
    return session.scalars(select(Framework).where(Framework.code == code, owner).with_for_update()).one()


def _newest(session: Session, framework: Framework) -> int:
    number = session.scalar(
        select(func.max(FrameworkVersion.number)).where(FrameworkVersion.framework_id == framework.id)
    )
    return number or 0


def _known(session: Session, framework: Framework, plan: FrameworkPlan) -> FrameworkVersion | None:
    return session.scalar(
        select(FrameworkVersion).where(
            FrameworkVersion.framework_id == framework.id, FrameworkVersion.digest == digest_of(plan)
        )
    )


def _refused(session: Session, framework: Framework, plan: FrameworkPlan, folder: Path) -> Fault | None:
    """A version that is published never changes: what is new has a number of its own, above those before."""
    newest = _newest(session, framework)
    if plan.version > newest or _known(session, framework, plan) is not None:
        return None
    path = folder.resolve() / f"{plan.framework.lower()}.yaml"
    message = f"Version {plan.version} is older than {newest}, which is published."
    if plan.version == newest:
        message = f"Version {newest} is published, and says something else."
    return Fault(
        f"{folder.name}/{path.name}", _line_of_version(path), "error", message, f"Write version: {newest + 1}."
    )


def _line_of_version(path: Path) -> int:
    lines = path.read_text("utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.startswith("version:")), 1)


def _version_of(
    session: Session, framework: Framework, plan: FrameworkPlan, number: int
) -> tuple[FrameworkVersion, bool]:
    known = _known(session, framework, plan)
    if known is not None:
        return known, False
    version = FrameworkVersion(
        framework_id=framework.id,
        number=number,
        status=FrameworkStatus(plan.status),
        replaced_by=plan.replaced_by.framework if plan.replaced_by else None,
        digest=digest_of(plan),
        titles=dict(plan.titles),
        document=plan.model_dump(mode="json", by_alias=True),
    )
    session.add(version)
    session.flush()
    for each in plan.competences:
        insert_once(session, Competence, framework_id=framework.id, code=each.code)
    return version, True


def _link_anew(session: Session) -> None:
    """The links of all current versions; those that were are gone, and nothing points at them."""
    ids = {
        code: each
        for each, code in session.execute(
            select(Competence.id, Competence.code).join(Competence.framework).where(Framework.agency_id.is_(None))
        )
    }
    frameworks = session.scalars(
        select(Framework).options(joinedload(Framework.current_version)).where(Framework.agency_id.is_(None))
    ).all()
    links = [link for each in frameworks if each.current_version_id for link in _links(session, each)]
    session.execute(delete(CrosswalkLink))
    for link in links:
        insert_once(
            session, CrosswalkLink, start_id=ids[link.start], end_id=ids[link.end], relation=Relation(link.relation),
            note=dict(link.note) if link.note else None,
        )  # fmt: skip


def _links(session: Session, framework: Framework) -> Iterable[CrosswalkPlan]:
    assert framework.current_version_id is not None
    return published.load_plan(session, framework.current_version_id).crosswalk
