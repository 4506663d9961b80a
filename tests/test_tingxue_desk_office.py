"""值班表, 交接班, 报告 and 设置: who sees them, what they take, and what they refuse."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from deskclient import HOST, Office, Visitor, office
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from world import MONDAY

from domain.plan import ChannelSpec, DeskSpec, Plan
from domain.times import shanghai_day
from domain.types import Role
from tingxue import editions, pipeline, reporting
from tingxue.counting import period_of
from tingxue.reports.edition import material_of
from tingxue.unheard import still_unheard

SECRET = "s3cret-key-of-the-robot"
HEADER = ("部门", "值班人", "电话", "开始", "结束", "备班人", "备班电话", "替班")
SHIFTS = (
    ("住建局", "某甲", "0431-8000-0001", "2026-11-23 00:00", "2026-11-23 08:30", "某丁",
     "0431-8000-0004", ""),
    ("住建局", "某乙", "0431-8000-0002", "2026-11-23 08:30", "2026-11-23 17:00", "", "", ""),
    ("城管局", "某戊", "0431-8000-0005", "2026-11-23 00:00", "2026-12-08 00:00", "", "", ""),
)  # fmt: skip
PEOPLE = {
    "甲": (Role.PUBLICITY, "宣传部"), "乙": (Role.HANDLER, "住建局"), "丙": (Role.ADMIN, ""),
    "丁": (Role.REVIEWER, "宣传部"), "戊": (Role.INSPECTION, "督查室"),
    "己": (Role.VIEWER, "城管局"),
    "庚": (Role.HANDLER, ""),
}  # fmt: skip
ALL, EVERYTHING, STEERS, KEEPER = set(PEOPLE), set("甲丙丁戊"), set("甲丙"), set("丙")
PAGES = {
    "/roster": ALL, "/roster/table.xlsx": ALL, "/handover": ALL, "/settings": ALL,
    "/reports": EVERYTHING, "/reports/preview?kind=day&date=2026-11-23": EVERYTHING,
    "/settings/channels": STEERS, "/settings/users": KEEPER,
}  # fmt: skip
FORMS: dict[str, tuple[set[str], Mapping[str, str]]] = {
    "/reports/make": (STEERS, {"kind": "day", "date": "2020-01-01", "edition": "0"}),
    "/settings/channels/test": (STEERS, {"channel": "没有"}),
    "/settings/users/add": (KEEPER, {"name": "", "role": "viewer"}),
    "/settings/users/reset": (KEEPER, {"name": "没有"}),
    "/settings/users/disable": (KEEPER, {"name": "没有"}),
    "/settings/users/move": (KEEPER, {"name": "没有", "role": "admin"}),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    robot = ChannelSpec(name="值班群", kind="wecom", options={"key": SECRET})
    wide = replace(
        plan, desk=DeskSpec(idle_minutes=10**6, session_hours=10**5),
        channels={**plan.channels, "值班群": robot},
    )  # fmt: skip
    with office(tmp_path_factory.mktemp("desk"), wide) as made:
        yield made


@pytest.fixture(scope="module")
def people(desk: Office) -> dict[str, Visitor]:
    return {name: desk.person(name, role, at) for name, (role, at) in PEOPLE.items()}


def table(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


# --- who may


def test_each_page_opens_for_exactly_those_it_is_for(
    desk: Office, people: dict[str, Visitor]
) -> None:
    for path, allowed in PAGES.items():
        opened = {name for name, one in people.items() if one.get(path).status_code == 200}
        assert opened == allowed, path
        assert desk.stranger().get(path).status_code == 303, path
        shown = {n for n, one in people.items() if f'href="{path}"' in one.get("/settings").text}
        assert path not in ("/reports", "/settings/users", "/settings/channels") or shown == allowed


def test_each_form_is_taken_from_exactly_those_who_may(
    desk: Office, people: dict[str, Visitor]
) -> None:
    before = desk.world.rows()
    for path, (allowed, form) in FORMS.items():
        for name, one in people.items():
            one.get("/settings")
            answer = one.post(path, {"csrf": one.csrf, **form})
            assert answer.status_code == (400 if name in allowed else 403), (path, name)
    for name, one in people.items():
        one.get("/settings")
        answer = one.upload("/roster", {"csrf": one.csrf, "check": "1"}, table(SHIFTS))
        assert answer.status_code == (200 if name in STEERS else 403), name
    assert desk.world.rows() == before


# --- 值班表


def test_a_table_is_in_force_at_once_and_every_gap_is_marked(
    desk: Office, people: dict[str, Visitor]
) -> None:
    keeper, handler = people["甲"], people["乙"]
    keeper.get("/roster")
    answer = keeper.upload("/roster", {"csrf": keeper.csrf}, table(SHIFTS))
    assert (answer.status_code, answer.headers["location"]) == (303, "/roster?done=1")
    page = keeper.get("/roster?done=1").text
    assert "已采用新的值班表：3 班，2 个部门，11月23日 00:00 至 12月8日 00:00" in page
    assert "▲ 缺 17:00–24:00" in page and "▲ 缺 全天" in page
    assert "一班也没有排" in page and "财政局（0431" in page and "城管局（" not in page
    assert desk.audited("roster") == ["值班表"]
    whole = keeper.get("/roster?department=住建局").text
    assert "某乙" in whole and "0431-8000-0002" in whole and "某甲" not in whole  # his is over
    mine = handler.get("/roster?department=城管局").text
    assert "0431-8000-0002" in mine and "某戊" not in mine and "导入新表" not in mine


@pytest.mark.parametrize(
    ("spoiled", "says"),
    [(("没有局", *SHIFTS[0][1:]), "没有「没有局」"), (("住建局", "", *SHIFTS[0][2:]), "缺少值班人"),
     ((*SHIFTS[1][:3], "2026-11-23 16:00", "2026-11-23 18:00", "", "", ""), "重叠")],
)  # fmt: skip
def test_one_wrong_row_is_named_and_nothing_is_taken(
    desk: Office, people: dict[str, Visitor], spoiled: tuple[str, ...], says: str
) -> None:
    keeper, own = people["甲"], desk.world.app.home.config / "roster.yaml"
    keeper.upload("/roster", {"csrf": keeper.csrf}, table(SHIFTS))
    before = own.read_bytes()
    answer = keeper.upload("/roster", {"csrf": keeper.csrf}, table([*SHIFTS, spoiled]))
    assert answer.status_code == 400
    assert "第 5 行" in answer.text and says in answer.text and "旧值班表继续有效" in answer.text
    assert own.read_bytes() == before


@pytest.mark.parametrize(
    ("file", "says"),
    [(b"", "请先选择"), (b"%PDF-1.7 x", "PDF"), (b"\x89PNG\r\n\x1a\n", "图片"),
     (table(()), "没有一行排班"), (b"a,b\n1,2\n", "值班表要有这些列"), (b"x" * 2_200_000, "太大"),
     (b"x" * (2 * 2**20 + 1), "太大"), (b"PK\x03\x04broken", "损坏")],
    ids=["none", "pdf", "png", "empty", "other", "huge", "large", "broken"],
)  # fmt: skip
def test_what_is_no_roster_is_refused_in_chinese(
    people: dict[str, Visitor], file: bytes, says: str
) -> None:
    keeper = people["甲"]
    keeper.get("/roster")
    answer = keeper.upload("/roster", {"csrf": keeper.csrf}, file)
    assert answer.status_code == 400 and says in answer.text
    assert "名字不算数" not in answer.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--"), ("text/plain", b"x"),
     ("multipart/form-data", b""), ("multipart/form-data; boundary=x", b""),
     ("multipart/form-data; boundary=x", b"--x\r\n" * 40 + b"--x--"),
     ("multipart/form-data; boundary=\"\x01\"", b"--"),
     ("multipart/form-data; boundary=x",
      b"--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nguessed\r\n--x--\r\n")],
)  # fmt: skip
def test_a_body_that_is_no_form_with_a_file_is_refused(
    people: dict[str, Visitor], kind: str, body: bytes
) -> None:
    keeper = people["甲"]
    headers = {"origin": HOST, "content-type": kind}
    answer = keeper._run.run(keeper._http.post("/roster", content=body, headers=headers))
    assert answer.status_code == 400


def test_the_empty_table_filled_in_is_taken(desk: Office, people: dict[str, Visitor]) -> None:
    keeper = people["丙"]
    answer = keeper.get("/roster/table.xlsx")
    assert answer.headers["content-disposition"].startswith("attachment")
    book = load_workbook(io.BytesIO(answer.content))
    assert "住建局" in [cell.value for cell in book["填写说明"]["A"]]
    sheet, filled = book["值班表"], io.BytesIO()
    assert tuple(cell.value for cell in sheet[1]) == HEADER
    for column, value in enumerate(SHIFTS[0], 1):
        sheet.cell(2, column).value = value or None
    book.save(filled)
    keeper.get("/roster")
    form = {"csrf": keeper.csrf, "check": "1"}
    assert "检查通过，没有采用：1 班" in keeper.upload("/roster", form, filled.getvalue()).text


# --- 交接班


def test_a_handover_tells_of_its_own_shift_and_of_what_is_next(
    desk: Office, people: dict[str, Visitor]
) -> None:
    world, keeper = desk.world, people["甲"]
    keeper.upload("/roster", {"csrf": keeper.csrf}, table(SHIFTS))
    say = world.say
    late = say(1, ["taxi_refusal"], places=("天定山",), text="拒载", urgency="red")
    early = say(2, ["street_lighting"], places=("泉眼镇",), text="路灯不亮")
    food = say(3, ["food_safety"], places=("冰雪新天地",), text="饭菜异味")
    world.do(early, "ack", "住建局")
    world.clock.move(3 * 3600)
    world.do(late, "ack", "住建局")
    world.clock.move(60)
    page = people["乙"].get("/handover").text
    assert "住建局" in page and "11月23日 08:30 至 11月23日 13:01" in page  # its last change
    assert "签收 2 项，答复 0 项" in page and "本班值班：某乙" in page
    assert late in page and early in page and food not in page
    assert page.index(f"/cases/{late}") < page.index(f"/cases/{early}")  # the graver first
    hour = people["甲"].get("/handover?from=2026-11-23T12:30&to=2026-11-23T13:30").text
    assert "签收 1 项" in hour and "新立案 0 件" in hour and food in hour
    assert "不正常的来源" in hour and "不正常的来源" not in page
    morning = people["甲"].get("/handover?from=2026-11-23T10:00&to=2026-11-23T13:30").text
    assert "未运行：中国吉林网。" in morning  # the others have their turn every six hours
    assert "本班值班：（值班表无人）" in people["庚"].get("/handover").text
    world.clock.now = MONDAY


# --- 设置


def test_an_account_is_made_moved_reset_and_closed(
    desk: Office, people: dict[str, Visitor]
) -> None:
    admin = people["丙"]
    admin.get("/settings/users")
    form = {"csrf": admin.csrf, "name": " 新  人 ", "role": "handler", "department": "住建局"}
    made = admin.post("/settings/users/add", form)
    code = re.findall(r"<code>([2-9A-Z-]{19})</code>", made.text)
    assert len(code) == 1 and code[0] not in admin.get("/settings/users").text
    assert admin.post("/settings/users/add", form).status_code == 400
    newcomer = desk.stranger()
    assert newcomer.sign_in("新 人", code[0]).status_code == 303
    name = {"csrf": admin.csrf, "name": "新 人"}
    moved = admin.post("/settings/users/move", name | {"role": "viewer", "department": "城管局"})
    assert moved.status_code == 303
    assert "城管局 · 查看" in newcomer.get("/password").text
    again = admin.post("/settings/users/reset", name)
    assert re.findall(r"<code>([2-9A-Z-]{19})</code>", again.text) not in ([], code)
    assert admin.post("/settings/users/disable", name).status_code == 303
    assert newcomer.get("/password").status_code == 303
    assert desk.audited("user-move") == ["新 人"]


@pytest.mark.parametrize(
    ("path", "fields", "says"),
    [("add", {"name": "", "role": "admin"}, "姓名应为"),
     ("add", {"name": "x", "role": "handler"}, "要写明部门"),
     ("add", {"name": "x", "role": "system"}, "请选择身份"), ("add", {"name": "x"}, "请选择身份"),
     ("add", {"name": "x", "role": "viewer", "department": "没有局"}, "没有“没有局”"),
     ("move", {"name": "丙", "role": "viewer"}, "不能停用、重置或改动自己"),
     ("disable", {"name": "丙"}, "不能停用"), ("reset", {"name": "丙"}, "不能停用"),
     ("move", {"name": "甲", "role": "handler"}, "要写明部门"),
     ("reset", {"name": "<b>"}, "没有“&lt;b&gt;”")],
)  # fmt: skip
def test_a_wrong_account_is_refused_and_nobody_locks_themselves_out(
    people: dict[str, Visitor], path: str, fields: dict[str, str], says: str
) -> None:
    admin = people["丙"]
    admin.get("/settings/users")
    answer = admin.post(f"/settings/users/{path}", {"csrf": admin.csrf} | fields)
    assert answer.status_code == 400 and says in answer.text


def test_a_test_message_goes_through_the_outbox_seldom_and_wakes_nobody(
    desk: Office, people: dict[str, Visitor]
) -> None:
    keeper, world = people["甲"], desk.world
    page = keeper.get("/settings/channels").text
    assert "值班群" in page and "企业微信群" in page and SECRET not in page
    form = {"csrf": keeper.csrf, "channel": "值班群"}
    assert keeper.post("/settings/channels/test", form).status_code == 303
    assert "待发" in keeper.get("/settings/channels").text
    assert keeper.post("/settings/channels/test", form).status_code == 429
    pipeline.notify(world.app)
    page = keeper.get("/settings/channels").text
    assert "未送达" in page and "没有配置或未启用" in page
    receivers = {t.receiver for t in world.told() if t.purpose == "channel-test"}
    assert receivers == {"渠道测试"}
    assert "渠道测试" not in {one.receiver for one in still_unheard(world.app)}
    world.clock.move(121)
    assert keeper.post("/settings/channels/test", form).status_code == 303
    assert desk.audited("channel-test") == ["值班群", "值班群"]


def test_levels_are_shown_as_they_are_in_force(people: dict[str, Visitor]) -> None:
    page = people["乙"].get("/settings").text
    assert "120 分钟" not in page and "2 小时（只算工作时间）" in page and "5 小时" in page
    assert "阅读（播放） 100 万" in page and "管委会领导" in page
    assert "22:00–07:30 不打扰" in page and "config/levels.yaml" in page


# --- 报告


@pytest.fixture(scope="module")
def paper(desk: Office, people: dict[str, Visitor]) -> Path:
    """The day's paper, made by a person the next morning; where it is."""
    world, keeper = desk.world, people["甲"]
    world.say(9, ["parking"], places=("莲花山",), text="停车难")
    world.clock.now = MONDAY + timedelta(days=1)
    page = keeper.get("/reports/preview?kind=day&date=2026-11-23").text
    form = dict(re.findall(r'name="(kind|date|edition)" value="([^"]*)"', page))
    for _ in range(2):  # a double tap
        answer = keeper.post("/reports/make", {"csrf": keeper.csrf} | form)
        assert (answer.status_code, answer.headers["location"]) == (
            303, "/reports/day/2026-11-23/1",
        )  # fmt: skip
    return world.app.home.reports


