"""What a played ledger needs, whoever plays it (the demo week, a drill): every stage in order, and
a mark of how far it has come, so that a kill anywhere costs nothing."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from config.loader import SHIPPED
from domain.times import Moment
from tingxue import pipeline
from tingxue.app import App
from tingxue.home import LEDGER, Home

_MARK = "step"
INBOX = "inbox"


def environ_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Without the office's own ledger: what is played has a file of its own, whatever is set."""
    return {name: value for name, value in environ.items() if name != LEDGER}


def stages(app: App) -> None:
    """Every stage after collecting, once."""
    pipeline.analyse(app)
    pipeline.triage(app)
    pipeline.chase(app)
    pipeline.alarm(app)
    pipeline.notify(app)
    pipeline.index(app)


def settle(app: App, moment: Moment) -> None:
    """Deliver what still waits (a lease of a killed sender, a retry)."""
    for _ in range(30):
        stages(app)
        if app.ledger.outbox.soonest() is None:
            return
        moment.now += timedelta(minutes=1)


def done(home: Path) -> int:
    """How many steps have been played."""
    mark = home / _MARK
    return int(mark.read_text()) if mark.exists() else 0


def mark(home: Path, number: int) -> None:
    """So many have been; at once or not at all."""
    draft = home / f"{_MARK}.new"
    draft.write_text(str(number))
    draft.replace(home / _MARK)


def file_channel(name: str) -> dict[str, Any]:
    """The settings of a channel that only writes a file, named after it."""
    return {"kind": "file", "options": {"path": f"{name}.jsonl"}}


def read_config(name: str, own: Path | None = None) -> dict[str, Any]:
    """A config file as strings: the one in the folder ``own``, else the shipped one."""
    kept = own / f"{name}.yaml" if own else None
    path = kept if kept and kept.exists() else SHIPPED / f"{name}.yaml"
    read: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 -- BaseLoader makes strings only
    return read


def write_config(home: Home, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Each as ``NAME.yaml`` into the home's own config."""
    home.config.mkdir(mode=0o700, exist_ok=True)
    for name, content in files.items():
        text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False)
        (home.config / f"{name}.yaml").write_text(text, "utf-8")
