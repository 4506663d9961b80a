"""Seals a season: a copy of the ledger, papers and config that is proven, named, and never written
again. The ledger in use stays as it is; the next season begins with ``opening``.

Killed anywhere, the next call begins anew or finds the finished archive: it gets its name last.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from domain.errors import InputError, LedgerError
from domain.identity import season_of
from domain.times import on_screen
from domain.types import Actor
from ledger import carrying, snapshots
from ledger.books import Books
from tingxue import archive, disk
from tingxue.app import App, check_open
from tingxue.season import card as cards
from tingxue.season.card import Card

CLOSE = "season-close"
_DRAFT = ".closing"
_ON_SCREEN = 5
_STAGES = {"analyse": "分析", "triage": "立案"}


def name_of(moment: datetime) -> str:
    """``2026-2027``: the winter a moment belongs to, from July to June."""
    first = int(season_of(moment))
    return f"{first}-{first + 1}"


def close(app: App, actor: Actor, *, name: str = "", with_open: bool = False) -> tuple[Card, Path]:
    """Archive the season; what the archive says, and where it lies. Twice is once.

    with_open: also while cases are open (they are carried when the next season is opened). Raises
    InputError or LedgerError: a drill, an archive, something that is not finished yet, a name that
    is taken by another archive.
    """
    check_open(app)
    if app.ledger.drill:
        raise LedgerError("这是演练的数据，没有雪季可封存；请把 TINGXUE_HOME 改指正式的数据文件夹")
    now, season = app.clock(), name or name_of(app.clock())
    if Path(season).name != season or season.startswith("."):
        raise InputError(f"“{season}”不能作归档的名字；请写 2026-2027 这样的")
    target = app.home.seasons / season
    if target.exists():
        return _again(app, target), target
    opened = _refuse_unfinished(app, with_open)
    with app.ledger.write() as books:
        books.audit.write(now, actor, "season-close", season, f"封存；未结案件 {len(opened)} 件")
    draft = _made(app, season, now, actor, opened)
    draft.rename(target)
    disk.sync_folder(target.parent)
    return cards.read(target), target


def same(app: App, card: Card) -> bool:
    """Whether nothing was written into the ledger since it was archived."""
    with app.ledger.read() as books:
        last = books.audit.lines()[-1:]
    head = str(last[0]["hash"]) if last else ""
    return head == card.ledger.head and carrying.counts(app.ledger) == dict(card.rows)


def _again(app: App, target: Path) -> Card:
    card = cards.read(target)
    if not same(app, card):
        raise InputError(
            f"归档 {card.season} 已经有了，此后台账又有新的记录；"
            f"请用 --name 另起一个名字再封存，例如 {card.season}b"
        )
    return cards.verify(target, app.clock())[0]


def _refuse_unfinished(app: App, with_open: bool) -> list[str]:
    """The open cases. Raises InputError for anything that nobody would look after any more."""
    with app.ledger.read() as books:
        waiting, opened = list(_unfinished(app, books)), books.cases.unfinished()
    if waiting:
        raise InputError(f"还不能封存：{'；'.join(waiting)}")
    if opened and not with_open:
        shown = "、".join(opened[:_ON_SCREEN]) + ("等" if len(opened) > _ON_SCREEN else "")
        raise InputError(
            f"还有 {len(opened)} 件案件没有办结（{shown}）；请先办结，"
            "或加 --carry：照样封存，开启新雪季时把它们原样带过去"
        )
    return opened


def _unfinished(app: App, books: Books) -> Iterator[str]:
    for stage, lag in books.lags.all(app.clock()).items():
        if stage in _STAGES and lag.waiting:
            yield f"有 {lag.waiting} 条等待{_STAGES[stage]}，请先运行 tingxue once"
    soonest = app.ledger.outbox.soonest()
    if soonest is not None:
        at = on_screen(soonest)
        yield f"还有通知没有发完（最早一条应在 {at}），请等发完，或运行 tingxue notify"
    if waiting := len(books.reviews.waiting()):
        yield f"待研判 {waiting} 项没有判定，请先用 tingxue review list 逐项判定"


def _made(app: App, season: str, now: datetime, actor: Actor, opened: list[str]) -> Path:
    """The whole archive under a name that is no archive's; proven. The card is written last."""
    app.home.seasons.mkdir(mode=0o700, exist_ok=True)
    draft = app.home.seasons / _DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    file = draft / archive.LEDGER
    snapshots.take(app.ledger, file, now)
    dropped = snapshots.without_originals(file)
    for name in cards.FOLDERS:
        if (app.home.path / name).is_dir():
            shutil.copytree(app.home.path / name, draft / name,
                            ignore=shutil.ignore_patterns(".*"))  # fmt: skip
    files = []
    for path in cards.files_of(draft):
        path.chmod(0o400)
        files.append(archive.entry(path.relative_to(draft).as_posix(), path))
    held = snapshots.contents(file)
    card = Card(
        season=season, closed_at=now, closed_by=actor.name, program=version("tingxue"),
        ledger=held, rows=carrying.counts(app.ledger), dropped=dropped,
        open_cases=tuple(opened), files=tuple(files),
    )  # fmt: skip
    cards.write(draft, card)
    if not same(app, card):
        raise LedgerError("封存时台账还在变动；请先停掉 tingxue watch、值守台，再封存一次")
    cards.verify(draft, now)
    return draft
