"""Which signals from below this room listens to."""


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
