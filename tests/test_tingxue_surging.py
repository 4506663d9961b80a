"""Surges on a real ledger: they ring once, when they are news, and never for what was imported."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from world import MONDAY, Told, World, opened_world

from domain.types import Context, Incoming, Kind
from ledger import schema
from tingxue import doctor, pipeline, schedule, surging
from tingxue.intake import LedgerIntake


class Town(World):
    """A world in which people complain of parking, and other things happen at noon."""

    count = 0

    def complain(self, people: int, *, at: datetime | None = None, source: str = "live",
                 text: str = "", author: str | None = "", platform: str = "weibo",
                 category: str = "parking", **verdict: object) -> None:  # fmt: skip
        """So many new accounts say each something of their own. ``at``: when they published."""
        rows = []
        for _ in range(people):
            Town.count += 1
            number = str(Town.count)
            says = {"categories": [category] if category else [], "places": ["天定山"]}
            self.analyser.said[number] = says | verdict
            rows.append(Incoming(
                platform=platform, kind=Kind.POST, native_id=number, published_at=at,
                text=text or f"第{number}个人说停车", context=Context(),
                author_ref=f"2026:{number}" if author == "" else author,
            ))  # fmt: skip
        LedgerIntake(self.app.ledger, source, self.clock)(rows)
        pipeline.analyse(self.app)

    def calm_days(self, days: int) -> None:
        """One complaint every eight hours."""
        for _ in range(days * 3):
            self.complain(1)
            self.clock.move(8 * 3600)

    def rung(self) -> list[Told]:
        return [told for told in self.news(lambda: surging.ring(self.app)) if told.purpose]


@pytest.fixture
def town(tmp_path: Path, plan) -> Iterator[Town]:  # type: ignore[no-untyped-def]
    with opened_world(tmp_path, plan) as world:
        yield Town(world.app, world.clock, world.analyser)


def surges(town: Town) -> list[tuple[object, ...]]:
    table = schema.surges.c
    with town.app.ledger.read() as books:
        query = select(table.kind, table.what, table.step, table.people, table.ended_at)
        return [tuple(row) for row in books.connection.execute(query)]


def test_many_at_once_ring_at_publicity_and_at_the_lead_department(town: Town) -> None:
    town.calm_days(7)
    assert town.rung() == []
    town.complain(9)
    news = town.rung()
    assert sorted(told.receiver for told in news) == ["住建局", "宣传部"]
    assert {told.title for told in news} == {"【突增】停车问题（天定山）：9 人，平常约 0.9 人"}


def test_the_message_names_cases_and_examples_masked_and_what_to_do(town: Town) -> None:
    town.calm_days(7)
    town.complain(9)
    town.complain(1, text="停车场的人骂我，电话13912345678，@某某某 快来管管")
    pipeline.triage(town.app)
    ours = next(told for told in town.rung() if told.receiver == "宣传部")
    [case_id] = set(re.findall(r"LHS-\d{8}-\d{4}", ours.body))
    assert f"相关案件：{case_id}" in ours.body
    assert "请办：请宣传部运行 tingxue search --category parking --place 天定山" in ours.body
    assert ours.body.count("例（微博，") == 3
    assert "13912345678" not in ours.body
    assert "某某某" not in ours.body


def test_a_new_ledger_is_silent_and_the_doctor_says_so(town: Town) -> None:
    town.complain(1)
    town.clock.move(71 * 3600)
    town.complain(50)
    assert town.rung() == []
    found = [f.text for f in doctor.examine(town.app) if f.subject == "突增"]
    assert found == ["历史还不够，暂不判断：71 / 72 小时"]


def test_a_platform_heard_for_the_first_time_is_no_surge(town: Town) -> None:
    town.calm_days(7)
    town.complain(30, platform="zhihu")
    assert town.rung() == []
    for _ in range(6 * 8):
        town.clock.move(3 * 3600)
        town.complain(2, platform="zhihu")
        assert town.rung() == []


def test_a_surge_rings_once_and_grows(town: Town) -> None:
    town.calm_days(7)
    town.complain(9)
    assert town.rung()
    for _ in range(10):
        town.clock.move(600)
        town.complain(4)
        assert town.rung() == []
    [row] = surges(town)
    assert row == ("complaint", "parking", "page", 49, None)


def test_a_warning_that_becomes_a_page_rings_again_and_never_back(town: Town) -> None:
    town.calm_days(21)
    titles: list[str] = []
    for people in (1, 1, 1, 1, 30, 2):
        town.complain(people)
        titles += [told.title[:6] for told in town.rung() if told.receiver == "宣传部"]
        town.clock.move(3600)
    assert titles == ["【持续偏高】", "【突增】停车"]
    assert [row[2] for row in surges(town)] == ["page"]


def test_a_surge_that_is_over_is_closed_and_the_next_one_rings(town: Town) -> None:
    town.calm_days(7)
    town.complain(9)
    assert town.rung()
    town.clock.move(7 * 3600)
    assert town.rung() == []
    assert [row[-1] is not None for row in surges(town)] == [True]
    town.clock.move(24 * 3600)
    town.complain(9)
    assert town.rung()
    assert len(surges(town)) == 2


def test_last_weeks_worksheets_imported_today_are_no_surge_of_today(town: Town) -> None:
    town.calm_days(14)
    week_ago = town.clock() - timedelta(days=7, minutes=20)
    town.complain(40, at=week_ago, source="import:工单.xlsx")
    town.complain(40, source="import:没有时间.xlsx")
    town.complain(40, at=datetime(2026, 12, 5, 16, tzinfo=MONDAY.tzinfo), source="import:x.csv")
    assert town.rung() == []
    assert surges(town) == []


def test_worksheets_of_the_last_hour_ring_though_they_have_no_author(town: Town) -> None:
    town.calm_days(7)
    just_now = town.clock() - timedelta(minutes=20)
    town.complain(9, at=just_now, source="import:工单.xlsx", author=None)
    assert town.rung()


def test_one_author_and_one_text_copied_are_one_voice(town: Town) -> None:
    town.calm_days(7)
    town.complain(30, author="2026:one")
    assert town.rung() == []
    town.complain(30, text="天定山停车场太小了，排队两个小时都进不去，没有人管")
    assert town.rung() == []
    town.complain(9)
    assert town.rung()


def test_what_nobody_looked_at_rings_afterwards_while_it_is_news(town: Town) -> None:
    town.calm_days(7)
    town.complain(9)
    town.clock.move(4 * 3600)
    assert town.rung()


def test_what_nobody_looked_at_for_long_is_no_news(town: Town) -> None:
    town.calm_days(7)
    town.complain(9)
    town.clock.move(8 * 3600)
    assert town.rung() == []


def test_the_platform_is_silent_about_what_the_category_says(town: Town) -> None:
    town.calm_days(7)
    town.complain(12)
    assert {told.title[:6] for told in town.rung()} == {"【突增】停车"}
    assert [row[0] for row in surges(town)] == ["complaint"]


def test_many_complaints_of_many_kinds_ring_for_the_platform(town: Town) -> None:
    town.calm_days(7)
    for category in list(town.app.plan.categories)[:12]:
        town.complain(1, category=category)
    [told] = town.rung()
    assert (told.receiver, told.title[:8]) == ("宣传部", "【突增】微博上的")


def test_more_negative_voices_among_as_many_ring_for_the_place(town: Town) -> None:
    for _ in range(60):  # ten days, every four hours
        town.complain(4, category="", polarity="positive")
        town.clock.move(4 * 3600)
    assert town.rung() == []
    town.complain(10, category="")
    [told] = town.rung()
    assert told.title.startswith("【负面占比突升】天定山的负面声音：10 人")
    town.clock.move(600)
    assert town.rung() == []


def test_two_processes_ring_once(town: Town) -> None:
    town.calm_days(7)
    town.complain(9)
    with ThreadPoolExecutor(2) as pool:
        rung = list(pool.map(lambda _: surging.ring(town.app), range(2)))
    assert sum(rung) == 1
    assert len([told for told in town.told() if told.purpose == "surge"]) == 2
    assert len(surges(town)) == 1


def test_a_kill_before_the_commit_loses_nothing(town: Town) -> None:
    """The row and its messages are one transaction: without it the next look finds the same."""
    town.calm_days(7)
    town.complain(9)
    standing = surging._standing
    with town.app.ledger.read() as books:
        [one, *_] = standing(town.app, books)
    with pytest.raises(KeyboardInterrupt), town.app.ledger.write() as books:
        surging._tell(town.app, books, one, surging._written(None, one))
        raise KeyboardInterrupt
    assert [told for told in town.told() if told.purpose == "surge"] == []
    assert town.rung()


def test_a_drill_says_so(town: Town) -> None:
    town.calm_days(7)
    town.complain(9)
    with town.app.ledger.read() as books:
        [one, *_] = surging._standing(town.app, books)
        brief = surging._brief(town.app, books, one)
    assert brief.drill is town.app.ledger.drill


def test_a_surge_is_forgotten_with_the_mentions_of_its_day(town: Town) -> None:
    town.calm_days(7)
    town.complain(9)
    assert town.rung()
    town.clock.move(731 * 86_400)
    schedule.purge(town.app)
    assert surges(town) == []
    assert [told for told in town.told() if told.purpose == "surge"] == []
