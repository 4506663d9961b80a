"""The pictures of the handbook: real pages of the desk and real papers, over the demo week.

``.venv/bin/python tests/picturing.py`` plays the week to the afternoon on which the cable car
stops, serves the desk as it stands then, and writes ``docs/pictures/*.png``. It needs what the
tests of the browser and of PDFs need: chromium, libreoffice-writer, poppler-utils, fonts-noto-cjk.
"""

import multiprocessing
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import httpx
from deskclient import PASSWORD, account
from deskserver import free_port
from PIL import Image  # python-pptx brings it
from world import World

from domain.times import Moment, shanghai_day
from domain.types import Level, Role
from tingxue import adding, casepapers, links, playing, reporting
from tingxue.app import App, opened
from tingxue.demo import runner, week
from tingxue.desk.serving import serve
from tingxue.home import Home, home_at
from tingxue.links import Link
from tingxue.reports.pdf import make_pdf

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
MINUTE = 6703
"""Of the demo week: Friday 15:43, when the first word of the cable car has come in."""
PUBLICITY, HANDLER = "宣传部值班员甲", "应急局值班员甲"
PHONE, WIDE = (390, 844), (1440, 900)
COLOURS, MOST_BYTES = 128, 80_000
_DPI = 72
_OVER_HTTP = "document.querySelector('.strip.warn:not(#offline)').remove()"
"""The warning that this script's desk has no certificate: an office's has one."""
UNSURE = (
    "天定山停车场出来扫码扣了三十，门口牌子上写的是二十吧？",
    "冰雪新天地东门那排路灯，昨晚走过去几乎看不见路",
    "莲花山滑雪场门口等车一个小时，也没见公交专线过来，是改时间了吗",
)
"""Entered by hand: the week itself leaves little on the review list."""
SHIFTS = [
    ("宣传部", "宣传部值班员乙", "0431-0000-0301", "2026-12-25 08:00", "2026-12-25 20:00"),
    ("宣传部", "宣传部值班员丁", "0431-0000-0303", "2026-12-25 20:00", "2026-12-26 08:00"),
    ("住建局", "住建局值班员乙", "0431-0000-0304", "2026-12-25 08:30", "2026-12-26 08:30"),
]


@dataclass(frozen=True)
class Shot:
    """One picture: ``path`` of the desk as ``who`` sees it; height: of the part from the top that
    is shown, None for a screen."""

    name: str
    path: str
    who: str
    size: tuple[int, int]
    height: int | None = None


def shots(red: str, token: str) -> list[Shot]:
    """All pages, those of a phone first. red: a case; token: that of a link that signs it."""
    return [
        Shot("phone-now", "/", HANDLER, PHONE),
        Shot("phone-case", f"/cases/{red}", HANDLER, PHONE, 1440),
        Shot("phone-link", f"/l/{token}", "", PHONE),
        Shot("phone-reviews", "/reviews", PUBLICITY, PHONE, 1000),
        Shot("wide-now", "/", PUBLICITY, WIDE),
        Shot("wide-cases", "/cases", PUBLICITY, WIDE),
        Shot("wide-trends", "/trends?days=7", PUBLICITY, WIDE),
        Shot("wide-sources", "/sources", PUBLICITY, WIDE),
        Shot("wide-roster", "/roster", PUBLICITY, WIDE),
        Shot("wide-reports", "/reports", PUBLICITY, WIDE),
        Shot("wide-handover", "/handover", PUBLICITY, WIDE, 1100),
    ]


