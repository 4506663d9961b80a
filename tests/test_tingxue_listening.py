"""Windows for a person: what is heard is in the ledger, whatever ends it."""

import json
import os
import signal
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from browser_site import (
    COMMENTS,
    HTML,
    Feed,
    Screen,
    Site,
    chromium_or_skip,
    douyin,
    page_of,
    raised,
    sent,
    work,
)
from world import World

from crawlers.browser import alone
from crawlers.listened import Listened, listened_platforms
from crawlers.pictures import MOST_BYTES
from crawlers.platforms.douyin import LISTENED
from crawlers.programs import BROWSER
from crawlers.turns import looked_at
from domain.errors import NotConfigured
from domain.types import Actor, Context, Incoming, Kind, Mode, Outcome, Role
from tingxue import browsing, collecting, doctor, evidence, listening, pictures, pipeline
from tingxue.demo.replica import Answer, Asked, serving
from tingxue.intake import LedgerIntake

WORDS = "天定山"
HAND = "<script>setInterval(() => scrollBy(0, 500), 200)</script>"
"""What the person at the window does."""


class Desk:
    """An app whose browser meets a replica, with one source of 抖音 in this mode."""

    def __init__(self, world: World, mode: Mode, environ: dict[str, str]) -> None:
        spec = raised(mode, WORDS)
        plan = replace(world.app.plan, sources=(spec,))
        self.app = replace(world.app, plan=plan, environ={"PATH": os.environ["PATH"], **environ})
        self.spec = spec
        self.app.home.profile("douyin").mkdir(mode=0o700, parents=True, exist_ok=True)
        self.told: list[listening.Heard] = []

    def listen(self, minutes: float) -> collecting.RunReport:
        return listening.listen(
            self.app, self.spec, LISTENED, tell=self.told.append, minutes=minutes, visible=False
        )

    def texts(self) -> list[str]:
        with self.app.ledger.read() as books:
            ids = [one for part in books.mentions.every_id() for one in part]
            return sorted(m.text for m in books.mentions.many(ids))

    def outcome(self) -> Outcome | None:
        with self.app.ledger.read() as books:
            return books.runs.latest()[self.spec.name].outcome


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def desk(world: World, site: Site) -> Iterator[Desk]:
    chromium_or_skip()
    with serving(site) as replica:
        yield Desk(world, Mode.ASSISTED, replica.environment)
        assert {asked.host for asked in replica.asked} <= {"www.douyin.com"}, "it called its maker"


def _by_hand(feed: Feed) -> Answer:
    html = feed.html().body
    assert isinstance(html, bytes)
    return Answer(body=html + HAND.encode(), kind=HTML)


@pytest.mark.full
def test_what_a_person_scrolls_past_is_stored_and_on_record(desk: Desk, site: Site) -> None:
    feed = douyin(3)
    site.pages = {page_of(WORDS): _by_hand(feed), "": feed}
    report = desk.listen(minutes=0.06)
    assert (report.outcome, report.new) == (Outcome.OK, 12)
    assert len(desk.texts()) == 12
    assert desk.told[0].answers == 0 and desk.told[-1].new == 12
    assert desk.outcome() is Outcome.OK


@pytest.mark.full
def test_ctrl_c_ends_it_with_everything_stored(desk: Desk, site: Site) -> None:
    feed = douyin(2)
    site.pages = {page_of(WORDS): _by_hand(feed), "": feed}
    threading.Timer(6, os.kill, (os.getpid(), signal.SIGINT)).start()
    report = desk.listen(minutes=2)
    assert (report.outcome, len(desk.texts())) == (Outcome.OK, 8)


@pytest.mark.full
def test_a_login_wall_that_the_person_passes_is_forgotten_and_one_that_stands_is_not(
    desk: Desk, site: Site
) -> None:
    wall = Screen(
        url="/aweme/v1/web/general/search/stream/?n=1", answer=sent({"status_code": 2483})
    )
    feed = douyin(1)
    site.pages = {page_of(WORDS): _by_hand(Feed(screens=[wall, *feed.screens])), "": feed,
                  "wall": Feed(screens=[wall])}  # fmt: skip
    assert desk.listen(minutes=0.06).outcome is Outcome.OK
    site.pages = {page_of(WORDS): Feed(screens=[wall])}
    assert desk.listen(minutes=0.04).outcome is Outcome.LOGIN_REQUIRED
    with desk.app.ledger.read() as books:
        assert "douyin" in books.pauses.at(desk.app.clock()), "the machine goes on all the same"


