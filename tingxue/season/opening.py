"""Begins a season: an empty ledger with what goes over, in place of the one that was archived.

Steps that can each be repeated; killed between or inside any of them, the next call ends where an
undisturbed one does. At every moment ``ledger.db`` is either the old ledger or the whole new one,
and the old one stays, complete, in ``backups``.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from domain.errors import InputError, LedgerError
from domain.times import Clock, day_bounds, shanghai_day
from domain.types import Actor
from ledger import carrying, sqlite
from ledger.chains import Looked
from ledger.engine import Ledger, open_ledger
from tingxue import disk
from tingxue.app import App, check_open
from tingxue.home import Home
from tingxue.season import card as cards
from tingxue.season import closing as closings
from tingxue.season.card import Card

OPEN = "season-open"
_DRAFT = ".opening"
_STAMP = "%Y%m%dT%H%M%SZ"
ON_SERVER = (
    "台账在 PostgreSQL 上，不在本机换新：先停所有主机的 watch 和值守台；"
    "用 tingxue ledger copy --to sqlite:////空文件夹/ledger.db 抄成文件，"
    "在那个文件夹里封存并开启，再用 tingxue ledger copy 抄到一个新建的空库，把 ledger 改指新库"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One change of season: the home, the archive it follows, by whom and when."""

    home: Home
    card: Card
    actor: Actor
    clock: Clock

    @property
    def draft(self) -> Path:
        """The new ledger, whole, until it takes the old one's place."""
        return self.home.path / _DRAFT / "ledger.db"


def due(app: App, actor: Actor, *, carry: bool) -> Turn | None:
    """What is to be opened; None where the newest archive's successor is in use already. The app
    must be closed before the steps are taken. Raises InputError or LedgerError."""
    check_open(app)
    if app.ledger.shared:
        raise LedgerError(ON_SERVER)
    there = cards.every(app.home)
    if not there:
        raise InputError("还没有封存过雪季；先运行 tingxue season close")
    card, _ = cards.verify(there[-1], app.clock())
    turn = Turn(home=app.home, card=card, actor=actor, clock=app.clock)
    if _followed(app) == card.season:
        return turn if (app.home.path / _DRAFT).exists() else None
    if not closings.same(app, card):
        raise InputError(
            f"封存 {card.season} 之后台账又有新的记录；停掉 tingxue watch 和值守台，"
            "用 tingxue season close --name 另起名字再封存一次，随即开启"
        )
    if card.open_cases and not carry:
        shown = "、".join(card.open_cases[:5])
        raise InputError(
            f"{card.season} 有 {len(card.open_cases)} 件未结案件（{shown}）；"
            "加 --carry 把它们原样带到新雪季，时限不变"
        )
    return turn


def _followed(app: App) -> str:
    """The season whose archive this ledger follows, "" for the first one's."""
    with app.ledger.read() as books:
        last = books.audit.newest(OPEN)
    return str(last["subject"]) if last else ""


def prepare(turn: Turn) -> None:
    """The new ledger beside the old one: whole, proven, under its final name at once."""
    if _is_new(turn):
        return
    folder = turn.draft.parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    part, now = folder / "part.db", turn.clock()
    since, _ = day_bounds(shanghai_day(now))
    with (
        closing(_at(turn.home.ledger, turn)) as old,
        closing(_at(part, turn)) as new,
    ):
        carried = carrying.carry(old, new, since, turn.card.open_cases)
        with new.write() as books:
            books.audit.write(
                now, turn.actor, "season-open", turn.card.season, _said(turn, carried)
            )
        with new.read() as books:
            if next(books.chains.breaks(Looked()), None) is not None:
                raise LedgerError(
                    "带到新台账的记录与校验链不符，没有换新；请先 tingxue audit verify"
                )
    sqlite.let_go(part)
    part.rename(turn.draft)
    disk.sync_folder(folder)


def replace(turn: Turn) -> None:
    """The new one takes the old one's place; the old one stays among the copies, as one of before
    a change of schema does. Raises LedgerError while anybody has it open."""
    if _is_new(turn):
        return
    try:
        sqlite.let_go(turn.home.ledger)
    except sqlite3.OperationalError:
        raise LedgerError(
            "台账正在使用，没有换新：请停掉 tingxue watch、值守台和别的 tingxue 命令，再运行一次"
        ) from None
    turn.home.backups.mkdir(mode=0o700, exist_ok=True)
    stamp = turn.card.closed_at.astimezone(UTC)
    kept = turn.home.backups / f"ledger-season-{turn.card.season}-{stamp:{_STAMP}}.db"
    kept.unlink(missing_ok=True)
    os.link(turn.home.ledger, kept)
    disk.sync_folder(turn.home.backups)
    turn.draft.replace(turn.home.ledger)
    disk.sync_folder(turn.home.path)


def tidy(turn: Turn) -> None:
    """What was made from the old ledger is made again from the new one."""
    for name in ("index.db", "index.db-wal", "index.db-shm"):
        (turn.home.path / name).unlink(missing_ok=True)
    shutil.rmtree(turn.home.cache, ignore_errors=True)
    shutil.rmtree(turn.home.path / _DRAFT, ignore_errors=True)


STEPS: tuple[Callable[[Turn], None], ...] = (prepare, replace, tidy)


def open_season(turn: Turn) -> None:
    """All steps, in order."""
    for step in STEPS:
        step(turn)


def _is_new(turn: Turn) -> bool:
    """Whether the ledger in use is the one that follows this archive."""
    with closing(_at(turn.home.ledger, turn)) as ledger, ledger.read() as books:
        last = books.audit.newest(OPEN)
    return last is not None and last["subject"] == turn.card.season


def _at(file: Path, turn: Turn) -> Ledger:
    return open_ledger(f"sqlite:///{file}", drill=False, now=turn.clock())


def _said(turn: Turn, carried: Mapping[str, int]) -> str:
    taken = "，".join(f"{table} {n}" for table, n in carried.items())
    return f"接归档 {turn.card.season}，其审计末行 {turn.card.ledger.head}；带来 {taken or '无'}"
