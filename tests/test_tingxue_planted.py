"""A thousand planted identifiers go through every door; only the table of originals keeps them.

Each format gets all of them, a handful in every text. Then everything that a run leaves behind is
searched: tables cell by cell, files byte by byte, papers unzipped, log and stderr.
"""

import csv
import io
import json
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import planted
import pytest
import yaml
from local_site import Answer, LocalSite
from openpyxl import Workbook
from secretsearch import Secrets, content

import crawlers.imports
from config.loader import SHIPPED
from domain import plugins
from domain.commands import Command
from domain.errors import InputError
from domain.search import SearchQuery
from domain.times import shanghai_day
from domain.types import Actor, Role
from tingxue import collecting, door, importing, pipeline, reporting
from tingxue.acting import act
from tingxue.app import App, opened
from tingxue.demo import columns
from tingxue.home import Home, home_at

pytestmark = pytest.mark.full
SEED = 4242
NOW = datetime(2026, 12, 21, 4, 0, tzinfo=UTC)
AT = "2026-12-21 09:30:00"
STEMS = (
    "天定山滑雪场门口出租车拒载，开口就要二百块",
    "莲花山度假区厕所太脏，没有人打扫",
    "冰雪新天地雪圈撞人，孩子摔伤没人管",
    "天定山滑雪场雪具押金三天了还不退",
    "莲花山度假区停车场乱收费，不给票",
    "天定山滑雪场餐厅的饭菜是馊的，吃坏了肚子",
    "冰雪新天地检票员态度恶劣，推搡老人",
)
"""Complaints, so that the texts go on into cases, alerts and papers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One text with what is planted in it; ``no`` makes ids."""

    no: int
    text: str
    parts: tuple[planted.Planted, ...]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The bare identifiers: for columns that nobody may read."""
        return tuple(part.value for part in self.parts)

    @property
    def phone(self) -> str:
        """A number: for addresses, in which nobody could tell a name from another word."""
        return next(part.value for part in self.parts if part.kind == "phone")

    @property
    def short(self) -> tuple[str, ...]:
        """The sentences one by one: for columns of free words."""
        return tuple(part.text for part in self.parts)


def _sayings(many: int, per_text: int) -> list[Saying]:
    found = planted.planted(many, SEED)
    groups = [found[at : at + per_text] for at in range(0, many, per_text)]
    return [
        Saying(
            no=no,
            text="。".join((STEMS[no % len(STEMS)], *(one.text for one in group))),
            parts=tuple(group),
        )
        for no, group in enumerate(groups)
    ]


# --- every format ---------------------------------------------------------------------------------


def _worksheets(sayings: Sequence[Saying], broken: Mapping[str, str]) -> list[dict[str, Any]]:
    """``broken``: cells that make every row a reject."""
    return [
        {
            "工单编号": f"CC20261221{one.no:04d}", "工单标题": one.short[0], "诉求内容": one.text,
            "区交办时间": AT, "区交办办结期限": "2026-12-24 09:30:00", "求助人员": one.secrets[1],
            "求助号码": one.secrets[2], "诉求详细地址": f"天定山 {one.short[3]}",
            "备注": one.text,
        } | broken
        for one in sayings
    ]  # fmt: skip


def _crawled(
    sayings: Sequence[Saying], crawler: str, *, comments: bool, old: bool
) -> tuple[list[str], list[dict[str, Any]]]:
    """Rows of MediaCrawler: the words, and accounts and names wherever its columns have room."""
    header = columns.header(crawler, comments=comments, old=old)
    ids = {
        "xhs": lambda no: f"66{no:022x}",
        "bili": lambda no: f"1150{no:08d}",
    }.get(crawler, lambda no: f"75{no:016d}0")
    return header, [_cells(header, one, ids, comments) for one in sayings]


def _cells(header: Sequence[str], one: Saying, ids: Any, comments: bool) -> dict[str, Any]:
    cells: dict[str, Any] = dict.fromkeys(header, "")
    post = next(n for n in ("aweme_id", "video_id", "note_id", "content_id") if n in cells)
    cells[post] = ids(one.no)
    for name in header:
        if name == "comment_id":
            cells[name] = ids(one.no + 50_000)
        elif name in ("desc", "content", "content_text"):
            cells[name] = one.text
        elif name == "title":
            cells[name] = f"{STEMS[one.no % len(STEMS)]} {one.short[0]}"
        elif name in ("create_time", "time", "created_time", "publish_time"):
            cells[name] = int(NOW.timestamp()) - 3600
        elif name == "creator_hash":
            cells[name] = f"{one.no:016x}"
        elif name in ("nickname", "user_nickname", "user_signature", "sec_uid", "user_id"):
            cells[name] = one.secrets[hash(name) % 5]
        elif name in ("liked_count", "like_count"):
            cells[name] = "12"
        elif name == "source_keyword" and not comments:
            cells[name] = f"天定山 {one.short[4]}"
    return cells


def _generic(sayings: Sequence[Saying], platform: str, **more: str) -> list[dict[str, Any]]:
    return [
        {
            "platform": platform, "kind": "review", "id": f"{700_000_000 + one.no}",
            "title": one.short[0], "text": one.text, "author": one.secrets[1],
            "parent": "", "parent_text": f"{one.short[2]}，{one.short[3]}",
            "published_at": AT, "likes": "3", "query": one.short[4], "ip_region": one.short[5],
            "url": f"https://m.ctrip.com/{platform}/{one.no}?tel={one.phone}",
        } | more
        for one in sayings
    ]  # fmt: skip


def _weibo(sayings: Sequence[Saying]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"51{one.no:014d}", "bid": f"Q{one.no:08d}", "user_id": one.secrets[0],
            "用户昵称": one.secrets[1], "微博正文": one.text, "头条文章url": "",
            "发布位置": one.secrets[2], "艾特用户": one.secrets[3], "话题": one.secrets[4],
            "转发数": "1", "评论数": "2", "点赞数": "3", "发布时间": "2026-12-21 09:30",
            "发布工具": "", "微博图片url": "", "微博视频url": "", "retweet_id": "", "ip": "吉林",
            "user_authentication": "", "会员类型": "", "会员等级": "",
        }
        for one in sayings
    ]  # fmt: skip


def _write_inputs(folder: Path, sayings: Sequence[Saying]) -> list[Path]:
    """One file of every format, and two whose rows are all rejects."""
    folder.mkdir()
    sheets = _worksheets(sayings, {})
    files = [
        _xlsx(folder / "12345工单.xlsx", sheets),
        _csv(folder / "工单_gbk.csv", [row | {"工单编号": f"T{row['工单编号']}"} for row in sheets],
             "gb18030"),
        _csv(folder / f"退件{sayings[0].secrets[0]}.csv",
             _worksheets(sayings, {"工单编号": "TS9", "区交办时间": "上午"})),
        _csv(folder / "没有编号.csv", _worksheets(sayings, {"工单编号": ""})),
        _jsonl(folder / "generic.jsonl", _generic(sayings, "ctrip")),
        _csv(folder / "generic.csv", _generic(sayings, "美团")),
        _csv(folder / "generic_bad.csv", _generic(sayings, "携程", likes="很多", id="")),
        _csv(folder / "weibo_search.csv", _weibo(sayings)),
    ]  # fmt: skip
    for crawler in columns.PLATFORMS:
        files += _crawler_files(folder, crawler, sayings)
    return files


def _crawler_files(folder: Path, crawler: str, sayings: Sequence[Saying]) -> Iterator[Path]:
    """Contents and comments, new and (where there was one) old, in turn as csv, json, jsonl and
    xlsx."""
    shapes = (_csv, _json, _jsonl, _xlsx)
    shape = Random(crawler).randrange(4)
    for old in (False, True) if crawler in columns.OLD_ACCOUNT else (False,):
        for comments in (False, True):
            write = shapes[shape % 4]
            shape += 1
            kind = f"{crawler}_{'comments' if comments else 'contents'}_{'old' if old else 'new'}"
            header, rows = _crawled(sayings, crawler, comments=comments, old=old)
            name = kind + write.__name__.replace("_", ".")
            yield write(folder / name, [{n: row[n] for n in header} for row in rows])


def _csv(path: Path, rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _xlsx(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("工单")
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    book.save(path)
    return path


def _json(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return path


def _jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


# --- a newspaper and a feed -----------------------------------------------------------------------

_PER_ARTICLE = 5


def _site(sayings: Sequence[Saying]) -> dict[str, Answer]:
    """A paper of one page, ten texts an article (also in description and alternative text)."""
    articles = [sayings[at : at + _PER_ARTICLE] for at in range(0, len(sayings), _PER_ARTICLE)]
    links = "".join(
        f'<a href="../../../c/202612/21/content_{no}.html">第{no}篇</a>'
        for no in range(len(articles))
    )
    pages = {"/robots.txt": "User-agent: *\nAllow: /\n",
             "/pc/paper/layout/202612/21/node_01.html": f"<html><body>{links}</body></html>",
             "/feed.xml": _feed(sayings)}  # fmt: skip
    for no, group in enumerate(articles):
        pages[f"/pc/paper/c/202612/21/content_{no}.html"] = _article(group)
    return {
        path: Answer(body=text.encode(), headers={"Content-Type": _type(path), "ETag": '"1"'})
        for path, text in pages.items()
    }


def _type(path: str) -> str:
    kinds = {".txt": "text/plain", ".xml": "application/rss+xml", "html": "text/html"}
    return f"{kinds[path[-4:]]}; charset=utf-8"


def _article(group: Sequence[Saying]) -> str:
    words = "".join(f"<p>{one.text}</p>\n" for one in group)
    return (
        f'<html><head><meta charset="utf-8"><meta name="description" content="{group[0].text}">'
        f'</head><body><h1 id="Title">莲花山见闻 {group[0].short[0]}</h1>'
        f'<img alt="{group[1].text}"><a href="tel:{group[2].phone}">致电</a>'
        f"<founder-content><!--enpcontent-->{words}<!--/enpcontent--></founder-content>"
        "</body></html>"
    )


def _feed(sayings: Sequence[Saying]) -> str:
    items = "".join(
        f"<item><title>{STEMS[one.no % len(STEMS)]}</title><link>https://a.invalid/{one.no}</link>"
        f"<description><![CDATA[<p>{one.text}</p>]]></description></item>"
        for one in sayings
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
    )


def _configure(home: Home, base_url: str) -> None:
    """The shipped config with file channels and this site as its sources."""
    home.config.mkdir()
    named = {
        name: yaml.load((SHIPPED / f"{name}.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 -- makes strings only
        for name in ("settings", "departments", "sources")
    }
    named["settings"]["channels"] = {"file": {"kind": "file", "options": {"path": "sent.jsonl"}}}
    named["departments"]["default_channels"] = ["file"]
    paper = next(s for s in named["sources"]["sources"] if s["kind"] == "founder")
    named["sources"]["sources"] = [
        paper | {"name": name, "kind": kind, "platform": platform, "start_urls": [base_url + path],
                 "delay_seconds": 0.01, "options": {}}
        for name, kind, platform, path in (
            ("paper", "founder", "news", ""), ("feed", "rss", "rss", "/feed.xml")
        )
    ]  # fmt: skip
    for name, said in named.items():
        text = yaml.safe_dump(said, allow_unicode=True)
        (home.config / f"{name}.yaml").write_text(text, "utf-8")


# --- the run --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a whole run left behind."""

    home: Home
    sayings: list[Saying]
    said: str
    """Log at DEBUG, stderr of all processes, error messages, search answers."""

    @property
    def secrets(self) -> frozenset[str]:
        """All planted identifiers."""
        return frozenset(secret for one in self.sayings for secret in one.secrets)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """One run of everything: a thousand identifiers, twenty-five in one text."""
    folder = tmp_path_factory.mktemp("planted")
    sayings = _sayings(1000, 25)
    home = home_at(folder / "home")
    files = _write_inputs(folder / "in", sayings)
    heard = io.StringIO()
    with LocalSite(answers=_site(sayings)) as site, _listening(heard, folder / "stderr"):
        _configure(home, site.url)
        clock = _Clock()
        with opened(home=home, clock=clock, rng=Random(SEED)) as app:
            heard.write(_import_all(app, files, folder))
            collecting.collect(app, app.plan.sources)
            _work(app, clock, sayings)
            heard.write(_searched(app, sayings))
            _collect_again(app)
    said = heard.getvalue() + (folder / "stderr").read_text("utf-8", errors="replace")
    return Left(home=home, sayings=sayings, said=said)


