"""The only reader of config files: YAML in, a checked ``domain.plan.Plan`` out.

An office keeps its own files in a second folder (``TINGXUE_HOME/config``): a file there replaces
the shipped one of the same name as a whole. Only ``tingxue.app`` and ``tingxue doctor`` call this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from config.building import build
from config.channels import build_watchdog, check_channels, check_ledger, check_watchdog
from config.checks import cross_check
from config.files import Files
from config.models import (
    DepartmentsFile,
    LevelsFile,
    PlacesFile,
    RosterFile,
    SettingsFile,
    SourcesFile,
    TaxonomyFile,
    WatchdogFile,
)
from config.reading import Document, read_words, read_yaml
from config.search import check_search
from config.validation import validate
from domain.errors import ConfigError
from domain.plan import Plan, Watchdog

SHIPPED = Path(__file__).parent
WORDS = "userdict.txt"
NAMES = (
    "settings.yaml", "taxonomy.yaml", "departments.yaml", "places.yaml", "levels.yaml",
    "roster.yaml", "sources.yaml", WORDS,
)  # fmt: skip

PLACEHOLDER = "0431-0000-"
"""Phones that start so are the shipped ones, which ring nowhere."""

_Model = TypeVar("_Model", bound=BaseModel)


def load(
    folder: Path | None = None, *, environ: Mapping[str, str], overrides: Path | None = None
) -> Plan:
    """The plan. ``folder``: all files (default: the shipped ones); ``overrides``: files that
    replace those of the same name, a missing folder replaces none; ``environ``: for ``${NAME}``.

    Raises the first ConfigError; its notes (``__notes__``) hold one line for each further one.
    """
    files, found = _files(folder or SHIPPED, overrides, environ)
    if files is None or found:
        raise _first(found)
    return build(files, environ)


def _first(found: Sequence[ConfigError]) -> ConfigError:
    first, *rest = found
    for other in rest:
        first.add_note(str(other))
    return first


def load_watchdog(
    folder: Path | None = None, *, environ: Mapping[str, str], overrides: Path | None = None
) -> Watchdog:
    """The watchdog's part of settings.yaml, read alone: whatever is wrong elsewhere, and whichever
    variables the other channels need, the watchdog starts. Arguments and errors as for ``load``."""
    paths, _ = _paths(folder or SHIPPED, overrides)
    reader = _Reader(paths)
    content = reader.read("settings.yaml", WatchdogFile)
    if content is not None:
        document = reader.documents["settings.yaml"]
        reader.found.extend(check_watchdog(document, content.watchdog, environ))
        reader.found.extend(check_ledger(document, content.ledger, environ))
        if not reader.found:
            return build_watchdog(document, content.watchdog, content.ledger, environ)
    raise _first(reader.found)


def problems(
    folder: Path | None = None, *, environ: Mapping[str, str], overrides: Path | None = None
) -> list[ConfigError]:
    """Everything that is wrong, for ``tingxue doctor``; empty when ``load`` would succeed.

    What stands across files is looked at only when each file by itself is in order.
    """
    _, found = _files(folder or SHIPPED, overrides, environ)
    return found


def placeholders(plan: Plan) -> list[str]:
    """``departments.yaml 住建局 0431-0000-0104`` and the like: shipped phones still in use."""
    listed = [("departments.yaml", one.name, one.duty_phone) for one in plan.departments.values()]
    listed += [("roster.yaml", shift.person, shift.phone) for shift in plan.shifts]
    if plan.keeper is not None:
        listed.append(("roster.yaml", plan.keeper.person, plan.keeper.phone))
    return [" ".join(one) for one in listed if one[2].startswith(PLACEHOLDER)]


@dataclass(slots=True)
class _Reader:
    """Reads file after file and keeps what went wrong instead of stopping at it."""

    paths: Mapping[str, Path]
    documents: dict[str, Document] = field(default_factory=dict)
    found: list[ConfigError] = field(default_factory=list)

    def read(self, name: str, model: type[_Model]) -> _Model | None:
        try:
            document = read_yaml(self.paths[name])
        except ConfigError as error:
            self.found.append(error)
            return None
        self.documents[name] = document
        content, errors = validate(model, document)
        self.found.extend(errors)
        return content

    def words(self) -> tuple[str, ...]:
        try:
            return read_words(self.paths[WORDS])
        except ConfigError as error:
            self.found.append(error)
            return ()


def _files(
    folder: Path, overrides: Path | None, environ: Mapping[str, str]
) -> tuple[Files | None, list[ConfigError]]:
    paths, strange = _paths(folder, overrides)
    reader = _Reader(paths, found=strange)
    settings = reader.read("settings.yaml", SettingsFile)
    taxonomy = reader.read("taxonomy.yaml", TaxonomyFile)
    departments = reader.read("departments.yaml", DepartmentsFile)
    places = reader.read("places.yaml", PlacesFile)
    levels = reader.read("levels.yaml", LevelsFile)
    roster = reader.read("roster.yaml", RosterFile)
    sources = reader.read("sources.yaml", SourcesFile)
    words = reader.words()
    if not (settings and taxonomy and departments and places and levels and roster and sources):
        return None, reader.found
    files = Files(
        settings=settings, taxonomy=taxonomy, departments=departments, places=places,
        levels=levels, roster=roster, sources=sources, words=words, documents=reader.documents,
    )  # fmt: skip
    return files, [
        *reader.found, *cross_check(files), *check_channels(files, environ),
        *check_search(files, environ),
    ]  # fmt: skip


def _paths(folder: Path, overrides: Path | None) -> tuple[dict[str, Path], list[ConfigError]]:
    """Where each file is read from, and files of the office that would never be read."""
    paths = {name: folder / name for name in NAMES}
    strange: list[ConfigError] = []
    own = sorted(overrides.iterdir()) if overrides is not None and overrides.is_dir() else []
    for path in own:
        if path.name in paths:
            paths[path.name] = path
        elif path.suffix in {".yaml", ".yml", ".txt"} and not path.name.startswith("."):
            reason = f"没有叫这个名字的配置文件，它不会被读到；可用的名字：{'、'.join(NAMES)}"
            strange.append(ConfigError(file=path.name, key="*", reason=reason))
    return paths, strange
