"""Courses from the command line."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import get_args

import click
from flask import Flask

from config import ROOT
from learning import clock
from learning.catalogue import scaffolding, translations
from learning.catalogue.compiling import Compiled, compile_course
from learning.catalogue.faults import Fault
from learning.catalogue.frameworks import folder_for, read_frameworks
from learning.catalogue.structure import CourseLevel, CourseLine, Language
from learning.catalogue.translations import State


def find_courses(paths: tuple[Path, ...]) -> list[Path]:
    """Course folders: those named, or the folders below those named that look like courses."""
    return [found for path in paths or (ROOT / "courses",) for found in _below(path.resolve()) or [path.resolve()]]


def _below(path: Path, depth: int = 3) -> list[Path]:
    if (path / "course.yaml").exists() or next(path.glob("*/index.md"), None):
        return [path]
    if depth == 0 or not path.is_dir():
        return []
    folders = sorted(each for each in path.iterdir() if each.is_dir() and not each.name.startswith((".", "_")))
    return [found for each in folders for found in _below(each, depth - 1)]


@click.group()
def courses() -> None:
    """Write, check, publish and list courses."""


def _shown(compiled: Compiled) -> list[Fault]:
    """A course's faults in order, their paths as seen from here, so that an editor opens them."""
    return shown_from_here(compiled.faults.found, compiled.folder.parent)


def shown_from_here(faults: Iterable[Fault], folder: Path) -> list[Fault]:
    """Faults in order; their paths, relative to ``folder``, as seen from where the command runs."""
    return [replace(fault, path=_seen_from_here(folder / fault.path)) for fault in sorted(faults)]


def _seen_from_here(path: Path) -> str:
    return os.path.relpath(path).replace(os.sep, "/")


