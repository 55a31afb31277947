"""What is wrong with a course: where, what, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Fault:
    """``path`` is relative to the course folder's parent; ``line`` counts from 1."""

    path: str
    line: int
    severity: str  # error | warning
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity}: {self.message} {self.mend}"

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class Faults:
    """Collects the faults of one course."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.found: list[Fault] = []

    def add(self, path: Path, line: int, severity: str, message: str, mend: str) -> None:
        fault = Fault(path.relative_to(self._root).as_posix(), max(line, 1), severity, message, mend)
        if fault not in self.found:
            self.found.append(fault)

    def for_file(self, path: Path) -> FileReporter:
        return FileReporter(self, path)

    @property
    def errors(self) -> list[Fault]:
        return [fault for fault in self.found if fault.severity == "error"]

    @property
    def warnings(self) -> list[Fault]:
        return [fault for fault in self.found if fault.severity == "warning"]


class FileReporter:
    """Reports into ``Faults`` for one file; fits activities.registry.Reporter."""

    def __init__(self, faults: Faults, path: Path) -> None:
        self._faults = faults
        self._path = path

    def error(self, line: int, message: str, mend: str) -> None:
        self._faults.add(self._path, line, "error", message, mend)

    def warning(self, line: int, message: str, mend: str) -> None:
        self._faults.add(self._path, line, "warning", message, mend)
