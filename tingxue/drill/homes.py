"""The folders drills are played in: one each, below the office's own home, with its own ledger.

A drill takes the office's config and accounts, but none of its sources, no search server, no
ledger on a server, and its channels only when asked to: then 【演练】 stands before every text.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alerts.marking import Marked
from config.loader import NAMES, load
from domain.errors import InputError, LedgerError
from domain.ports import Channel
from domain.times import Clock, shanghai, system_clock
from ledger.engine import open_ledger
from ledger.users import User
from tingxue import disk, playing
from tingxue.app import App, opened
from tingxue.home import Home, home_at, ledger_url, named_home

FOLDER = "drill"
_CARD = "drill.json"
_LEFT_OUT = ("ledger", "search", "watchdog", "daily", "channels")
"""Parts of settings.yaml that belong to the office's own ledger and receivers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a drill's folder says of itself. dry: played at once, without people. real: over the
    office's own channels. ended_at: None while it plays, or after it was killed."""

    script: str
    started_at: datetime
    speed: float
    dry: bool
    real: bool
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One drill and where it lies."""

    home: Home
    card: Card

    @property
    def name(self) -> str:
        """``拒载发酵-20261128-1102``: the folder's name."""
        return self.home.path.name


def folder(environ: Mapping[str, str]) -> Path:
    """Where all drills of the office lie. Raises LedgerError inside a drill or an archive."""
    office = named_home(environ)
    if office.drill or office.sealed:
        kind = "演练" if office.drill else "归档"
        raise LedgerError(
            f"{office.path} 是{kind}的数据文件夹；请把 TINGXUE_HOME 改指正式的数据文件夹再演练"
        )
    return office.path / FOLDER


def every(environ: Mapping[str, str]) -> list[Drill]:
    """All drills, the oldest first."""
    there = folder(environ)
    cards = sorted(there.glob(f"*/{_CARD}"))
    found = [Drill(home=Home(path.parent), card=_read(path)) for path in cards]
    return sorted(found, key=lambda one: one.card.started_at)


def find(environ: Mapping[str, str], name: str) -> Drill:
    """The drill of that name, or the newest of that script; "" is the newest of all. Raises
    InputError."""
    found = [one for one in every(environ) if name in ("", one.name, one.card.script)]
    if not found:
        raise InputError(
            f"没有{f'“{name}”' if name else ''}演练的记录；用 tingxue drill start 开始，list 查看"
        )
    return found[-1]


def unfinished(environ: Mapping[str, str], script: str) -> Drill:
    """The newest drill of that script, which a kill has cut short. Raises InputError."""
    drill = find(environ, script)
    if drill.card.ended_at is not None:
        raise InputError(f"{drill.name} 已经走完，不能接着走；去掉 --continue 重新开始")
    return drill


def before(environ: Mapping[str, str], drill: Drill) -> Drill | None:
    """The last finished drill of the same script before this one; a dry run is compared with dry
    runs only."""
    earlier = [
        one for one in every(environ)
        if (one.card.script, one.card.dry) == (drill.card.script, drill.card.dry)
        and one.card.ended_at is not None and one.card.started_at < drill.card.started_at
    ]  # fmt: skip
    return earlier[-1] if earlier else None


def made(environ: Mapping[str, str], card: Card) -> Drill:
    """A new drill's home, ready to be opened."""
    there = home_at(folder(environ)).path
    dry = "-试跑" if card.dry else ""
    path = there / f"{card.script}{dry}-{shanghai(card.started_at):%Y%m%d-%H%M%S}"
    if path.exists():
        raise InputError("同一个脚本刚刚开始过一次；请过一秒再试")
    home = home_at(path)
    home.mark_drill()
    (home.path / playing.INBOX).mkdir(exist_ok=True)
    _configure(home, named_home(environ).config, card)
    put(home, card)  # last: without it the folder is no drill
    return Drill(home=home, card=card)


def put(home: Home, card: Card) -> None:
    """Write the card, at once or not at all."""
    said = json.dumps(asdict(card), ensure_ascii=False, indent=1, default=datetime.isoformat)
    disk.replace(home.path / _CARD, said.encode(), mode=0o600)


def _read(path: Path) -> Card:
    try:
        read = json.loads(path.read_text("utf-8"))
        ended = read["ended_at"]
        return Card(**read | {
            "started_at": datetime.fromisoformat(read["started_at"]),
            "ended_at": datetime.fromisoformat(ended) if ended else None,
        })  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} 读不懂；它不是演练写下的，请移走这个文件夹") from error


@contextmanager
def entered(
    drill: Drill,
    environ: Mapping[str, str],
    clock: Clock = system_clock,
    channels: Mapping[str, Channel] | None = None,
) -> Iterator[App]:
    """The app on the drill's home; every channel marks what it sends. ``channels`` replaces them
    (a dry run, tests)."""
    given = None
    if channels is not None:
        given = {name: Marked(channel) for name, channel in channels.items()}
    environ = playing.environ_of(environ)
    with opened(home=drill.home, clock=clock, environ=environ, channels=given) as app:
        yield app


def office_users(environ: Mapping[str, str]) -> list[User]:
    """The accounts with which people sign in at the office's desk; none where it has no ledger."""
    office = named_home(environ)
    plan = load(environ=environ, overrides=office.config)
    url = ledger_url(office, plan.ledger, environ)
    if url == office.ledger_url and not office.ledger.exists():
        return []
    with closing(open_ledger(url, drill=False, now=system_clock())) as ledger:
        with ledger.read() as books:
            return [user for user in books.users.all() if user.password and not user.disabled]


def _configure(home: Home, office: Path, card: Card) -> None:
    home.config.mkdir(mode=0o700, exist_ok=True)
    for name in NAMES:
        if (office / name).exists():
            disk.write(home.config / name, (office / name).read_bytes(), mode=0o600)
    settings = playing.read_config("settings", office)
    departments = playing.read_config("departments", office)
    sources = playing.read_config("sources", office)
    channels = settings.get("channels", {})
    settings = {key: value for key, value in settings.items() if key not in _LEFT_OUT}
    desk = settings.get("desk") or {}
    settings["desk"] = {key: value for key, value in desk.items() if key != "base_url"}
    if not card.real:
        shown = {} if card.dry else {"console": {"kind": "console", "options": {"show": "title"}}}
        channels = {**shown, "file": playing.file_channel("alerts")}
        departments = _over(departments, list(channels))
    settings["channels"] = channels
    sources = {"platforms": sources["platforms"], "sources": []}
    playing.write_config(
        home, {"settings": settings, "departments": departments, "sources": sources}
    )


def _over(departments: dict[str, Any], channels: list[str]) -> dict[str, Any]:
    """Everybody hears over these channels, whatever the office has set for whom."""
    kept = {
        key: [{k: v for k, v in one.items() if k != "channels"} for one in departments.get(key, [])]
        for key in ("departments", "other_receivers")
    }
    return departments | kept | {"default_channels": channels}
