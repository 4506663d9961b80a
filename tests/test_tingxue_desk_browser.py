"""The desk in a real Chromium: on a phone and on a wide screen, with and without script.

Nothing but this desk is asked for anything, nothing runs over the edge, a keyboard is enough, and
axe finds nothing to object to. Screenshots go to ``TINGXUE_SHOTS`` (default: the test's folder).
"""

import io
import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from deskclient import PASSWORD, account, office
from deskserver import free_port, served
from docx import Document
from world import MONDAY, World, opened_world

from domain.plan import Plan
from domain.types import Actor, Counts, Outcome, Role, State
from ledger.leads import LeadQuery, Read, Stage
from tingxue import finals, links, pausing, pipeline, reporting, rostershifts
from tingxue.desk import screen
from tingxue.desk.signin import DESK
from tingxue.links import Link

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.full
SIZES = {"phone": (390, 844), "wide": (1440, 900)}
EXECUTABLE = shutil.which("chromium") or shutil.which("google-chrome") or ""
LONG = "出租车司机在天定山门口挑客，打表不打表看心情，问了几位都说要加钱，孩子冻得直哭"
ROSTER = """
shifts:
  - {department: 住建局, person: 某甲, phone: 0431-8000-0001, from: 2026-11-22 17:00, to: 2026-11-23 08:30}
  - {department: 住建局, person: 某乙, phone: 0431-8000-0002, from: 2026-11-23 08:30, to: 2026-11-23 17:00,
     deputy: 某丁, deputy_phone: 0431-8000-0004}
  - {department: 住建局, person: 某庚, phone: 0431-8000-0003, from: 2026-11-23 09:30, to: 2026-11-23 14:00,
     instead_of: 某乙}
  - {department: 宣传部, person: 某丙, phone: 0431-8000-0006, from: 2026-11-22 20:00, to: 2026-11-23 08:00}
  - {department: 宣传部, person: 某戊, phone: 0431-8000-0007, from: 2026-11-23 08:00, to: 2026-12-30 08:00}
standing:
  - {department: 城管局, person: 某己, phone: 0431-8000-0005, days: 工作日, from: 08:30, to: 17:00}
"""  # noqa: E501
_TOO_SMALL = """() => [...document.querySelectorAll('a, button, summary, input, select, textarea')]
  .filter((e) => e.offsetParent && e.type !== 'hidden' && !e.matches('.skip, .tick input'))
  .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height])
  .filter(([, height]) => height < 43.5)"""


@dataclass
class Site:
    """A desk that runs, what is in it, and everything that was asked for."""

    address: str
    world: World
    cases: dict[str, str]
    link: str
    shots: Path
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Site]:
    folder, port = tmp_path_factory.mktemp("desk"), free_port()
    with opened_world(folder, plan) as world:
        cases = _filled(world)
        shots = Path(os.environ.get("TINGXUE_SHOTS", folder / "shots"))
        shots.mkdir(parents=True, exist_ok=True)
        with served(folder, port):
            yield Site(f"http://127.0.0.1:{port}", world, cases, _link(world, cases["link"]), shots)


def _link(world: World, case_id: str) -> str:
    made = Link(case_id=case_id, version=1, department="住建局", action="ack", who="duty",
                until=MONDAY + timedelta(hours=24))  # fmt: skip
    return links.sign(made, links.key(world.app.home))


