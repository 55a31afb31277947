"""Engine, session, declarative base and the rules every table keeps.

One unit of work a request: views never commit. ``init_database`` commits once after a response
below 400 and rolls back otherwise. SQLite and PostgreSQL behave alike: foreign keys are on, and a
request that may write takes SQLite's write lock at its first statement, so that it can wait for its
turn instead of failing half-way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from flask import Flask, Response, g, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, BigInteger, Connection, DateTime, Dialect, Engine, Enum, Integer, MetaData, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")
LARGEST_ID = 2**63 - 1
db = SQLAlchemy()
_reading_only: ContextVar[bool] = ContextVar("reading_only", default=False)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC on both databases. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
BigId = BigInteger().with_variant(Integer(), "sqlite")


def text_enum(kind: type[StrEnum], length: int = 40) -> Enum:
    """A column that holds one of the values of ``kind`` as text, with a CHECK constraint."""
    return Enum(
        kind,
        native_enum=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
        create_constraint=True,
        name=kind.__name__.lower(),
    )


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime(), dict[str, Any]: Json, list[Any]: Json}


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver's own transactions begin too late; ours are below
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA busy_timeout = 30000")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if _reading_only.get() else "BEGIN IMMEDIATE")


def prepare_engine(engine: Engine) -> Engine:
    """Give a new engine the pragmas and transaction behaviour that the system relies on."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading_only() -> Iterator[None]:
    """Inside the block, SQLite transactions begin as readers and do not wait for writers."""
    token = _reading_only.set(True)
    try:
        yield
    finally:
        _reading_only.reset(token)


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction of its own, committed at the end of the block or rolled back whole.

    For the rare write that a reading request makes (a certificate rendered at its first
    download), and for commands and the worker. Needs an application context.
    """
    token = _reading_only.set(False)
    try:
        with db.sessionmaker() as session, session.begin():
            yield session
    finally:
        _reading_only.reset(token)


def table_of(model: type[Base]) -> Table:
    """The model's table: many rows go in faster without the mapper, and in a few statements."""
    return Base.metadata.tables[model.__tablename__]


def batches(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The rows ``size`` at a time, in their order: what one statement can take."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def insert_of(session: Session, into: type[Base] | Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of the session's own dialect: one that can pass over rows that are there already."""
    return (sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert)(into)


def insert_once(session: Session, model: type[Base], **values: Any) -> bool:
    """Insert a row unless a unique constraint already holds one like it; whether it was inserted.

    The database decides, so it stays right when two requests come at the same moment.
    """
    key = next(iter(model.__mapper__.primary_key))
    statement = insert_of(session, model).values(**values).on_conflict_do_nothing().returning(key)
    return session.execute(statement).first() is not None


def keep_on_error() -> None:
    """Commit this request's writes although its answer is an error: failed sign-ins must count."""
    g.keep_on_error = True


def init_database(app: Flask) -> None:
    """Set up the engine and the one commit per request. Expects app.config["DATABASE_URL"]."""
    url = app.config["DATABASE_URL"]
    options: dict[str, Any] = {"url": url}
    if url.startswith("sqlite"):
        options["connect_args"] = {"check_same_thread": False}
    else:
        options["pool_size"] = 10
        options["max_overflow"] = 20
        options["pool_pre_ping"] = True
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    db.init_app(app)
    # We have no asynchronous sessions; closing them would start an event loop at the end of every request.
    app.teardown_appcontext_funcs[:] = [each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)]
    with app.app_context():
        prepare_engine(db.engine)

    @app.before_request
    def _choose_transaction() -> None:
        g.reading_token = _reading_only.set(request.method in ("GET", "HEAD", "OPTIONS"))

    @app.after_request
    def _finish_unit_of_work(response: Response) -> Response:
        if response.status_code < 400 or g.get("keep_on_error", False):
            db.session.commit()
        else:
            db.session.rollback()
        return response

    @app.teardown_request
    def _forget_transaction(error: BaseException | None) -> None:
        token = g.pop("reading_token", None)
        if token is not None:
            _reading_only.reset(token)