def main() -> None:
    """Make every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tingxue-pictures-") as folder:
        home = home_at(Path(folder) / "demo")
        with played(home) as stage:
            red = _red(stage.app)
            papers(stage.app, red)
            token = _token(stage.app, red)
        with desk(home) as address, browser() as chromium:
            for shot in shots(red, token):
                _keep(shot.name, _taken(chromium, address, shot))


@contextmanager
def played(home: Home) -> Iterator[runner.Stage]:
    """The demo up to that minute, a daily paper each morning; with words that wait to be judged, a
    roster with gaps, and people who can sign in."""
    with runner.stage(home) as stage:
        playing.write_config(home, {"roster": _roster()})
        for morning in range(1, 5):
            _to(stage, morning * 24 * 60 + 510)
            reporting.make(stage.app, "day", shanghai_day(stage.moment.now - timedelta(days=1)))
        _to(stage, MINUTE)
        for text in UNSURE:
            adding.add(stage.app, adding.Entry(text=text, platform="weibo"), PUBLICITY)
        playing.stages(stage.app)
        _people(stage.app, stage.moment)
        yield stage


def _to(stage: runner.Stage, minute: int) -> None:
    runner.through(stage, minute)
    stage.moment.now = week.moment(runner.START, minute)


def _roster() -> dict[str, Any]:
    """The shipped one with some shifts; one department is off at weekends, one was forgotten."""
    roster = playing.read_config("roster")
    names = ("department", "person", "phone", "from", "to")
    roster["shifts"] = [dict(zip(names, shift, strict=True)) for shift in SHIFTS]
    standing = [one for one in roster["standing"] if one["department"] != "四家乡"]
    for one in standing:
        one |= {"days": "工作日"} if one["department"] == "城管局" else {}
    return roster | {"standing": standing}


def _people(app: App, moment: Moment) -> None:
    world = World(app=app, clock=moment, analyser=None)  # type: ignore[arg-type]
    account(world, PUBLICITY, Role.PUBLICITY, "宣传部")
    account(world, HANDLER, Role.HANDLER, "应急局")


def _red(app: App) -> str:
    """The newest red case of 应急局."""
    with app.ledger.read() as books:
        cases = [books.cases.get(one) for one in books.cases.list_ids()]
    ours = [one for one in cases if "应急局" in {o.department for o in one.obligations}]
    return max(one.case_id for one in ours if one.level is Level.RED)


def _token(app: App, case_id: str) -> str:
    link = Link(case_id=case_id, version=1, department="应急局", action="ack", who="duty",
                until=app.clock() + timedelta(hours=24))  # fmt: skip
    return links.sign(link, links.key(app.home))


def papers(app: App, red: str) -> None:
    """The first pages of the newest daily paper and of the case's 交办单."""
    daily = max((app.home.path / "reports").glob("日报*.docx"))
    [assigned, *_] = [p for p in casepapers.assign(app, red, "应急局") if p.suffix == ".docx"]
    for name, paper in (("paper-daily", daily), ("paper-assign", assigned)):
        page = subprocess.run(
            ["pdftoppm", "-png", "-r", str(_DPI), "-f", "1", "-l", "1", make_pdf(paper)],
            check=True, capture_output=True,
        ).stdout  # fmt: skip
        _keep(name, page)


def _keep(name: str, png: bytes) -> None:
    """With as many colours as its size allows; the same picture again is the same file."""
    colours, small = COLOURS, b""
    while not small or len(small) > MOST_BYTES:
        assert colours > 4, f"{name} is too large"
        small = _palette(png, colours)
        colours //= 2
    (PICTURES / f"{name}.png").write_bytes(small)
    print(f"{name}.png {len(small) // 1000} kB, {colours * 2} colours")  # noqa: T201


def _palette(png: bytes, colours: int) -> bytes:
    image = Image.open(BytesIO(png)).convert("RGB")
    kept = BytesIO()
    image.quantize(colours, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


@contextmanager
def desk(home: Home) -> Iterator[str]:
    """The desk on that home in a process of its own, its clock standing; the address."""
    port = free_port()
    child = multiprocessing.get_context("spawn").Process(target=_serve, args=(home.path, port))
    child.start()
    try:
        until = monotonic() + 60
        while not _answers(port) and monotonic() < until and child.is_alive():
            sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        child.join()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/login", timeout=5).is_success
    except httpx.TransportError:
        return False


def _serve(folder: Path, port: int) -> None:
    clock = Moment(week.moment(runner.START, MINUTE))
    with opened(home=home_at(folder), clock=clock, environ=playing.environ_of(os.environ)) as app:
        serve(app, host="127.0.0.1", port=port, allow_http=True)


@contextmanager
def browser() -> Iterator["Browser"]:
    """The machine's own Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        made = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield made
        made.close()


def _taken(chromium: "Browser", address: str, shot: Shot) -> bytes:
    width, height = shot.size
    page = chromium.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
    if shot.who:
        _sign_in(page, address, shot.who)
    page.goto(address + shot.path)
    page.evaluate(_OVER_HTTP)
    if shot.height:
        page.set_viewport_size({"width": width, "height": shot.height})
    png = page.screenshot()
    page.close()
    return png


def _sign_in(page: "Page", address: str, who: str) -> None:
    page.goto(f"{address}/login")
    page.fill("#name", who)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("h1:has-text('现在')")


if __name__ == "__main__":
    main()
