"""Sources by mode: who is run, who is left alone after a refusal, what people see and must do."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.exc import SQLAlchemyError
from world import MONDAY, World, opened_world

from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Misread, Parsed, What
from crawlers.platforms import douyin
from domain.errors import NotConfigured
from domain.plan import Account, Assessment, GoAhead, Plan, SourceSpec
from domain.types import (
    Actor,
    Context,
    Counts,
    Incoming,
    Kind,
    Mode,
    Outcome,
    Reject,
    Role,
    RunReport,
    SourceRun,
)
from tingxue import (
    browsing,
    collecting,
    doctor,
    listeners,
    pausing,
    pipeline,
    refresh,
    rehearing,
    sourcing,
)
from tingxue.app import App
from tingxue.cli import main
from tingxue.collecting import EXCHANGE, FRAGMENT
from tingxue.home import Home, home_at
from tingxue.intake import LedgerIntake, Sieve

ACCOUNT = Account(name="office_dy", platform="douyin", title="官方抖音号")
GO_AHEAD = GoAhead(by="某主任", on=date(2026, 11, 20), basis="依据", assessed="第 1 号")
SOMEBODY = Actor(name="甲", role=Role.PUBLICITY)
ANSWERS = dict.fromkeys(Assessment.__slots__, "答")


def raised(mode: Mode, paper: SourceSpec) -> SourceSpec:
    return replace(
        paper, name=str(mode), title=f"抖音{mode}", kind="douyin", platform="douyin", mode=mode,
        start_urls=(), account=ACCOUNT, go_ahead=GO_AHEAD if mode is Mode.AUTOMATIC else None,
        daily_cap=60,
    )  # fmt: skip


@pytest.fixture(scope="module", name="plan")
def _plan() -> Plan:
    """Two newspapers of one host, one of another, and 抖音 in all raised modes."""
    from config.loader import load

    plan = load(environ={})
    paper = plan.sources[0]
    one = replace(paper, name="day", title="日报", start_urls=("http://p.cn/a",))
    two = replace(paper, name="night", title="晚报", start_urls=("http://p.cn/b",))
    far = replace(paper, name="far", title="远报", start_urls=("http://q.cn",))
    modes = (Mode.OWN, Mode.ASSISTED, Mode.AUTOMATIC)
    answers = Assessment(**{**ANSWERS, "date": date(2026, 11, 1)})  # type: ignore[arg-type]
    return replace(
        plan, sources=(one, two, far, *(raised(mode, paper) for mode in modes)),
        accounts={"office_dy": ACCOUNT}, assessments={"douyin": answers},
    )  # fmt: skip


@pytest.fixture
def world(tmp_path: Path, plan: Plan) -> Iterator[World]:
    with opened_world(tmp_path, plan) as made:
        yield made


def ran(world: World, name: str, outcome: Outcome, new: int = 0) -> None:
    """A run as a child ends it."""
    now, spec = world.clock(), next(s for s in world.app.plan.sources if s.name == name)
    with world.app.ledger.write() as books:
        run = SourceRun(run_id=f"{name}{now.isoformat()}", source=name, started_at=now)
        books.runs.begin(run)
        books.runs.end(run.run_id, now, RunReport(outcome=outcome, seen=new, new=new))
        pausing.stop(world.app, books, spec, outcome)


def logged_in(world: World) -> None:
    """As after ``tingxue login 抖音``."""
    world.app.home.profile("douyin").mkdir(mode=0o700, parents=True)


def due(world: World) -> list[str]:
    return [spec.name for spec in collecting.due(world.app)]


# --- who is run


def test_only_what_a_program_may_begin_is_due(world: World) -> None:
    assert due(world) == ["day", "night", "far", "own", "automatic"]
    with pytest.raises(NotConfigured, match="不能由程序直接采集（人工协助）"):
        collecting.collect_one(world.app, "assisted")


def test_sources_of_one_site_are_run_in_turn(plan: Plan) -> None:
    groups = collecting.by_site(plan.sources)
    assert [[spec.name for spec in group] for group in groups] == [
        ["day", "night"], ["far"], ["own", "assisted", "automatic"]
    ]  # fmt: skip


def test_what_speaks_of_no_place_of_ours_is_not_stored_and_marks_go_with_the_rest(
    world: World,
) -> None:
    sieve = Sieve(LedgerIntake(world.app.ledger, "s", world.clock), world.app.plan.search_rules)
    raw = Incoming(platform="news", kind=Kind.ARTICLE, text="长春莲花山的雪", native_id="1")
    far, reply = replace(raw, text="净月潭的雪", native_id="2"), replace(
        raw, kind=Kind.COMMENT, text="说得对", native_id="3"
    )  # fmt: skip
    assert sieve([far], marks={"newest": "2"}) == 0
    assert sieve([raw, far, reply]) == 2
    with world.app.ledger.read() as books:
        assert sum(books.mentions.waiting().values()) == 2
        assert books.marks.of("s") == {"newest": "2"}
    before = world.rows()
    with pytest.raises(SQLAlchemyError):
        sieve([replace(raw, native_id="4")], marks={"newest": object()})  # type: ignore[dict-item]
    assert world.rows() == before


# --- left alone after a refusal


def test_a_refusal_stops_the_whole_site_for_its_time_and_tells_once(world: World) -> None:
    told = world.news(lambda: ran(world, "day", Outcome.IP_OR_ACCOUNT_BLOCKED))
    [alert] = told
    assert alert.receiver == "宣传部"
    assert alert.title == "【采集暂停】日报被拒绝访问，已停采到 11月24日 10:00"
    assert "请办：请先在 sources.yaml 调大日报的 every_minutes" in alert.body
    assert world.news(lambda: ran(world, "night", Outcome.IP_OR_ACCOUNT_BLOCKED)) == []
    assert collecting.collect(world.app, [world.app.plan.sources[1]]) == 0  # not even when named
    with world.app.ledger.read() as books:
        assert len(books.runs.within(MONDAY, MONDAY + timedelta(days=9))) == 2
    world.clock.move(23.9 * 3600)
    assert due(world) == ["far", "own", "automatic"]
    world.clock.move(0.2 * 3600)
    assert due(world) == ["day", "night", "far", "own", "automatic"]
    assert world.news(lambda: ran(world, "day", Outcome.IP_OR_ACCOUNT_BLOCKED)) == []  # goes on
    world.clock.move(25 * 3600)
    ran(world, "night", Outcome.OK)
    assert world.news(lambda: ran(world, "day", Outcome.RATE_LIMITED))  # a new trouble


def test_a_platform_stops_as_a_whole_and_a_person_lets_it_go_on(world: World) -> None:
    [alert] = world.news(lambda: ran(world, "automatic", Outcome.VERIFY_REQUIRED))
    assert alert.title.startswith("【采集暂停】抖音需要人工验证")
    assert "tingxue login 抖音，由人在窗口里完成验证" in alert.body
    assert pausing.held(world.app, world.app.plan.sources[4]) is not None
    world.clock.move(3600)
    assert "automatic" not in due(world)
    assert pausing.resume(world.app, "抖音", SOMEBODY, "已完成验证") == ["douyin"]
    assert pausing.resume(world.app, "douyin", SOMEBODY, "再点一次") == []
    world.clock.move(12 * 3600)
    assert "automatic" in due(world)
    with world.app.ledger.read() as books:
        lines = [(x["actor"], x["action"], x["subject"]) for x in books.audit.lines()]
    assert lines == [("甲", "resume", "douyin")]
    assert world.news(lambda: ran(world, "assisted", Outcome.VERIFY_REQUIRED))  # tried, told anew
    with pytest.raises(NotConfigured, match="没有名为 快报"):
        pausing.resume(world.app, "快报", SOMEBODY, "x")


# --- what people see


def test_each_source_and_platform_says_how_it_stands_and_what_to_do(world: World) -> None:
    logged_in(world)
    ran(world, "day", Outcome.OK, new=14)
    world.clock.move(3600)
    ran(world, "automatic", Outcome.LOGIN_REQUIRED)
    LedgerIntake(world.app.ledger, "entry", world.clock)(
        [Incoming(platform="weibo", kind=Kind.POST, text="雪真大", native_id="1")]
    )
    rows = {row.name: row for row in sourcing.standings(world.app)}
    assert [row.platform for row in rows.values() if row.name == row.platform] == [
        code for code in world.app.plan.platform_names if code not in ("news", "douyin")
    ]
    day, auto, assisted = rows["day"], rows["automatic"], rows["assisted"]
    assert (day.seen, day.outcome, day.task) == (2.0, Outcome.OK, "")
    assert day.next_at == world.clock() + timedelta(hours=5)
    assert auto.paused == auto.next_at == world.clock() + timedelta(hours=12)
    assert "在窗口里登录单位的账号，再运行 tingxue sources resume automatic" in auto.task
    assert (assisted.next_at, assisted.paused) == (None, auto.paused)
    assert rows["weibo"].task == "" and rows["weibo"].well_at == world.clock()
    assert "tingxue add" in rows["tieba"].task


def test_a_source_that_is_off_says_what_to_do_before_it_may_be_on(world: World) -> None:
    day, night, *others = world.app.plan.sources
    said, off = replace(day, before_enabling="先核对地址"), replace(night, enabled=False)
    sources = (said, replace(off, before_enabling="先填 fids"), *others)
    app = replace(world.app, plan=replace(world.app.plan, sources=sources))
    assert [row.task for row in sourcing.standings(app)[:2]] == ["", "先填 fids"]


@pytest.mark.parametrize("name", ["own", "automatic"])
def test_no_round_begins_where_nobody_has_logged_in(world: World, name: str) -> None:
    with pytest.raises(NotConfigured, match="还没有人登录过"):
        collecting.collect_one(world.app, name)
    assert not world.app.home.profile("douyin").exists(), "the next one would take it for a login"
    (row,) = (row for row in sourcing.standings(world.app) if row.name == name)
    assert row.outcome is Outcome.NO_RESPONSE_SEEN
    assert row.task == "请运行 tingxue login 抖音，在窗口里登录单位的账号"


def test_the_doctor_has_one_line_for_each_source_somebody_answers_for(world: World) -> None:
    def said() -> list[tuple[str, str]]:
        found = doctor.examine(world.app)
        return [(f.state, f.text) for f in found if f.subject == "采集方式"]

    assert [state for state, _ in said()] == ["trouble"] * 3
    assert (
        said()[0][1] == "抖音own（自有账号，官方抖音号）：还没有登录过，请运行 tingxue login 抖音"
    )
    logged_in(world)
    assert [state for state, _ in said()] == ["ok"] * 3
    assert said()[2][1].endswith("某主任 2026-11-20 批准，一天至多 60 页")
    world.clock.move(240 * 86_400)
    assert "批准已过一个雪季" in said()[2][1] and "评估已过一个雪季" in said()[0][1]


# --- kept answers


def test_a_kept_answer_is_read_again_and_resolved_when_it_parses(world: World) -> None:
    mended: list[str] = []

    def parse(exchange: Exchange, what: What, _pseudonym: object) -> Parsed:
        text = exchange.body.decode()
        if text not in mended:
            raise ShapeChanged("认不出", text)
        item = Incoming(platform="douyin", kind=Kind.POST, text="天定山", native_id=text)
        wrong = (Misread(reason="缺编号", fragment=""),) if text == "half" else ()
        return Parsed(what=what, outcome=Outcome.OK, items=(item,), misread=wrong)

    platform = replace(douyin.LISTENED, parse=parse)

    def lookup(app: App, code: str) -> Listened:
        return platform if code == "douyin" else listeners.of(app, code)

    def reject(body: str, **more: str) -> Reject:
        fields = {"platform": "douyin", "method": "GET", "body": body, "request_body": "",
                  "url": "https://www.douyin.com/aweme/v1/web/aweme/detail/?aweme_id=1",
                  "received_at": "2026-11-23T02:00:00+00:00", "reason": "", **more}  # fmt: skip
        return Reject(file="assisted", row=0, format=EXCHANGE, reason="认不出", fields=fields)

    fragment = Reject(file="day", row=0, format=FRAGMENT, reason="改版", fields={})
    with world.app.ledger.write() as books:
        books.rejects.add(
            [reject("one"), reject("half"), reject("two"), reject("x", platform="nowhere"),
             reject("y", received_at="昨天"), fragment], world.clock(),
        )  # fmt: skip
    elsewhere = reject("z", url="https://www.douyin.com/aweme/v1/web/hot/search/list/")
    with world.app.ledger.write() as books:
        books.rejects.add([elsewhere], world.clock())
    assert rehearing.rehear(world.app, lookup) == rehearing.Reheard(read=1, new=0, left=5, pages=1)
    mended += ["one", "half"]
    assert rehearing.rehear(world.app, lookup) == rehearing.Reheard(read=1, new=2, left=4, pages=1)
    assert rehearing.rehear(world.app, lookup) == rehearing.Reheard(read=0, new=0, left=4, pages=1)
    assert [kept.fields.get("body") for _, kept in rehearing.kept(world.app)] == [
        "half", "two", "x", "y", None
    ]  # fmt: skip


# --- links that a person opens


def test_hot_posts_that_no_program_may_open_are_listed_when_their_counts_are_old(
    world: World,
) -> None:
    def post(number: str, likes: int, **more: object) -> Incoming:
        given = {"platform": "xiaohongshu", "kind": Kind.POST, "text": f"天定山 {number}",
                 "native_id": number, "url": f"https://www.xiaohongshu.com/explore/{number}",
                 "counts": Counts(likes=likes), "context": Context()}  # fmt: skip
        return Incoming(**{**given, **more})  # type: ignore[arg-type]

    start = world.clock()
    LedgerIntake(world.app.ledger, "import:x", world.clock)([
        post("hot", 30), post("cold", 3), post("nowhere", 90, url=""),
        post("old", 90, published_at=start - timedelta(days=8)),
        post("news", 90, platform="news"),
    ])  # fmt: skip

    def listed() -> list[str]:
        found = refresh.links(world.app, refresh.due(world.app, refresh.by_hand(world.app)))
        return [link.mention.native_id for link in found]

    assert listed() == []
    world.clock.move(3600)
    assert listed() == ["hot"]
    LedgerIntake(world.app.ledger, "import:x", world.clock)([post("hot", 30)])  # as before
    assert listed() == []
    world.clock.move(3600)
    [due] = refresh.due(world.app, refresh.by_hand(world.app))
    assert world.clock() - due.seen_at == timedelta(hours=1)
    looks = {due.post.mention_id: world.clock()}  # and found it gone
    assert refresh.due(world.app, refresh.by_hand(world.app), looks) == []
    world.clock.move(8 * 86_400)
    assert listed() == []


def test_a_hot_note_that_no_search_shows_again_is_listed_although_rounds_are_automatic(
    world: World,
) -> None:
    spec = replace(
        world.app.plan.sources[0], name="xhs", kind="xiaohongshu", platform="xiaohongshu",
        enabled=True, mode=Mode.AUTOMATIC, every_minutes=30,
    )  # fmt: skip
    world.app = replace(world.app, plan=replace(world.app.plan, sources=(spec,)))
    notes = [
        _post(number, platform="xiaohongshu", counts=Counts(likes=30),
              url=f"https://www.xiaohongshu.com/explore/{number}")
        for number in ("lost", "opened")
    ]  # fmt: skip
    LedgerIntake(world.app.ledger, "xhs", world.clock)(notes)

    def listed() -> list[str]:
        return [one.post.url.rpartition("/")[2] for one in refresh.for_people(world.app)]

    world.clock.move(3600)
    due = {one.post.url.rpartition("/")[2]: one for one in refresh.due(world.app, ["xiaohongshu"])}
    assert set(due) == {"lost", "opened"} and listed() == [], "the rounds have not had their turns"
    with world.app.ledger.write() as books:
        key = f"post:{due['opened'].post.mention_id}"
        books.marks.put("xhs", {key: f"{world.clock().isoformat()} done"}, world.clock())
    world.clock.move(3600)
    assert listed() == ["lost"]


# --- posts whose comments an automatic round opens


def _post(number: str, **more: object) -> Incoming:
    given = {"platform": "douyin", "kind": Kind.POST, "text": f"天定山 {number}",
             "native_id": number, "url": f"https://www.douyin.com/video/{number}",
             "context": Context()}  # fmt: skip
    return Incoming(**{**given, **more})  # type: ignore[arg-type]


def test_an_automatic_round_reads_below_our_own_posts_first_and_below_what_is_relevant(
    world: World,
) -> None:
    LedgerIntake(world.app.ledger, "x", world.clock)([
        _post("relevant"), _post("silent", counts=Counts(comments=0)),
        _post("elsewhere", text="今天去买菜"), _post("ours", context=Context(own_channel=True)),
        _post("xhs", platform="xiaohongshu"),
    ])  # fmt: skip

    def listed(looked: dict[str, datetime]) -> list[str]:
        found = refresh.threads(world.app, "douyin", looked)
        return [one.post.url.rpartition("/")[2] for one in found]

    assert listed({}) == ["ours"], "nobody has said yet what is relevant"
    world.analyser.said |= {name: {} for name in ("relevant", "silent", "ours", "xhs")}
    world.analyser.said["elsewhere"] = {"relevant": False}
    pipeline.analyse(world.app)
    assert listed({}) == ["ours", "relevant"]
    found = refresh.threads(world.app, "douyin", {})
    looks = {one.post.mention_id: world.clock() for one in found}
    assert listed(looks) == []
    world.clock.move(3600)
    assert listed(looks) == ["ours"]
    world.clock.move(86_400)
    assert listed(looks) == ["ours", "relevant"]
    world.clock.move(8 * 86_400)
    assert listed({}) == []


@pytest.mark.parametrize(("mode", "many"), [(Mode.AUTOMATIC, 20), (Mode.OWN, 0)])
def test_a_round_opens_at_most_twenty_posts_the_hot_ones_first(
    world: World, mode: Mode, many: int
) -> None:
    logged_in(world)
    spec = raised(mode, world.app.plan.sources[0])
    LedgerIntake(world.app.ledger, "x", world.clock)([
        _post(f"7{number:02}", counts=Counts(likes=500 if number == 29 else 1))
        for number in range(30)
    ])  # fmt: skip
    world.analyser.said |= {f"7{number:02}": {} for number in range(30)}
    pipeline.analyse(world.app)
    world.clock.move(3600)
    posts = browsing.source(world.app, spec, douyin.LISTENED, {}).posts()
    assert len(posts) == many
    assert not posts or next(iter(posts.values())).endswith("/729")
    marks = {f"post:{one}": f"{world.clock().isoformat()} done" for one in posts}
    again = browsing.source(world.app, spec, douyin.LISTENED, marks).posts()
    assert len(again) == (10 if many else 0) and not set(again) & set(posts)


# --- the command line


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return home_at(tmp_path_factory.mktemp("home") / "home")


def run(home: Home, *words: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"TINGXUE_HOME": str(home.path)})


def test_the_table_fits_a_hundred_columns_and_says_the_same_as_json(home: Home) -> None:
    table = run(home, "sources")
    assert table.exit_code == 0, table.output
    lines = table.stdout.splitlines()
    widths = [sum(2 if sign > "⺀" else 1 for sign in line) for line in lines if "→" not in line]
    assert max(widths) <= 100 and "\x1b" not in table.stdout
    assert lines[0].split() == ["来源", "方式", "最近成功", "平常/天", "近7天", "最近结果", "下次"]
    assert any(line.startswith("吉林日报") and "公开采集" in line for line in lines)
    rows = [json.loads(line) for line in run(home, "sources", "--json").stdout.splitlines()]
    assert len(rows) == len([line for line in lines[1:] if "→" not in line])
    assert rows[0]["mode"] == "open" and rows[0]["outcome"] is None


def test_the_other_commands_of_sources_answer(home: Home) -> None:
    resumed = run(home, "sources", "resume", "jlrb", "--by", "甲", "--reason", "已登录")
    assert resumed.stdout == "jlrb 没有在暂停，不用恢复\n"
    assert run(home, "sources", "replay").stdout == "读出 0 个，新增 0 条；仍读不出 0 个\n"
    assert run(home, "sources", "links", "--platform", "抖音").stdout == "今天没有要人打开的链接\n"
    assert "不是已知的平台" in run(home, "sources", "links", "--platform", "脸书").output
