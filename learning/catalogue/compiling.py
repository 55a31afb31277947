"""A course folder becomes a CourseDocument, or a list of everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from learning import clock
from learning.catalogue import checking
from learning.catalogue.competence_checks import check_competences
from learning.catalogue.document import CourseDocument, Pretest, Source
from learning.catalogue.faults import Faults
from learning.catalogue.frameworks import folder_for, frameworks_for, state_of
from learning.catalogue.languages import LanguageCompiler, read_text
from learning.catalogue.media import check_media
from learning.catalogue.structure import CoursePlan, read_plan
from learning.catalogue.translations import LOCK, State, Translated, compare


@dataclass(frozen=True)
class Compiled:
    """``document`` is None when there are errors. ``folder`` is where the course lies.

    ``draft`` is the course as far as it can be read, errors or not; only a preview may show it. ``plan`` is
    course.yaml; both are None when that cannot be read. ``translations`` is every piece in every language but the
    source.
    """

    folder: Path
    document: CourseDocument | None
    faults: Faults
    draft: CourseDocument | None = None
    plan: CoursePlan | None = None
    translations: tuple[Translated, ...] = ()

    @property
    def is_publishable(self) -> bool:
        return self.document is not None and not self.faults.errors


def compile_course(folder: Path) -> Compiled:
    """Compile and check a whole course. Never raises for what an author may have written."""
    folder = folder.resolve()
    faults = Faults(folder.parent)
    report = faults.for_file(folder / "course.yaml")
    text = read_text(folder / "course.yaml", report)
    if text is None:
        return Compiled(folder, None, faults)
    plan, node = read_plan(text, folder.name, report)
    if plan is None:
        return Compiled(folder, None, faults)
    check_competences(plan, node, frameworks_for(folder), report)
    media = check_media(folder, faults)
    source = LanguageCompiler(folder, plan, plan.source_language, frozenset(media), faults)
    source.compile()
    compilers: dict[str, LanguageCompiler] = {plan.source_language: source}
    for language in plan.languages:
        if language not in compilers:
            compilers[language] = LanguageCompiler(folder, plan, language, frozenset(media), faults, source)
            compilers[language].compile()
    checking.check_course(plan, node, source.text, source.is_whole, report)
    if all(each.is_whole for each in compilers.values()):
        used_sources = {key for each in compilers.values() for key in each.links.used_sources}
        used_media = {name for each in compilers.values() for name in each.links.used_media}
        checking.check_used_sources(plan, node, used_sources, report)
        checking.check_strays(folder, plan, used_media, media, faults)
    if source.is_whole:
        blocks = {key: (path, line, source.kinds[key]) for key, (path, line) in source.positions.items()}
        checking.check_ids(folder, plan, blocks, faults)
    translations = compare(folder, plan, faults.for_file(folder / LOCK))
    for piece in translations:
        if piece.state is State.STALE:
            faults.for_file(folder.parent / piece.path).warning(
                piece.line,
                f"The source of {piece.name} changed after this translation was written ({piece.source_path}:"
                f"{piece.source_line}).",
                "Translate the change; if there is nothing to change, run learning courses translations --accept.",
            )
    draft = _document(plan, compilers)
    return Compiled(folder, None if faults.errors else draft, faults, draft, plan, translations)


_FileStates = tuple[tuple[str, int, int], ...]
_State = tuple[_FileStates, _FileStates, date]
_kept: dict[Path, tuple[_State, Compiled]] = {}  # the last result for each folder; written whole, so threads may race


def _state_of(folder: Path) -> _State:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    own = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    return own, state_of(folder_for(folder)), clock.today()


def compiled_already(folder: Path) -> Compiled | None:
    """The last result of this process, if no file of the course or its frameworks has changed since."""
    kept = _kept.get(folder)
    return kept[1] if kept is not None and kept[0] == _state_of(folder) else None


def compile_if_changed(folder: Path) -> Compiled:
    """As ``compile_course``, or its last result while no file of it has changed since; for pages."""
    state = _state_of(folder)
    known = compiled_already(folder)
    if known is not None:
        return known
    compiled = compile_course(folder)
    _kept[folder] = (state, compiled)
    return compiled


def _document(plan: CoursePlan, compilers: dict[str, LanguageCompiler]) -> CourseDocument:
    return CourseDocument(
        id=plan.id,
        line=plan.line,
        levels=tuple(plan.levels),
        source_language=plan.source_language,
        minutes=plan.minutes,
        licence=plan.licence,
        authors=tuple(plan.authors),
        published=plan.published,
        review_by=plan.review_by,
        competences=tuple(plan.competences),
        show_score=plan.certificate.show_score,
        pretest=Pretest(
            per_outcome=plan.pretest.per_outcome,
            lessons={lesson: tuple(outcomes) for lesson, outcomes in plan.pretest.lessons.items()},
        )
        if plan.pretest
        else None,
        sources=tuple(
            Source(id=key, **source.model_dump(exclude={"review_by", "note"})) for key, source in plan.sources.items()
        ),
        texts={language: compilers[language].text for language in plan.languages},
    )
