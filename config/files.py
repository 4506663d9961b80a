"""All config files of one load together, each as its model and as the lines it was read from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.models import (
    DepartmentsFile,
    LevelsFile,
    PlacesFile,
    RosterFile,
    SettingsFile,
    SourcesFile,
    TaxonomyFile,
)
from config.reading import Document
from domain.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """``documents`` by file name; ``words`` are those of userdict.txt."""

    settings: SettingsFile
    taxonomy: TaxonomyFile
    departments: DepartmentsFile
    places: PlacesFile
    levels: LevelsFile
    roster: RosterFile
    sources: SourcesFile
    words: tuple[str, ...]
    documents: Mapping[str, Document]

    def error(self, file: str, *where: str | int, reason: str) -> ConfigError:
        """A ConfigError with the line of that place in that file."""
        return self.documents[file].error(where, reason)

    def line(self, file: str, *where: str | int) -> int:
        """1-based line of that place; the file must have it."""
        return self.documents[file].lines[where]

    def repeated(
        self, file: str, section: str, key: str, values: Sequence[str]
    ) -> Iterator[ConfigError]:
        """``values[i]`` stands at section[i].key; each must be there once."""
        first: dict[str, int] = {}
        for place, value in enumerate(values):
            if value in first:
                line = self.line(file, section, first[value])
                reason = f"「{value}」在第 {line} 行开始的那一条已经用过"
                yield self.error(file, section, place, key, reason=reason)
            first.setdefault(value, place)

    def department_names(self) -> frozenset[str]:
        """The member departments."""
        return frozenset(entry.name for entry in self.departments.departments)

    def receiver_names(self) -> frozenset[str]:
        """Everybody who may be told something: departments and the other receivers."""
        return self.department_names() | {entry.name for entry in self.departments.other_receivers}
