"""The ``learning`` command: thin, over the same functions as the views."""

from __future__ import annotations

import sys

import click
from flask import Flask

from config import SettingsError


class _App:
    """Makes the application when a command first needs it, so that --help needs no settings."""

    def __init__(self) -> None:
        self._app: Flask | None = None

    def __call__(self) -> Flask:
        if self._app is None:
            from learning import create_app

            try:
                self._app = create_app()
            except SettingsError as error:
                raise click.ClickException(str(error)) from error
        return self._app


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Handlingsrom: courses, completions and certificates for public-sector managers.

    Settings come from the environment, prefix LEARNING_; see docs/operations.md.
    """
    context.obj = _App()


def _add_commands() -> None:
    from learning.access.commands import accounts
    from learning.catalogue.commands import courses
    from learning.competences.commands import competences, frameworks
    from learning.demo.commands import demo
    from learning.migrating import database
    from learning.notifications.commands import mail, worker
    from learning.people_files.commands import people
    from learning.portfolio.commands import portfolio
    from learning.records.commands import export
    from learning.serving import serve

    for command in (
        accounts, competences, courses, database, demo, export, frameworks, mail, people, portfolio, serve, worker,
    ):  # fmt: skip
        main.add_command(command)


_add_commands()

if __name__ == "__main__":
    sys.exit(main())
