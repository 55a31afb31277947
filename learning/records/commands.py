import click


@click.group()
def export() -> None:
    """To be written."""