@pytest.mark.full
def test_login_waits_until_the_site_knows_the_person(desk: Desk, site: Site) -> None:
    asked: list[int] = []

    def probe(asked_now: Asked) -> Answer:
        asked.append(1)
        known = {"status_code": 0, "user": {"uid": "9"}} if len(asked) > 2 else {"status_code": 8}
        return sent(known)

    page = "<script>setInterval(() => fetch('/aweme/v1/web/user/profile/self/'), 300)</script>"
    site.pages = {"/": Answer(body=page.encode(), kind=HTML),
                  "/aweme/v1/web/user/profile/self/": probe}  # fmt: skip
    assert listening.login(desk.app, LISTENED, minutes=1, visible=False)
    assert len(asked) > 2
    assert desk.texts() == []
    profile = desk.app.home.profile("douyin")
    assert [oct(p.stat().st_mode & 0o777) for p in (profile.parent, profile)] == ["0o700"] * 2


@pytest.mark.full
def test_an_answer_of_unknown_shape_is_kept_without_its_tokens(desk: Desk, site: Site) -> None:
    url = "/aweme/v1/web/general/search/stream/?msToken=SECRET"
    strange = Screen(url=url, answer=sent({"odd": "手机 13800138000"}))
    site.pages = {page_of(WORDS): Feed(screens=[strange])}
    assert desk.listen(minutes=0.04).outcome is Outcome.SCHEMA_CHANGED
    with desk.app.ledger.read() as books:
        rejects = [reject for _, reject in books.rejects.pending()]
    kept = json.dumps([reject.fields for reject in rejects], ensure_ascii=False)
    assert {reject.format for reject in rejects} == {collecting.EXCHANGE}, "cannot be replayed"
    assert "odd" in kept
    assert "SECRET" not in kept and "13800138000" not in kept


def test_says_what_to_do_where_no_window_can_be_shown(world: World, tmp_path: Path) -> None:
    desk = Desk(world, Mode.ASSISTED, {})
    with pytest.raises(NotConfigured, match="HAR"):
        browsing.in_window(desk.app, "douyin")
    with pytest.raises(NotConfigured, match="自有账号"):
        browsing.in_window(desk.app, "douyin", Mode.OWN)
    with pytest.raises(NotConfigured, match="没有启用"):
        browsing.in_window(desk.app, "kuaishou")


def test_the_doctor_says_whether_there_is_a_browser_and_who_can_read_a_login(
    world: World, tmp_path: Path
) -> None:
    desk = Desk(world, Mode.ASSISTED, {})
    profile = desk.app.home.profile("douyin")
    profile.chmod(0o755)
    (tmp_path / "edge").touch(mode=0o700)

    def said(environ: dict[str, str]) -> list[tuple[str, str]]:
        found = doctor.examine(replace(desk.app, environ=environ))
        return [(f.state, f.text) for f in found if f.subject in ("浏览器", "采集方式")]

    (state, text), (of_profile, why) = said({"PATH": str(tmp_path / "none")})
    assert state == "trouble" and "TINGXUE_BROWSER" in text
    assert of_profile == "trouble" and f"chmod 700 {profile}" in why
    assert said({BROWSER: str(tmp_path / "edge")})[0] == ("ok", str(tmp_path / "edge"))


@pytest.mark.parametrize("one", listened_platforms(), ids=lambda one: one.code)
def test_a_person_begins_on_a_page_of_the_site(one: Listened) -> None:
    assert one.at_home(one.front)


def test_a_profile_in_use_is_on_record_with_the_reason(world: World) -> None:
    desk = Desk(world, Mode.AUTOMATIC, {})
    (desk.app.home.path / "bin").mkdir()
    browser = desk.app.home.path / "bin" / "chromium"
    browser.touch(mode=0o700)
    app = replace(desk.app, environ={"PATH": str(browser.parent)})
    with alone(app.home.profile("douyin")), pytest.raises(NotConfigured):
        collecting.collect_one(app, "dy")
    with app.ledger.read() as books:
        run = books.runs.latest()["dy"]
    assert run.outcome is Outcome.NO_RESPONSE_SEEN and "另一个程序" in run.detail