def _filled(world: World) -> dict[str, str]:
    account(world, "甲", Role.PUBLICITY, "宣传部")
    account(world, "乙", Role.HANDLER, "住建局")
    account(world, "丙", Role.ADMIN)
    world.app.home.config.mkdir(exist_ok=True)
    (world.app.home.config / "roster.yaml").write_text(ROSTER, encoding="utf-8")
    say = world.say
    _days_before(world)
    cases = {
        "busy": say(1, ["taxi_refusal", "price_gouging"], text=LONG * 3, places=("天定山滑雪场",),
                    urgency="red", counts=Counts(likes=12, comments=3, views=32_000)),
        "key": say(3, ["street_lighting"], text="路灯不亮", places=("泉眼镇",)),
        "bare": say(4, ["parking"], text="停车场没有灯", places=("莲花山度假区",)),
        "link": say(6, ["snow_sculpture"], text="冰滑梯裂了", places=("劝农山镇",)),
        "late": say(5, ["snow_sculpture"], text="冰雕化了", places=("四家乡",)),
    }  # fmt: skip
    say(2, ["taxi_refusal"], text=f"又被拒载了，{LONG}", places=("天定山滑雪场",), urgency="red")
    for number, text in enumerate(("大概又是拒载", "好像停车收费不对", "疑似饭菜有异味"), 10):
        say(number, ["other_complaint"], text=text, sure=0.3, places=(f"地{number}",))
    world.do(cases["busy"], "ack", "住建局")
    world.do(cases["busy"], "reply", "住建局")
    made = reporting.make(world.app, "day", MONDAY.date())
    finals.file_final(world.app, made.docx, Actor(name="甲", role=Role.PUBLICITY))
    return cases


def _days_before(world: World) -> None:
    """Some days of all kinds of mentions, and a source that was refused: for 态势, 线索, 来源."""
    chance, place = Random(1), ("净月潭",)
    for number in range(200, 260):
        world.clock.now = MONDAY - timedelta(hours=3 * (260 - number))
        codes = chance.choice(([], [], ["parking"], ["lodging", "price_gouging"], ["traffic_jam"]))
        world.said(
            number, codes, text=f"{number}：{LONG[: chance.randrange(8, 30)]}", sure=0.3,
            urgency="none", places=place, relevant=chance.random() > 0.2,
            polarity=chance.choice(["negative", "negative", "neutral", "positive"]),
        )  # fmt: skip
    world.clock.now = MONDAY
    with world.app.ledger.write() as books:
        books.audit.write(MONDAY, DESK, "audit-verify", "全部相符", "案件 6 件，经过 30 条")
        pausing.stop(world.app, books, world.app.plan.sources[0], Outcome.IP_OR_ACCOUNT_BLOCKED)


def _lead(world: World, read: Read) -> str:
    """A mention that was read so."""
    with world.app.ledger.read() as books:
        return books.leads.page(LeadQuery(read=read, stage=Stage.NOWHERE), limit=1).ids[0]


@pytest.fixture(scope="module")
def chromium(site: Site) -> Iterator["Browser"]:
    """In CI it must be there."""
    if not EXECUTABLE:
        reason = "NO BROWSER WAS TESTED: install Debian's chromium and fonts-noto-cjk"
        pytest.fail(reason) if "CI" in os.environ else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=EXECUTABLE, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(site: Site, chromium: "Browser", size: str, *, script: bool = True, dark: bool = False,
           who: str = "甲") -> "Page":  # fmt: skip
    """A new page of somebody signed in."""
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=script, locale="zh-CN",
        has_touch=size == "phone", color_scheme="dark" if dark else "light",
    )  # fmt: skip
    page = context.new_page()
    page.on("request", lambda request: site.asked.append(request.url))
    page.goto(f"{site.address}/login")
    page.fill("#name", who)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("h1:has-text('现在')")
    return page


