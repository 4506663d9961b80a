"""HAR files into the ledger: taken once, told by platform, and what nobody could read is kept."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from harmaking import COMMENTS, SEARCH, SECRET, comments, entry, write
from sqlalchemy import select
from world import World, opened_world

from crawlers.listened import Exchange
from crawlers.platforms import douyin
from domain.errors import InputError
from domain.plan import Plan
from domain.types import Reject
from ledger import schema
from tingxue.cli import main
from tingxue.collecting import EXCHANGE
from tingxue.exchanges import keep, replay_one
from tingxue.importing import Imported, import_file, replay_rejects

PHONE = "15422220001"
FIXTURES = Path(__file__).parent / "data" / "platforms" / "douyin"
STREAM = SEARCH.replace("single", "stream")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[World]:
    """One ledger for all of them: each uses numbers of its own."""
    yield from opened_world.__wrapped__(tmp_path_factory.mktemp("traffic"), plan)


def take(world: World, path: Path, *entries: object) -> Imported:
    return import_file(world.app, write(path, *entries))  # type: ignore[arg-type]


def rejects(world: World, name: str) -> list[tuple[int, Reject]]:
    with world.app.ledger.read() as books:
        return [(n, r) for n, r in books.rejects.pending() if name in r.file]


def ledger_says(world: World) -> str:
    """Every table but that of the originals."""
    rows = world.rows()
    return repr({name: rows[name] for name in rows if name != "originals"})


def test_a_file_is_taken_once_and_told_by_platform(world: World, tmp_path: Path) -> None:
    wanted = (
        entry(SEARCH, (FIXTURES / "search_single.json").read_text("utf-8")),
        entry(STREAM, (FIXTURES / "search_stream.body").read_bytes().decode()),
        entry(COMMENTS, comments(101, 102)),
        entry(COMMENTS, json.dumps({"status_code": 8})),
        entry(COMMENTS, None),
        entry("https://shop.example/x", "x"),
    )
    for new, name in ((6, "first.har"), (0, "first.har"), (0, "second.har")):
        done = take(world, tmp_path / name, *wanted)
        assert (done.taken, done.new, done.rejected) == (6, new, 0)
        assert done.notices[0] == (
            f"抖音：评论 2 次，搜索 2 次；收下 6 条，其中新增 {new} 条；其中需要登录 1 次"
        )
        assert done.notices[1].startswith("1 次请求没有保存内容")
    assert not rejects(world, "first") and SECRET not in ledger_says(world)


def test_answers_that_nobody_can_read_are_kept_once_and_name_nobody(
    world: World, tmp_path: Path
) -> None:
    who = {"uid": "91000000003", "nickname": "测试小鱼"}
    strange = {"status_code": 0, "renamed": [{"cid": "1", "text": f"回电{PHONE}", "user": who}]}
    broken = json.loads(comments(201, 202))
    del broken["comments"][1]["cid"]
    entries = (entry(COMMENTS, json.dumps(strange, ensure_ascii=False)),
               entry(COMMENTS, json.dumps(broken, ensure_ascii=False)))  # fmt: skip
    for new in (1, 0):
        done = take(world, tmp_path / "strange.har", *entries)
        assert (done.taken, done.new, done.rejected) == (1, new, 2)
        assert "页面改版，无法识别 2 次" in done.notices[0]
    (_, whole), (_, item) = rejects(world, "strange")
    assert (whole.file, whole.row, whole.format) == ("import:strange.har", 1, EXCHANGE)
    assert (whole.reason, item.reason) == ("缺少 comments", "缺少 comments[1].cid")
    assert whole.fields["url"] == COMMENTS.split("&")[0]
    told = ledger_says(world)
    for planted in (PHONE, "91000000003", "测试小鱼", SECRET, "planted-token"):
        assert planted not in told


def test_a_kept_answer_that_is_understood_later_adds_only_what_is_missing(world: World) -> None:
    take_first = comments(301).replace("缆车又停了", f"回电{PHONE}")
    body = comments(301, 302).replace("缆车又停了", f"回电{PHONE}").encode()
    for text in (take_first.encode(), body):
        exchange = Exchange(url=COMMENTS, body=text, received_at=world.clock())
        keep(world.app, "douyin_listen", douyin.LISTENED, exchange, "缺少 x")
        ((reject_id, reject),) = rejects(world, "douyin_listen")
        again = replay_one(world.app, reject_id, reject)
        assert (again.new, again.reason) == (1, "")
        assert not rejects(world, "douyin_listen")
        keep(world.app, "douyin_listen", douyin.LISTENED, exchange, "缺少 x")
        assert not rejects(world, "douyin_listen"), "what was resolved stays so"
    with world.app.ledger.read() as books:
        found = books.connection.execute(
            select(schema.mentions).where(schema.mentions.c.source == "douyin_listen")
        ).mappings()
        assert {row["native_id"][-3:]: row["author_ref"] for row in found} == {
            "301": None, "302": None,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("cut", "1", "不能重读"),
        ("platform", "no_such", "no_such"),
        ("platform", "rss", "不是可以听的平台"),
        ("received_at", "昨天", "不完整"),
        ("body", "{}", "status_code"),
    ],
)
def test_what_still_cannot_be_read_stays_and_says_why(
    world: World, field: str, value: str, reason: str
) -> None:
    name = f"stays_{field}_{value}"
    exchange = Exchange(url=COMMENTS, body=comments(401).encode(), received_at=world.clock())
    keep(world.app, name, douyin.LISTENED, exchange, "缺少 x")
    ((reject_id, reject),) = rejects(world, name)
    reject.fields[field] = value
    again = replay_one(world.app, reject_id, reject)
    assert again.new == 0 and reason in again.reason
    assert rejects(world, name)
    replay_rejects(world.app)  # of rows: it passes answers over
    assert rejects(world, name)


def test_a_cut_file_gives_its_whole_entries_and_says_so(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "cut.har", *(entry(COMMENTS, comments(500 + no)) for no in range(9)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    done = import_file(world.app, path)
    assert done.new == 4
    assert done.notices[-1] == "文件被截断或中间损坏。前面 4 次完整的请求已读，后面的没有读到"


def test_progress_is_told_in_bytes(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "p.har", *(entry(COMMENTS, comments(600 + no)) for no in range(600)))
    told: list[tuple[int, int]] = []
    assert import_file(world.app, path, progress=lambda *now: told.append(now)).new == 600
    assert told == sorted(told) and {whole for _, whole in told} == {path.stat().st_size}
    assert told[0][0] < told[-1][0] == path.stat().st_size


@pytest.mark.parametrize(
    ("content", "said"),
    [('{"a": 1}', "不是 HAR 文件"), ("a,b\n1,2\n", "不是 HAR 文件"), ("", "是空文件"),
     ('{"log": {"entries": []}}', "里没有请求")],
)  # fmt: skip
def test_a_file_that_only_calls_itself_har_is_told_so(
    world: World, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "x.HAR"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=said):
        import_file(world.app, path)


def test_a_table_that_calls_itself_har_is_still_a_table(world: World, tmp_path: Path) -> None:
    path = tmp_path / "table.har"
    path.write_text("平台,类型,内容,编号\n抖音,评论,缆车停了,7\n", "utf-8")
    assert import_file(world.app, path).new == 1


def test_the_command_says_it_line_by_line(tmp_path: Path) -> None:
    path = write(tmp_path / "值班.har", entry(COMMENTS, comments(1)), entry(COMMENTS, "{}"))
    home = {"TINGXUE_HOME": str(tmp_path / "home")}
    result = CliRunner().invoke(main, ["import", "--only", str(path)], env=home)
    assert result.exit_code == 0, result.output
    assert "值班.har（浏览器 HAR）：收下 1 条，其中新增 1 条，退件 1 份\n  抖音：" in result.stdout
    listed = CliRunner().invoke(main, ["rejects", "list"], env=home)
    assert "值班.har 第 2 次请求：没有见过的 status_code" in listed.stdout