@pytest.mark.full
def test_a_page_that_brings_something_new_is_pictured_where_config_says_so(
    desk: Desk, site: Site
) -> None:
    site.pages = {page_of(WORDS): _by_hand(douyin(1)), "": douyin(1)}
    desk.listen(minutes=0.06)
    assert not desk.app.home.pictures.exists() and desk.texts()
    site.pages = {page_of(WORDS): _by_hand(douyin(3)), "": douyin(3)}
    desk.app = replace(desk.app, plan=replace(desk.app.plan, screenshots=True))
    desk.listen(minutes=0.1)
    with desk.app.ledger.read() as books:
        ids = [one for part in books.mentions.every_id() for one in part]
    kept = pictures.of(desk.app.home, ids)
    assert kept and all(one.source == desk.spec.name for one in kept)
    for one in kept:
        jpeg = one.jpeg.read_bytes()
        assert jpeg[:2] == b"\xff\xd8" and 0 < len(jpeg) <= MOST_BYTES
        assert one.url.startswith("https://www.douyin.com/") and set(one.mention_ids) <= set(ids)


# --- automatic rounds


@pytest.mark.full
def test_an_automatic_round_reads_below_the_posts_that_the_ledger_names(
    world: World, site: Site
) -> None:
    chromium_or_skip()
    post = work(900)["aweme_info"]
    LedgerIntake(world.app.ledger, "x", world.clock)([
        Incoming(platform="douyin", kind=Kind.POST, text=post["desc"], native_id=post["aweme_id"],
                 url=f"https://www.douyin.com/video/{post['aweme_id']}", context=Context())
    ])  # fmt: skip
    world.analyser.said[post["aweme_id"]] = {}
    pipeline.analyse(world.app)
    said = [{"cid": str(no), "aweme_id": post["aweme_id"], "text": f"押金没退 {no}",
             "create_time": 1795341600, "user": {"uid": "9"}} for no in range(2)]  # fmt: skip
    thread = Screen(url=COMMENTS, answer=sent({"status_code": 0, "comments": said, "has_more": 0}))
    site.pages = {page_of(WORDS): douyin(1), f"/video/{post['aweme_id']}": Feed(screens=[thread])}
    with serving(site) as replica:
        desk = Desk(world, Mode.AUTOMATIC, replica.environment)
        report = collecting.collect_one(desk.app, desk.spec.name)
    assert (report.outcome, report.new) == (Outcome.OK, 4 + 2), report.detail
    assert desk.texts()[:2] == ["押金没退 0", "押金没退 1"]
    with world.app.ledger.read() as books:
        assert len(looked_at(books.marks.of(desk.spec.name))) == 1


@pytest.mark.full
def test_an_automatic_round_pictures_its_pages_and_a_pack_for_a_reason_shows_them(
    world: World, site: Site, tmp_path: Path
) -> None:
    chromium_or_skip()
    site.pages = {page_of(WORDS): douyin(2)}
    with serving(site) as replica:
        desk = Desk(world, Mode.AUTOMATIC, replica.environment)
        world.app = replace(desk.app, plan=replace(desk.app.plan, screenshots=True))
        report = collecting.collect_one(world.app, desk.spec.name)
    assert (report.outcome, report.new) == (Outcome.OK, 8), report.detail
    with world.app.ledger.read() as books:
        ids = [one for part in books.mentions.every_id() for one in part]
        for one in books.mentions.many(ids):
            world.analyser.said[one.native_id] = {"categories": ["taxi_refusal"]}
    kept = pictures.of(world.app.home, ids)
    assert kept and {member for one in kept for member in one.mention_ids} <= set(ids)
    for one in kept:
        jpeg = one.jpeg.read_bytes()
        assert jpeg[:2] == b"\xff\xd8" and 0 < len(jpeg) <= MOST_BYTES
        assert (one.source, one.sha256) == (desk.spec.name, sha256(jpeg).hexdigest())
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    with world.app.ledger.read() as books:
        case_id = books.cases.by_mention(ids)[kept[0].mention_ids[0]]
    shown = pictures.of(world.app.home, world.case(case_id).mention_ids)
    clerk = Actor(name="甲", role=Role.PUBLICITY)
    path = evidence.pack(world.app, case_id, tmp_path / "pack", clerk, "复核")
    with zipfile.ZipFile(path) as bundle:
        inside = {name: bundle.read(name) for name in bundle.namelist()}
    assert shown
    for one in shown:
        name = f"pictures/{one.jpeg.name}"
        assert inside[name] == one.jpeg.read_bytes()
        assert f'href="{name}"' in inside["index.html"].decode()