def _paths(site: Site) -> dict[str, dict[str, str]]:
    """By person, every page that the person opens, by a name for it."""
    busy = site.cases["busy"]
    ours = {"now": "/", "cases": "/cases", "found": "/cases?level=红", "nothing": "/cases?page=9",
             "case": f"/cases/{busy}", "reviews": "/reviews", "password": "/password",
             "missing": "/cases/LHS-20200101-0001", "refused": "/l/broken.link",
             "link": f"/l/{site.link}"}  # fmt: skip
    ours |= {"roster": "/roster", "roster-one": "/roster?department=住建局",
             "handover": "/handover", "reports": "/reports", "edition": "/reports/day/2026-11-23/1",
             "preview": "/reports/preview?kind=week&date=2026-11-23", "settings": "/settings",
             "channels": "/settings/channels"}  # fmt: skip
    ours |= {"leads": "/leads", "foreign": "/leads?read=foreign",
             "lead": f"/leads/{_lead(site.world, Read.NONE)}", "trends": "/trends?days=7",
             "month": "/trends?days=30", "sources": "/sources", "links": "/sources/links",
             "audit": "/audit"}  # fmt: skip
    [shift, *_] = rostershifts.own(site.world.app, "住建局")
    ours |= {"shift-new": "/roster/shift?department=住建局", "finals": "/reports/finals",
             "shift": f"/roster/shift/{rostershifts.key_of(shift)}"}  # fmt: skip
    return {"甲": ours, "丙": {"users": "/settings/users", "user": "/settings/users?name=乙"}}