@contextmanager
def _listening(heard: io.StringIO, stderr: Path) -> Iterator[None]:
    """Every log record from DEBUG up, and file descriptor 2, which crawls inherit."""
    handler, root = logging.StreamHandler(heard), logging.getLogger()
    before, kept = root.level, os.dup(2)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    with stderr.open("wb") as out:
        os.dup2(out.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            root.setLevel(before)
            root.removeHandler(handler)


def _import_all(app: App, files: Sequence[Path], folder: Path) -> str:
    """What is said about each file; a file without a header is refused in words."""
    said, formats = [], set()
    for path in files:
        done = importing.import_file(app, path)
        assert done.taken + done.rejected > 0, path.name
        said.append(str(done.unmapped))
        formats.add(done.format)
    assert formats == {crawlers.imports.title(n) for n in plugins.names(crawlers.imports)}
    headless = folder / "headless.csv"
    headless.write_bytes(b"\n".join(files[1].read_bytes().splitlines()[1:]))
    with pytest.raises(InputError) as refused:
        importing.import_file(app, headless)
    importing.replay_rejects(app)
    return "\n".join([*said, str(refused.value)])


def _work(app: App, clock: _Clock, sayings: Sequence[Saying]) -> None:
    """All stages, people who write identifiers into their notes, reminders, papers."""
    pipeline.analyse(app)
    pipeline.triage(app)
    with app.ledger.read() as books:
        cases = books.cases.list_ids()
    publicity = Actor(name="审核员", role=Role.PUBLICITY, department="宣传部")
    for one in sayings:
        case_id = cases[one.no % len(cases)]
        note = Command(action="note", actor=publicity, at=clock(), note=one.text)
        act(app, case_id, note)
        door.originals(app, case_id, publicity, f"核实：{one.text}")
    for hours in (1, 30):
        clock.now = NOW + timedelta(hours=hours)
        pipeline.chase(app)
        pipeline.notify(app)
        pipeline.index(app)
    for kind in ("day", "week"):
        reporting.make(app, kind, shanghai_day(NOW))


def _searched(app: App, sayings: Sequence[Saying]) -> str:
    """Nobody is found by a secret; what is shown for other words is looked through later."""
    index = app.index()
    for one in sayings:
        for secret in one.secrets:
            page = index.search(SearchQuery(words=(secret,), relevant=None))
            assert page.total == 0, f"found by {secret}"
    page = index.search(SearchQuery(words=("天定山",), relevant=None, limit=1000))
    assert page.total > len(sayings)
    return "\n".join(f"{hit.snippet} {hit.doc}" for hit in page.hits)


def _collect_again(app: App) -> None:
    """From the cache, which holds masked pages: the same mentions, unchanged."""
    before = _mentions(app)
    collecting.collect(app, app.plan.sources)
    assert _mentions(app) == before


def _mentions(app: App) -> dict[str, tuple[int, str]]:
    """mention_id -> revision and text."""
    with app.ledger.read() as books:
        ids = [mention_id for part in books.mentions.every_id() for mention_id in part]
        return {m.mention_id: (m.revision, m.text) for m in books.mentions.many(ids)}


# --- the search -----------------------------------------------------------------------------------


def test_the_originals_hold_every_identifier(left: Left) -> None:
    """Or the other tests could not fail."""
    with closing(sqlite3.connect(left.home.path / "ledger.db")) as db:
        rows = db.execute("SELECT title, text, parent_text FROM originals").fetchall()
    words = "\n".join("\n".join(row) for row in rows).encode()
    assert Secrets(left.secrets).found(words) == left.secrets


def test_every_format_and_crawl_brought_its_mentions(left: Left) -> None:
    with closing(sqlite3.connect(left.home.path / "ledger.db")) as db:
        sources = dict(db.execute("SELECT source, count(*) FROM mentions GROUP BY source"))
        rejects = dict(db.execute("SELECT format, count(*) FROM rejects GROUP BY format"))
        outcomes = set(db.execute("SELECT source, outcome FROM source_runs"))
        cases, alerts = (
            db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
            for name in ("cases", "alerts")
        )
    full = len(left.sayings)
    assert {name: n for name, n in sources.items() if n != full} == {"paper": full // _PER_ARTICLE}
    assert outcomes == {("paper", "ok"), ("feed", "ok")}
    assert rejects == {"worksheet": 2 * full, "generic": full}
    assert cases >= full and alerts >= cases


def test_no_table_but_the_originals_holds_one(left: Left) -> None:
    with closing(sqlite3.connect(left.home.path / "ledger.db")) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert "originals" in names
        held = {name: _in_table(db, name, left.secrets) for name in names if name != "originals"}
    assert {name: sorted(found)[:5] for name, found in held.items() if found} == {}


def _in_table(db: sqlite3.Connection, name: str, secrets: frozenset[str]) -> set[str]:
    rows = db.execute(f"SELECT * FROM {name}")  # noqa: S608 -- our own tables
    return Secrets(secrets).found("\n".join(str(cell) for row in rows for cell in row).encode())


def test_no_byte_of_the_ledger_without_its_originals_holds_one(left: Left, tmp_path: Path) -> None:
    copy = tmp_path / "ledger.db"
    with closing(sqlite3.connect(left.home.path / "ledger.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(left.home.path / "ledger.db", copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("DELETE FROM originals")
        db.execute("VACUUM")
    assert sorted(Secrets(left.secrets).found(copy.read_bytes()))[:5] == []


def test_no_other_file_of_the_home_holds_one(left: Left) -> None:
    """Index, channels, papers, page cache, config: raw, unzipped, and without their tags."""
    secrets, held = Secrets(left.secrets), {}
    files = [path for path in left.home.path.rglob("*") if path.is_file()]
    assert {"index.db", "sent.jsonl"} <= {path.name for path in files}
    assert {".docx", ".xlsx"} <= {path.suffix for path in files}
    assert len(list(left.home.cache.rglob("*/*/*"))) == len(left.sayings) // _PER_ARTICLE + 1
    for path in files:
        if not path.name.startswith("ledger.db"):
            found = secrets.found(str(path).encode() + b"\n" + content(path))
            held[str(path.relative_to(left.home.path))] = sorted(found)[:5]
    assert {name: found for name, found in held.items() if found} == {}


def test_no_log_line_error_or_search_answer_holds_one(left: Left) -> None:
    assert "演练" not in left.said and "Context impl" in left.said
    assert sorted(Secrets(left.secrets).found(left.said.encode()))[:5] == []