@courses.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON, for editors.")
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Check course folders (or folders of them) and their frameworks; by default courses/.

    Names file, line and mend for every fault. Exits with 1 when there is an error.
    """
    folders = find_courses(paths)
    results = [compile_course(folder) for folder in folders]
    faults = [fault for result in results for fault in _shown(result)]
    for beside in sorted({folder_for(folder) for folder in folders}):
        faults += shown_from_here(read_frameworks(beside).faults.found, beside.parent)
    errors = sum(fault.severity == "error" for fault in faults)
    if as_json:
        click.echo(json.dumps([fault.as_json() for fault in faults], ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            click.echo(str(fault))
        click.echo(
            f"{_counted(len(results), 'course')} checked: {_counted(errors, 'error')}, "
            f"{_counted(len(faults) - errors, 'warning')}."
        )
    if errors or not results:
        raise SystemExit(1)


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


@courses.command()
@click.argument("slug")
@click.option("--line", type=click.Choice(get_args(CourseLine)), default="innovation", show_default=True)
@click.option(
    "--level",
    "levels",
    type=click.Choice(get_args(CourseLevel)),
    multiple=True,
    default=("first-line",),
    show_default=True,
    help="Whom the course is for; may be given more than once.",
)
@click.option("--languages", default="nb", show_default=True, help="With commas between; the first is the source.")
@click.option("--title", help="The course's name.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=ROOT / "courses", help="Where courses lie; courses/ if unsaid."
)
def new(slug: str, line: str, levels: tuple[str, ...], languages: str, title: str | None, folder: Path) -> None:
    """Write a new course to begin with: a lesson, questions and all else, with texts to replace.

    SLUG is the course's id, such as rm-102. It is the folder's name and stays for ever.
    """
    wanted = [each.strip() for each in languages.split(",") if each.strip()]
    unique = tuple(dict.fromkeys(levels))
    try:
        made = scaffolding.write_course(
            folder, slug, line=line, levels=unique, languages=wanted, title=title, today=clock.today()
        )
    except scaffolding.CannotScaffold as fault:
        raise click.ClickException(str(fault)) from fault
    where = os.path.relpath(made)
    click.echo(f"{where} is written. Replace its texts, and see how it looks with: learning courses preview {where}")


@courses.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--port", default=8100, show_default=True, type=click.IntRange(1, 65535), help="Port on this machine.")
@click.option(
    "--language",
    type=click.Choice(get_args(Language)),
    default="nb",
    show_default=True,
    help="Of the preview's own words, and the one that a course opens in.",
)
def preview(paths: tuple[Path, ...], port: int, language: str) -> None:
    """Show courses as learners will see them; by default courses/.

    Pages load again by themselves when a file changes. Only this machine reaches them, and nothing is stored.
    """
    from learning.catalogue import previewing

    server = previewing.server_of(previewing.make_preview(paths, language), port)
    click.echo(f"Preview on http://{previewing.HOST}:{port} (stop with Ctrl+C)")
    server.serve_forever()


@courses.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def lock(paths: tuple[Path, ...]) -> None:
    """Write ids.lock.json, the ids that must not vanish, and i18n.lock.json, which knows stale translations.

    ``publish`` does it too, where it may write.
    """
    from learning.catalogue.publishing import write_lock

    for folder in find_courses(paths):
        compiled = _without_errors(folder)
        assert compiled.document is not None
        changed = {"ids.lock.json": write_lock(compiled.folder, compiled.document)}
        if len(compiled.document.languages) > 1:
            changed[translations.LOCK] = translations.write_lock(compiled.folder)
        for name, is_new in changed.items():
            click.echo(f"{compiled.folder.name}: {name} {'written' if is_new else 'is up to date'}")


def _without_errors(folder: Path) -> Compiled:
    compiled = compile_course(folder)
    if compiled.document is None:
        raise click.ClickException(f"{folder.name} has errors. Run: learning courses check {folder}")
    return compiled


@courses.command("translations")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print every piece as JSON, the current ones too.")
@click.option("--accept", is_flag=True, help="Let the translations count as good for the source text as it is now.")
def list_translations(paths: tuple[Path, ...], as_json: bool, accept: bool) -> None:
    """Tell which translations are missing or stale, piece by piece; by default in courses/.

    Stale is a translation whose source text changed after it was last written, as i18n.lock.json remembers.
    """
    told = []
    for folder in find_courses(paths):
        if accept:
            translations.write_lock(_without_errors(folder).folder, accept=True)
        compiled = compile_course(folder)
        here = compiled.folder.parent
        if compiled.plan is None:
            raise click.ClickException(f"{folder.name} has errors. Run: learning courses check {folder}")
        for language in compiled.plan.languages:
            pieces = [each for each in compiled.translations if each.language == language]
            if language == compiled.plan.source_language:
                continue
            count = Counter(each.state for each in pieces)
            if not as_json:
                click.echo(
                    f"{folder.name} {language}: {_counted(len(pieces), 'piece')}, {count[State.STALE]} stale, "
                    f"{count[State.MISSING]} missing"
                )
            for each in pieces:
                path, source = (_seen_from_here(here / name) for name in (each.path, each.source_path))
                told.append({**asdict(each), "course": folder.name, "path": path, "source_path": source})
                if not as_json and each.state is not State.CURRENT:
                    click.echo(f"  {path}:{each.line}: {each.state}: {each.name}, see {source}:{each.source_line}")
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@courses.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def publish(make_app: Callable[[], Flask], paths: tuple[Path, ...]) -> None:
    """Publish courses; what is published already stays as it is.

    A course with errors is left as it was, and named; the command then exits with 1.
    """
    from learning.catalogue.publishing import NotPublishable, write_lock
    from learning.catalogue.publishing import publish as publish_course
    from learning.catalogue.store import load_document
    from learning.database import db, writing

    app = make_app()
    refused = 0
    with app.app_context():
        for folder in find_courses(paths or (app.config["SETTINGS"].courses_path,)):
            try:
                with writing() as session:
                    version, created = publish_course(session, folder)
                    line = f"{folder.name}: version {version.number} {'published' if created else 'is current already'}"
                    document = load_document(session, version.id)
            except NotPublishable as fault:
                refused += 1
                for each in _shown(fault.compiled):
                    if each.severity == "error":
                        click.echo(str(each), err=True)
                click.echo(f"{folder.name}: not published", err=True)
                continue
            click.echo(line)
            try:
                write_lock(folder, document)
                translations.write_lock(folder)
            except OSError:
                click.echo(f"{folder.name}: the folder cannot be written; its lock files were left alone", err=True)
        db.engine.dispose()
    if refused:
        raise SystemExit(1)


@courses.command("list")
@click.pass_obj
def list_courses(make_app: Callable[[], Flask]) -> None:
    """List the published courses."""
    from learning.catalogue.store import current_versions
    from learning.database import db

    app = make_app()
    with app.app_context(), db.sessionmaker() as session:
        for version in current_versions(session):
            languages = ",".join(version.titles)
            click.echo(f"{version.course.slug:12} version {version.number:<3} {version.minutes:>3} min  {languages}")
