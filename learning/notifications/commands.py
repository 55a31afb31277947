import click


@click.group()
def worker() -> None:
    """To be written."""