def _walk(site: Site, page: "Page", name: str, who: str, *, script: bool) -> Iterator[str]:
    """Every page, one after the other; its name."""
    for key, path in _paths(site)[who].items():
        page.goto(site.address + path)
        if key == "settings":
            page.click("nav summary")  # the menu stays open for the picture
        if script:
            page.evaluate("document.querySelectorAll('main details').forEach((d) => d.open = true)")
        page.screenshot(path=site.shots / f"{name}-{key}.png", full_page=True)
        yield key


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_fits_is_easy_to_hit_and_has_nothing_axe_objects_to(
    site: Site, chromium: "Browser", size: str, dark: bool
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    objections = []
    for who in _paths(site):
        page = opened(site, chromium, size, dark=dark, who=who)
        name = f"{size}-{'dark' if dark else 'light'}"
        for key in _walk(site, page, name, who, script=True):
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{key} runs over the edge"
            assert page.evaluate(_TOO_SMALL) == [], key
            found = Axe().run(page)
            objections += [f"{key}: {found.generate_report()}"] if found.violations_count else []
        page.context.close()
    assert not objections, "\n".join(objections)


@pytest.mark.parametrize("size", SIZES)
def test_every_page_works_without_script(site: Site, chromium: "Browser", size: str) -> None:
    page = opened(site, chromium, size, script=False)
    assert len(list(_walk(site, page, f"{size}-bare", "甲", script=False))) == 29
    page.goto(f"{site.address}/cases/{site.cases['bare']}")
    page.click("summary:has-text('备注')")
    page.fill("#note-case-note", f"没有脚本也能写（{size}）")
    page.click("form[action$='/note'] button")
    page.wait_for_selector("text=已记录：备注")
    assert f"没有脚本也能写（{size}）" in page.content()
    page.context.close()


def test_a_keyboard_alone_signs(site: Site, chromium: "Browser") -> None:
    case_id = site.cases["key"]
    page = opened(site, chromium, "wide", who="乙")
    _tab_to(page, f'a[href="/cases/{case_id}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case_id}")
    _tab_to(page, "form[action$='/ack'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已记录：签收")
    assert site.world.case(case_id).obligations[0].status is State.SIGNED
    page.context.close()


def _tab_to(page: "Page", selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"no way by Tab to {selector}")


def test_the_page_renews_itself_and_says_when_the_desk_is_gone(
    site: Site, chromium: "Browser"
) -> None:
    page = opened(site, chromium, "phone", who="乙")
    assert page.title().startswith("(")
    before = int(page.get_attribute("#now", "data-waiting") or 0)
    site.world.say(90, ["street_lighting"], text="新坏的路灯", places=("劝农山镇",))
    page.wait_for_selector(f'#now[data-waiting="{before + 1}"]', timeout=15_000)
    assert page.title().startswith(f"({before + 1})")
    assert "新增 1 项" in page.inner_text("#news")
    page.context.set_offline(True)
    page.wait_for_selector("#offline:not([hidden])", timeout=15_000)
    page.screenshot(path=site.shots / "phone-offline.png")
    page.context.close()


def test_two_who_press_the_same_button_see_who_was_first(site: Site, chromium: "Browser") -> None:
    case_id = site.cases["late"]
    page = opened(site, chromium, "phone", who="乙")
    page.goto(f"{site.address}/cases/{case_id}")
    page.click("summary:has-text('不属本部门')")
    page.fill("form[action$='/decline'] textarea", "冰雕归运营单位管")
    site.world.do(case_id, "ack", "住建局")
    page.click("form[action$='/decline'] button")
    page.wait_for_selector("h1:has-text('没有执行')")
    page.screenshot(path=site.shots / "phone-overtaken.png", full_page=True)
    assert "冰雕归运营单位管" in page.input_value("textarea")
    page.click("form[action$='/decline'] button")
    page.wait_for_selector("text=已记录：不属本部门")
    page.context.close()


@pytest.mark.parametrize("size", SIZES)
def test_files_go_with_a_reply_and_a_wrong_one_costs_no_word(
    site: Site, chromium: "Browser", size: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    number = 70 + len(size)
    case_id = site.world.say(
        number, ["street_lighting"], text=f"{size}路灯不亮", places=(f"{size}路",)
    )
    site.world.do(case_id, "ack", "住建局")
    page = opened(site, chromium, size, script=size == "wide", who="乙")
    page.goto(f"{site.address}/cases/{case_id}")
    for step, content in (("refused", b"<html>"), ("sent", b"%PDF-1.7 %%EOF")):
        page.fill("form[action$='/reply'] textarea", "两盏灯已换，照片附后")
        page.set_input_files(
            "form[action$='/reply'] input[type=file]",
            {"name": "现场照片.pdf", "mimeType": "application/pdf", "buffer": content},
        )
        if step == "refused":
            page.screenshot(path=site.shots / f"{size}-reply.png", full_page=True)
        page.click("form[action$='/reply'] button")
        said = "不是能收的文件" if step == "refused" else "已记录：答复"
        page.wait_for_selector(f"text={said}")
        page.screenshot(path=site.shots / f"{size}-reply-{step}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, step
        assert page.evaluate(_TOO_SMALL) == [], step
        if size == "wide":  # axe is a script
            assert Axe().run(page).violations_count == 0, step
        if step == "refused":
            assert page.input_value("form[action$='/reply'] textarea") == "两盏灯已换，照片附后"
    with page.expect_download() as download:
        page.click("a:has-text('现场照片.pdf')")
    assert download.value.suggested_filename == "现场照片.pdf"
    assert Path(download.value.path()).read_bytes() == b"%PDF-1.7 %%EOF"
    page.context.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_shift_is_entered_corrected_and_removed(
    site: Site, chromium: "Browser", size: str
) -> None:
    page = opened(site, chromium, size, script=size == "wide")
    page.goto(f"{site.address}/roster?department=财政局")
    page.click("section:has(#h-dated) a:has-text('加一班')")
    page.fill("#s-person", f"某{size}")
    page.fill("#s-phone", "0431-8000-0009")
    page.fill("#s-from", "2026-11-24T08:30")
    page.fill("#s-to", "2026-11-24T08:00")
    page.click("button:has-text('加这一班')")
    page.wait_for_selector("text=结束时间必须晚于开始时间")
    page.screenshot(path=site.shots / f"{size}-shift-refused.png", full_page=True)
    assert page.input_value("#s-person") == f"某{size}"
    page.fill("#s-to", "2026-11-24T17:00")
    page.click("button:has-text('加这一班')")
    page.wait_for_selector(f"text=已生效：加一班：财政局 某{size} 11月24日 08:30 至 11月24日 17:00")
    page.goto(f"{site.address}/roster?department=财政局")
    page.screenshot(path=site.shots / f"{size}-roster-shifts.png", full_page=True)
    page.click("section:has(#h-dated) a:has-text('某')")
    page.click("button:has-text('删这一班')")
    page.wait_for_selector("text=已生效：删一班：财政局")
    page.context.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_final_is_filed_and_comes_back_unchanged(
    site: Site, chromium: "Browser", size: str
) -> None:
    into = io.BytesIO()
    document = Document()
    document.add_paragraph(f"{size}：改好的日报")
    document.save(into)
    page = opened(site, chromium, size, script=size == "wide")
    page.goto(f"{site.address}/reports/finals")
    page.select_option("#of", index=1)
    for said, content in (("p.said[role=alert]", b"no Word"), ("p.said.good", into.getvalue())):
        page.set_input_files(
            "#file", {"name": "日报.docx", "mimeType": "application/msword", "buffer": content}
        )
        page.click("button:has-text('存为定稿')")
        page.wait_for_selector(said)
        page.screenshot(path=site.shots / f"{size}-final-{len(content) > 9}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    with page.expect_download() as download:
        page.click("li.edition a:has-text('下载') >> nth=0")
    assert Path(download.value.path()).read_bytes() == into.getvalue()
    page.context.close()


def test_a_link_signs_with_two_taps_and_no_login(site: Site, chromium: "Browser") -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site.address}/l/{site.link}")
    page.click("button:has-text('的名义签收')")
    page.wait_for_selector("h1:has-text('已签收')")
    page.screenshot(path=site.shots / "phone-signed.png")
    assert site.world.case(site.cases["link"]).obligations[0].status is State.SIGNED
    page.reload()
    page.close()


def test_an_original_is_opened_for_a_reason(site: Site, chromium: "Browser") -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(site, chromium, "phone")
    page.goto(f"{site.address}/cases/{site.cases['busy']}")
    page.click("summary:has-text('查看原文')")
    page.fill("#original-note", "回电核实")
    page.press("#original-note", "Enter")
    page.wait_for_selector("h1:has-text('原文')")
    page.screenshot(path=site.shots / "phone-original.png", full_page=True)
    assert Axe().run(page).violations_count == 0
    page.context.close()


def test_the_fullest_handover_is_one_sheet_of_a4(
    chromium: "Browser", site: Site, tmp_path: Path, plan: Plan
) -> None:
    """More of everything than it lists, read by whoever sees most."""
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        html = aside.submit(_full, tmp_path, plan).result()
    style = (Path(screen.STATIC) / "desk.css").read_text(encoding="utf-8")
    page = chromium.new_page(viewport=dict(zip(("width", "height"), SIZES["wide"], strict=True)))  # type: ignore[arg-type]
    bare = re.sub(r"<link[^>]*>|<script.*?</script>", "", html)
    page.set_content(bare.replace("</head>", f"<style>{style}</style></head>"))
    page.fill("#notes", "住建局的路灯案等配件，周二到货；\n" * 5)
    sheet = page.pdf(path=site.shots / "handover.pdf", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    page.close()


def _full(folder: Path, plan: Plan) -> str:
    with office(folder, plan) as desk:
        for number in range(16):
            case_id = desk.world.say(
                number, ["taxi_refusal", "price_gouging", "other_complaint"], urgency="orange",
                text=f"{number}路口", places=(f"莲花山生态旅游度假区第{number}停车场",),
            )  # fmt: skip
            if number < 12:
                desk.world.do(case_id, "ack", "住建局")
        pipeline.notify(desk.world.app)  # no channel is there: nobody is reached
        desk.world.clock.move(60)
        return desk.person("甲", Role.PUBLICITY, "宣传部").get("/handover").text


def test_nothing_but_the_desk_was_ever_asked(site: Site) -> None:
    assert len(site.asked) > 100
    assert [url for url in site.asked if not url.startswith(site.address)] == []
