"""Publishing frameworks: immutable versions, the same again changes nothing, links follow what is current."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from learning.access.models import AuditEvent
from learning.catalogue.frameworks import DELIVERED
from learning.competences import published
from learning.competences.models import Competence, CrosswalkLink, FrameworkVersion, Relation
from learning.competences.publishing import NotPublishable, Published, publish
from tests.catalogue.frameworks import competence, framework, write


def link(start: str, end: str, relation: str = "same", **more: Any) -> dict[str, Any]:
    return {"from": start, "to": end, "relation": relation, **more}


def count(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_frameworks_are_published_once(session: Session, tmp_path: Path) -> None:
    note = {"nb": "Nær", "nn": "Nær", "en": "Near"}
    first = framework("AB", crosswalk=[link("AB.1", "CD.2", "close", note=note)])
    folder = write(tmp_path / "frameworks", first, framework("CD"))
    assert publish(session, folder) == [Published("AB", 1, True), Published("CD", 1, True)]
    assert publish(session, folder) == [Published("AB", 1, False), Published("CD", 1, False)]
    assert (count(session, FrameworkVersion), count(session, Competence), count(session, CrosswalkLink)) == (2, 4, 1)
    assert count(session, AuditEvent) == 2
    found = published.current(session, "AB")
    assert found is not None
    assert found.in_use
    assert found.plan.titles["en"] == "Framework AB (en)"
    assert published.links_of(session, found) == [published.Link("AB.1", "CD.2", Relation.CLOSE, note)]


def test_how_the_file_is_written_makes_no_new_version(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "frameworks", framework("AB"))
    publish(session, folder)
    path = folder / "ab.yaml"
    path.write_text(f"# a note\n\n{path.read_text('utf-8')}", "utf-8")
    assert publish(session, folder) == [Published("AB", 1, False)]


def test_a_published_version_never_changes(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "frameworks", framework("AB"))
    publish(session, folder)
    write(folder, framework("AB", names=("1", "3")), framework("CD"))
    with pytest.raises(NotPublishable) as refused:
        publish(session, folder)
    (fault,) = refused.value.faults
    assert str(fault) == (
        "frameworks/ab.yaml:2: error: Version 1 is published, and says something else. Write version: 2."
    )
    session.rollback()


def test_a_new_version_keeps_what_was(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "frameworks", framework("AB"))
    publish(session, folder)
    before = published.competence(session, "AB.1")
    write(folder, framework("AB", names=("1", "3"), version=2))
    assert publish(session, folder) == [Published("AB", 2, True)]
    after, gone = published.competence(session, "AB.1"), published.competence(session, "AB.2")
    assert before is not None
    assert after is not None
    assert gone is not None
    assert after.row.id == before.row.id
    assert gone.plan is None
    found = published.current(session, "AB")
    assert found is not None
    assert set(published.competence_ids(session, found)) == {"AB.1", "AB.3"}
    assert [each.number for each in published.versions(session, found.framework.id)] == [2, 1]
    write(folder, framework("AB"))
    assert publish(session, folder) == [Published("AB", 1, False)]
    again = published.current(session, "AB")
    assert again is not None
    assert again.version.number == 1


def test_all_or_nothing(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "frameworks", framework("AB"), framework("CD", groups=[]))
    with pytest.raises(NotPublishable):
        publish(session, folder)
    assert count(session, FrameworkVersion) == 0


def test_an_archived_framework_tells_what_replaced_it(session: Session, tmp_path: Path) -> None:
    old = framework("EF", status="archived", replaced_by={"framework": "AB", "version": 1})
    publish(session, write(tmp_path / "frameworks", framework("AB"), old))
    found = published.current(session, "EF")
    assert found is not None
    assert not found.in_use
    assert found.version.replaced_by == "AB"
    assert [each.plan.framework for each in published.in_use(session, (1,))] == ["AB"]


def test_links_follow_the_files(session: Session, tmp_path: Path) -> None:
    first = framework("AB", crosswalk=[link("AB.1", "CD.1")])
    folder = write(tmp_path / "frameworks", first, framework("CD"))
    publish(session, folder)
    write(folder, framework("AB", version=2, crosswalk=[link("AB.2", "CD.1", "part")]))
    publish(session, folder)
    found = published.current(session, "CD")
    assert found is not None
    assert published.links_of(session, found) == [published.Link("AB.2", "CD.1", Relation.PART, {})]


def test_the_database_refuses_changes(session: Session, tmp_path: Path) -> None:
    publish(session, write(tmp_path / "frameworks", framework("AB")))
    with pytest.raises(DatabaseError):
        session.execute(text("UPDATE framework_version SET number = 7"))
    session.rollback()


def test_words_in_the_nearest_language() -> None:
    assert published.text_in({"nb": "ja", "en": "yes"}, "nn") == "ja"
    assert published.language_of({"nb": "ja", "en": "yes"}, "nn") == "nb"
    assert published.text_in({"en": "yes"}, "nn") == "yes"
    assert published.text_in({"nn": "jo"}, "se") == "jo"


@pytest.mark.one_database
def test_the_delivered_frameworks_can_be_published(session: Session) -> None:
    publish(session, DELIVERED)
    risk = published.competence(session, "RM.1")
    assert risk is not None
    assert risk.plan is not None
    assert len(risk.plan.levels) == 4


def test_codes_with_words_of_their_own(session: Session, tmp_path: Path) -> None:
    content = framework("AB", competences=[competence("AB.P1", added=True)])
    publish(session, write(tmp_path / "frameworks", content))
    found = published.competence(session, "AB.P1")
    assert found is not None
    assert found.plan is not None
    assert found.plan.added
    assert published.competence(session, "AB.P2") is None
    assert published.competence(session, "nonsense") is None