def test_a_paper_shows_the_figures_of_its_own_spreadsheet(
    desk: Office, people: dict[str, Visitor], paper: Path
) -> None:
    app = desk.world.app
    with app.ledger.read() as books:
        [edition] = books.reports.all()
        facts = reporting.facts_of(books, period_of("day", shanghai_day(edition.period_start)))
    figures = material_of(
        facts, app.plan, made_at=edition.made_at, late=False, drill=False, edition=1
    ).figures
    shown = people["戊"].get("/reports/day/2026-11-23/1").text
    xlsx = editions.content(app, edition, "xlsx")[1]
    assert [e.name for e in editions.figures(xlsx)] == [f.name for f in figures.by_key.values()]
    assert f"<td>{figures['mentions'].name}</td><td>{figures['mentions'].shown} 条</td>" in shown
    preview = people["戊"].get("/reports/preview?kind=day&date=2026-11-23").text
    assert f"{figures['mentions'].shown}条" in preview and "编发日报" not in preview
    assert desk.audited("report") == ["日报-2026-11-23"]


def test_a_download_is_what_was_recorded_or_nothing(
    desk: Office, people: dict[str, Visitor], paper: Path
) -> None:
    reader = people["丁"]
    listed = reader.get("/reports").text
    for file in sorted(paper.glob("日报-2026-11-23.*")):
        form = file.suffix[1:]
        answer = reader.get(f"/reports/day/2026-11-23/1/{form}")
        digest = hashlib.sha256(answer.content).hexdigest()
        assert answer.content == file.read_bytes() and digest[:16] in listed
        assert quote(file.name) in answer.headers["content-disposition"]
        assert answer.headers["content-disposition"].startswith("attachment")
        whole = file.read_bytes()
        file.write_bytes(whole + b" ")
        spoiled = reader.get(f"/reports/day/2026-11-23/1/{form}")
        assert spoiled.status_code == 409 and "校验值不符" in spoiled.text
        file.unlink()
        assert reader.get(f"/reports/day/2026-11-23/1/{form}").status_code == 404
        assert "不在这台主机" in reader.get("/reports/day/2026-11-23/1").text or form == "docx"
        file.write_bytes(whole)
    for path in ("day/2026-11-23/2", "day/2026-11-23/x", "year/2026-11-23/1", "day/x/1",
                 "day/2026-11-23/1/exe", "day/2026-11-23/1/..%2fxlsx"):  # fmt: skip
        assert reader.get(f"/reports/{path}").status_code == 404, path


