"""线索, 态势, 来源, 审计: who may look, what is shown, what a person's word does; the charts."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from click.testing import CliRunner
from deskclient import Office, Visitor, hidden, office
from hypothesis import given
from hypothesis import strategies as st
from world import MONDAY

from domain.plan import Plan
from domain.reviews import Correction
from domain.types import Actor, Outcome, Role, Verdict
from ledger.leads import LeadQuery, Read, Stage
from tingxue import collecting, indexing, pausing, pipeline
from tingxue.cli import main
from tingxue.desk import charts
from tingxue.desk.charts import Series

MARKUP = "<script>alert('雪')</script>"
ROLES = [role for role in Role if role is not Role.SYSTEM]
PAGES = ("/leads", "/trends", "/sources", "/sources/links", "/audit")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    """Mentions of three days; each is named by its number."""
    paper = replace(plan.sources[0], name="day", title="日报")
    with office(tmp_path_factory.mktemp("desk"), replace(plan, sources=(paper,))) as made:
        world = made.world
        world.clock.now = MONDAY - timedelta(days=2)
        world.said(1, ["parking"], text=f"一号：停车场没有灯{MARKUP}", places=("天定山滑雪场",))
        world.clock.move(60)
        world.said(2, [], text="二号：雪真大", polarity="positive", urgency="none")
        world.clock.now = MONDAY - timedelta(days=1)
        world.said(3, [], text="三号：哈尔滨的冰灯", relevant=False, urgency="none")
        world.clock.move(60)
        world.said(4, ["lodging"], text="四号：民宿好像没有热水", sure=0.3)
        world.clock.now = MONDAY
        pipeline.analyse(world.app)
        pipeline.triage(world.app)
        world.said(5, [], text="五号：还没有人看过")
        indexing.rebuild(world.app)
        yield made


_NAMED: list[tuple[Visitor, str]] = []


def signed(desk: Office, role: Role, department: str = "宣传部") -> Visitor:
    """Somebody new of that role."""
    name = f"{role}{len(_NAMED)}"
    made = desk.person(name, role, department)
    _NAMED.append((made, name))
    return made


@pytest.fixture(scope="module")
def visitor(desk: Office) -> Visitor:
    """One sign-in for all tests: a password takes its time."""
    return signed(desk, Role.PUBLICITY)


def id_of(desk: Office, number: int) -> str:
    with desk.world.app.ledger.read() as books:
        ids = books.leads.page(LeadQuery(), limit=99).ids
        return next(m.mention_id for m in books.mentions.many(ids) if m.native_id == str(number))


def verdict(desk: Office, number: int) -> Verdict:
    with desk.world.app.ledger.read() as books:
        mention_id = id_of(desk, number)
        return books.mentions.verdicts([mention_id])[mention_id]


def words(desk: Office) -> list[Correction]:
    with desk.world.app.ledger.read() as books:
        return books.corrections.all()


def numbers(page: str) -> str:
    """Which mentions the list shows, in its order."""
    marks = dict(zip("一二三四五", "12345", strict=True))
    return "".join(marks[one] for one in re.findall(r"([一二三四五])号：", page))


# --- who may look


MAY = {
    "/leads": {Role.PUBLICITY, Role.REVIEWER, Role.INSPECTION, Role.ADMIN},
    "/trends": {Role.PUBLICITY, Role.REVIEWER, Role.INSPECTION, Role.ADMIN},
    "/sources": {Role.PUBLICITY, Role.REVIEWER, Role.INSPECTION, Role.ADMIN},
    "/audit": {Role.PUBLICITY, Role.INSPECTION, Role.ADMIN},
}


def test_a_page_is_offered_and_opens_to_exactly_those_who_may_see_it(desk: Office) -> None:
    for role in ROLES:
        visitor = signed(desk, role, "住建局")
        menu = visitor.get("/").text
        for path, roles in MAY.items():
            may = role in roles
            assert visitor.get(path).status_code == (200 if may else 403), (role, path)
            assert (f'href="{path}"' in menu) == may, (role, path)
        one, links = (visitor.get(path) for path in (f"/leads/{id_of(desk, 1)}", "/sources/links"))
        assert {one.status_code, links.status_code} == {200 if role in MAY["/leads"] else 403}
    assert desk.stranger().get("/audit").status_code == 303


def test_only_who_judges_corrects_and_only_宣传部_and_admin_resume(desk: Office) -> None:
    before = len(words(desk))
    for role in ROLES:
        visitor = signed(desk, role, "住建局")
        page = visitor.get(f"/leads/{id_of(desk, 2)}").text
        assert ("这条其实是投诉" in page) == (role in (Role.PUBLICITY, Role.REVIEWER)), role
        if role in (Role.PUBLICITY, Role.REVIEWER):
            continue
        form = {"csrf": visitor.csrf, "complaint": "0"}
        path = f"/leads/{id_of(desk, 1)}/correct"
        assert visitor.post(path, form).status_code == 403, role
        if role is not Role.ADMIN:
            form = {"csrf": visitor.csrf, "note": "看过"}
            assert visitor.post("/sources/day/resume", form).status_code == 403, role
    assert len(words(desk)) == before


QUERY = st.sampled_from(["q", "platform", "polarity", "category", "place", "read", "stage", "since",
                         "until", "after", "days", "done", "action", "person", "before",
                         "page"])  # fmt: skip
VALUE = st.one_of(
    st.text(max_size=30), st.just(MARKUP), st.just("\x00"), st.integers().map(str),
    st.sampled_from(["complaint", "waiting", "9" * 17 + "-" + "a" * 24, "0-" + "f" * 24, "%_\\\"",
                     "0001-01-01", "9999-12-31", "5" * 400, '["a",']),
)  # fmt: skip


@given(path=st.sampled_from(PAGES), asked=st.dictionaries(QUERY, VALUE, max_size=5))
def test_no_query_breaks_a_page_or_comes_back_as_markup(
    desk: Office, path: str, asked: dict[str, str]
) -> None:
    from urllib.parse import urlencode

    if not _FUZZER:
        _FUZZER.append(signed(desk, Role.ADMIN))
    answer = _FUZZER[0].get(f"{path}?{urlencode(asked, errors='replace')}")
    assert answer.status_code == 200, (path, asked)
    assert "<script>alert" not in answer.text


_FUZZER: list[Visitor] = []


@pytest.mark.parametrize("wrong", ["f" * 24, "x", "%00", "a" * 400])
def test_what_is_no_mention_is_not_found(visitor: Visitor, wrong: str) -> None:
    assert visitor.get(f"/leads/{wrong}").status_code == 404
    form = {"csrf": visitor.csrf, "complaint": "0"}
    assert visitor.post(f"/leads/{wrong}/correct", form).status_code == 404


# --- 线索


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", "54321"), ("read=complaint", "41"), ("read=none", "2"), ("read=foreign", "3"),
     ("read=unread", "5"), ("stage=case", "1"), ("stage=waiting", "4"), ("stage=nowhere", "532"),
     ("platform=weibo", "54321"), ("platform=douyin", ""), ("polarity=positive", "2"),
     ("category=lodging", "4"), ("category=lodg", ""), ("category=l_dging", ""),
     ("place=天定山滑雪场", "1"), ("place=天定山", ""), ("since=2026-11-23", "5"),
     ("until=2026-11-21", "21"), ("since=2026-11-22&until=2026-11-22", "43"), ("q=民宿", "4"),
     ("q=雪", "21"), ("q=雪&read=none", "2"), ("q=冰灯&read=complaint", ""), ("q=根本没有", "")],
)  # fmt: skip
def test_the_list_holds_what_is_asked_newest_first(
    desk: Office, visitor: Visitor, query: str, shown: str
) -> None:
    page = visitor.get(f"/leads?{query}").text
    assert numbers(page) == shown
    assert "<script>alert" not in page


def test_each_mention_says_what_became_of_it(desk: Office, visitor: Visitor) -> None:
    page = visitor.get("/leads").text
    assert f'href="/cases/{desk.world.cases()[0]}"' in page
    assert re.search(r"待研判 YP-\d{8}-\d{4}", page) and 'href="/reviews">去研判' in page
    for said in ("与度假区无关", "有关，不是投诉", "还没有判读", "正文提到天定山"):
        assert said in page


def test_pages_follow_each_other_without_gap_or_repetition(desk: Office) -> None:
    with desk.world.app.ledger.read() as books:
        every = books.leads.page(LeadQuery(), limit=99).ids
        for limit, most in product((1, 2, 3), (1, 2, 4, 99)):
            for query in (LeadQuery(), LeadQuery(read=Read.NONE), LeadQuery(stage=Stage.CASE)):
                found, after = list[str](), None
                for _ in range(99):
                    page = books.leads.page(replace(query, after=after), limit=limit, most=most)
                    found, after = [*found, *page.ids], page.end
                    if after is None:
                        break
                expected = books.leads.page(query, limit=99).ids
                assert found == expected and set(expected) <= set(every)


def test_the_next_page_is_reached_by_its_link(
    desk: Office, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100, 130):
        desk.world.said(number, [], text=f"{number} 路过", relevant=False, urgency="none")
    first = visitor.get("/leads?q=&read=unread")
    assert len(re.findall("<article", first.text)) == 20
    further = re.findall(r'rel="next" href="([^"]+)"', first.text)[0].replace("&amp;", "&")
    second = visitor.get(further).text
    assert len(re.findall("<article", second)) == 11 and "回到最新" in second
    assert 'rel="next"' not in second


def test_why_shows_what_the_rules_found_and_did_not_count(desk: Office, visitor: Visitor) -> None:
    desk.world.say(60, [], text="出租车拒载，打车难", relevant=False, urgency="none")
    page = visitor.get(f"/leads/{id_of(desk, 60)}").text
    assert "未计入：" in page and "与本度假区无关" in page


def test_a_missed_complaint_becomes_one_with_one_word_and_another_takes_it_back(
    desk: Office, visitor: Visitor
) -> None:
    text = "六一号：司机在路口拉了人就走，问都不问一声"
    desk.world.say(61, [], text=text, relevant=False, urgency="none")
    path, before = f"/leads/{id_of(desk, 61)}", len(words(desk))
    form = hidden(visitor.get(path).text, f"{path}/correct")
    assert form["complaint"] == "1"
    refused = visitor.post(f"{path}/correct", form)
    assert refused.status_code == 409 and "选一个类别" in refused.text
    for _ in range(2):  # a double tap
        done = visitor.post(f"{path}/correct", form | {"category": "taxi_refusal"})
        assert done.headers["location"] == f"{path}?done=complaint"
    assert len(words(desk)) == before + 1
    found = verdict(desk, 61)
    assert (found.relevant, [t.category for t in found.complaints]) == (True, ["taxi_refusal"])
    page = visitor.get(f"{path}?done=complaint").text
    assert "已记录：这条是投诉" in page and "人判定有关（程序原判：正文提到天定山）" in page
    pipeline.triage(desk.world.app)
    assert f'href="/cases/{desk.world.cases()[-1]}"' in visitor.get(path).text
    form = hidden(visitor.get(path).text, f"{path}/correct")
    assert form["complaint"] == "0"
    visitor.post(f"{path}/correct", form)
    found = verdict(desk, 61)
    assert (found.relevant, found.reason, found.complaints) == (False, "place:天定山", ())
    page = visitor.get(f"{path}?done=none").text
    assert "不变；整案判错的" in page
    with desk.world.app.ledger.write() as books:
        books.mentions.again()
    pipeline.analyse(desk.world.app)
    assert not verdict(desk, 61).relevant
    assert len(words(desk)) == before + 2


def test_what_waits_for_a_judgement_is_judged_there(desk: Office, visitor: Visitor) -> None:
    path = f"/leads/{id_of(desk, 4)}"
    assert not hidden(visitor.get(path).text, f"{path}/correct")
    form = {"csrf": visitor.csrf, "complaint": "0"}
    answer = visitor.post(f"{path}/correct", form)
    assert answer.status_code == 409 and "待研判清单里判定" in answer.text
    forged = form | {"complaint": "1", "category": "没有这类"}
    answer = visitor.post(f"/leads/{id_of(desk, 2)}/correct", forged)
    assert answer.status_code == 409 and "没有类别" in answer.text


# --- 态势


def test_the_page_writes_every_number_that_it_draws(desk: Office, visitor: Visitor) -> None:
    page = visitor.get("/trends?days=7").text
    rows = re.findall(r'<th scope="row">(\d+月\d+日)</th>((?:<td>\d+</td>)+)', page)
    assert [day for day, _ in rows] == [f"11月{n}日" for n in range(17, 24)]
    counted = {day: [int(n) for n in re.findall(r"\d+", row)] for day, row in rows}
    assert counted["11月21日"] == [2, 1, 1, 0, 1]
    assert counted["11月22日"][:2] == [1, 1]
    for day, (heard, *_) in counted.items():
        assert f"{day} " in page and (not heard or f">{heard}</text>" in page)
    assert "住宿" in page and 'href="/leads?read=complaint&amp;category=lodging"' in page
    assert "style=" not in page
    assert len(re.findall(r'<th scope="row">\d+月', visitor.get("/trends?days=30").text)) == 30
    with desk.world.app.ledger.read() as books:
        assert len(books.dailies.kept([(MONDAY - timedelta(days=n)).date() for n in (1, 2)])) == 2


@given(
    values=st.lists(st.lists(st.integers(0, 9999), min_size=3, max_size=3), min_size=0, max_size=31)
)
def test_nothing_is_drawn_outside_of_the_chart_or_out_of_proportion(
    values: list[list[int]],
) -> None:
    series = [Series(name=str(n), hue="red", values=[row[n] for row in values]) for n in range(3)]
    chart = charts.columns(*[[str(n) for n in range(len(values))]] * 2, series)
    for column, row in zip(chart.columns, values, strict=True):
        assert column.total == sum(row)
        for part, value in zip(column.parts, row, strict=True):
            assert 0 <= part.x and part.x + part.width <= 100.01
            assert -0.1 <= part.y and part.y + part.height <= charts.HEIGHT + 0.1
            assert part.height * chart.most == pytest.approx(
                charts.HEIGHT * value, abs=0.01 * (chart.most or 1)
            )
    rows = [(str(n), "", sum(row), [("a", "red", v) for v in row]) for n, row in enumerate(values)]
    for bar in charts.bars(rows):
        assert all(0 <= p.x and p.width >= 0 and p.x + p.width <= 100.01 for p in bar.parts)
    points = [tuple(map(float, p.split(","))) for p in charts.spark([r[0] for r in values]).split()]
    assert all(0 <= x <= 100 and 0 <= y <= 24 for x, y in points)


def test_a_chart_of_nothing_is_empty_and_breaks_nothing() -> None:
    assert charts.columns([], [], []).most == 0
    assert (charts.bars([]), charts.spark([]), charts.spark([3])) == ([], "", "")
    assert charts.spark([0, 0]) == "0.0,22.0 100.0,22.0"


# --- 来源


def test_a_source_says_what_is_to_be_done_and_goes_on_when_a_person_says_so(
    desk: Office, visitor: Visitor
) -> None:
    [spec] = desk.world.app.plan.sources
    with desk.world.app.ledger.write() as books:
        pausing.stop(desk.world.app, books, spec, Outcome.IP_OR_ACCOUNT_BLOCKED)
    page = visitor.get("/sources").text
    assert "暂停到" in page and "请先在 sources.yaml 调大日报的 every_minutes" in page
    form = hidden(page, "/sources/day/resume")
    refused = visitor.post("/sources/day/resume", form | {"note": " "})
    assert refused.status_code == 400 and "怎么处理的" in refused.text
    assert visitor.post("/sources/nothing/resume", form | {"note": "x"}).status_code == 400
    assert pausing.held(desk.world.app, spec) is not None
    done = visitor.post("/sources/day/resume", form | {"note": "已放慢，电话 13812345678"})
    assert done.headers["location"] == "/sources?done=day"
    assert pausing.held(desk.world.app, spec) is None
    assert "日报：已恢复" in visitor.get("/sources?done=day").text
    with desk.world.app.ledger.read() as books:
        line = books.audit.lines()[-1]
    assert (line["action"], line["actor"]) == ("resume", dict(_NAMED)[visitor])
    assert "13812345678" not in str(line["reason"])
    assert collecting.due(desk.world.app)


def test_a_link_to_open_is_a_web_address_or_none(desk: Office, visitor: Visitor) -> None:
    assert "没有要人打开的链接" in visitor.get("/sources/links").text


# --- 审计


def test_the_audit_is_narrowed_and_turned_page_by_page(desk: Office, visitor: Visitor) -> None:
    with desk.world.app.ledger.write() as books:
        actor = Actor(name="张三", role=Role.PUBLICITY, department="宣传部")
        for number in range(60):
            books.audit.write(desk.world.clock(), actor, "original", f"案{number}", MARKUP)
    first = visitor.get("/audit?person=张三&action=original&since=2026-11-23").text
    assert len(re.findall(r"案\d+", first)) == 50 and "案59" in first and "案9<" not in first
    assert "<script>alert" not in first and "查看原文" in first
    further = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    second = visitor.get(further).text
    assert [int(n) for n in re.findall(r"案(\d+)", second)] == list(range(9, -1, -1))
    for query in ("person=李四", "action=purge", "until=2026-11-20", "since=2026-11-24"):
        assert "没有符合条件的记录" in visitor.get(f"/audit?{query}").text


def test_it_says_when_the_chains_were_last_compared_and_how(desk: Office, visitor: Visitor) -> None:
    assert "还没有核对过" in visitor.get("/audit").text
    home = {"TINGXUE_HOME": str(desk.world.app.home.path)}
    assert CliRunner().invoke(main, ["audit", "verify"], env=home).exit_code == 0
    page = visitor.get("/audit").text
    assert "said good" in page and "全部相符" in page and "核对校验链" in page
