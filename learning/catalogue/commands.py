import click


@click.group()
def courses() -> None:
    """To be written."""