@pytest.mark.parametrize(
    ("day", "says"),
    [("2026-11-24", "还没有过完"), ("2020-01-01", "还没有数据"), ("没有", "请选择")],
)  # fmt: skip
def test_only_a_period_that_is_over_is_made(
    people: dict[str, Visitor], paper: Path, day: str, says: str
) -> None:
    keeper = people["甲"]
    form = {"csrf": keeper.csrf, "kind": "day", "date": day, "edition": "0"}
    answer = keeper.post("/reports/make", form)
    assert answer.status_code == 400 and says in answer.text


# --- whatever is asked


QUERY = st.dictionaries(
    st.sampled_from(["department", "done", "from", "to", "kind", "date", "page", "name"]),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(["2026-11-23", "2999-12-31", "0001-01-01", "2026-11-23T10:00", "day",
                         "week",
                         "2000-01-01T00:00", "2999-12-31T23:59", "住建局", "1", "99999", "\x00",
                         "<script>alert(1)</script>"]),
    ),
)  # fmt: skip


@given(path=st.sampled_from([p.partition("?")[0] for p in PAGES]), query=QUERY)
def test_no_question_breaks_a_page_or_comes_back_as_markup(
    people: dict[str, Visitor], path: str, query: dict[str, str]
) -> None:
    pairs = {name: quote(value.encode("utf-8", "replace")) for name, value in query.items()}
    asked = "&".join(f"{name}={value}" for name, value in pairs.items())
    answer = people["丙"].get(f"{path}?{asked}")
    assert answer.status_code < 500, (path, query)
    assert b"<script>alert" not in answer.content
