"""The demo week is one consistent story, and its files are what the formats promise."""

import csv
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from openpyxl import load_workbook

import crawlers
from domain import identity
from domain.actions import RULES
from domain.privacy import mask, spans
from domain.times import at_shanghai, shanghai
from domain.types import Case, Duty, Incoming, Kind, Level, Obligation, Reject, Role, State
from tingxue.demo import columns, files, script, site, week

START = at_shanghai(date(2026, 12, 21))
PLATFORMS = frozenset(
    "douyin kuaishou xiaohongshu channels weibo bilibili tieba zhihu toutiao baidu wechat_article"
    " ctrip meituan heimao liuyan hotline news rss".split()
)


# --- the week -------------------------------------------------------------------------------------


def test_the_week_has_at_least_330_mentions_on_every_platform() -> None:
    assert len(week.lines()) >= 330
    assert {one.platform for one in week.lines()} == PLATFORMS


def test_every_ref_is_unique_and_in_the_order_of_first_sight() -> None:
    refs = [one.ref for one in week.lines()]
    assert sorted(refs) == [f"d{no:03d}" for no in range(1, len(refs) + 1)]
    assert [one.seen for one in week.lines()] == sorted(one.seen for one in week.lines())


def test_nothing_is_seen_before_it_is_published_or_after_the_week() -> None:
    for one in week.lines():
        assert 0 <= one.published <= one.seen < 7 * 1440, one.ref


def test_a_comment_stands_under_a_post_of_its_platform_that_was_seen_before() -> None:
    for one in (one for one in week.lines() if one.parent):
        parent = week.line(one.parent or "")
        assert one.kind is Kind.COMMENT and parent.kind is not Kind.COMMENT
        assert parent.platform == one.platform
        assert (parent.published, parent.seen) <= (one.published, one.seen), one.ref
        assert parent.own_channel == one.own_channel


def test_counts_never_fall_and_never_come_from_a_file_that_is_not_there_yet() -> None:
    for one in week.lines():
        assert [count.file for count in one.counts][:1] in ([], [one.file])
        for before, after in zip(one.counts, one.counts[1:], strict=False):
            assert before.seen < after.seen == files.exported(after.file), one.ref
            for key in ("likes", "comments", "shares", "views"):
                old, new = getattr(before, key), getattr(after, key)
                assert (old is None) == (new is None) and (old or 0) <= (new or 0), one.ref


def test_a_file_is_there_when_its_mentions_are_first_seen() -> None:
    for one in week.lines():
        if one.file != week.SITE:
            assert files.exported(one.file) == one.seen, one.ref


def test_only_worksheets_bring_their_own_limit() -> None:
    for one in week.lines():
        assert (one.due is not None) == (one.platform == "hotline"), one.ref
        assert one.due is None or one.due > one.seen or one.due - one.published <= 1440, one.ref


def test_people_sleep_at_night_and_come_at_the_weekend() -> None:
    hours = Counter(one.published // 60 % 24 for one in week.lines())
    assert sum(hours[h] for h in range(6)) < sum(hours[h] for h in range(17, 23)) / 3
    days = Counter(one.published // 1440 for one in week.lines())
    assert max(days, key=days.__getitem__) in (5, 6)
    assert days[5] + days[6] > days[0] + days[1] + days[2]


# --- the story ------------------------------------------------------------------------------------


def _strand(story: str) -> list[week.Line]:
    return [one for one in week.lines() if one.story == story]


def test_one_event_is_posted_once_and_copied_forty_times() -> None:
    posts = [one for one in _strand("copies") if one.kind is Kind.POST]
    assert len(posts) == 41
    assert {one.platform for one in posts} == {"weibo", "douyin", "kuaishou"}
    assert len({one.text for one in posts}) > 30
    assert len({one.author for one in posts}) == 41
    assert max(count.views or 0 for one in posts for count in one.counts) > 100_000


def test_the_red_event_is_told_by_three_posts_and_a_worksheet() -> None:
    red = _strand("red")
    assert sorted(one.platform for one in red) == ["douyin", "hotline", "kuaishou", "weibo"]
    assert all("缆车" in one.text or "索道" in one.text for one in red)


@pytest.mark.parametrize(
    ("story", "least"),
    [("unsigned", 1), ("lost", 2), ("again", 2), ("own-comment", 10), ("undetermined", 10)],
)
def test_every_strand_of_the_story_is_there(story: str, least: int) -> None:
    assert len(_strand(story)) >= least


def test_there_are_at_least_25_worksheets_on_every_day_of_the_week() -> None:
    sheets = [one for one in week.lines() if one.platform == "hotline"]
    assert len(sheets) >= 25
    assert {one.seen // 1440 for one in sheets} == set(range(7))


# --- the files ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("inputs")
    return {name: files.write_inputs(folder, START, name) for name in files.all_files()}


def test_every_file_can_be_written_and_holds_its_mentions(written: dict[str, Path]) -> None:
    for name, path in written.items():
        mine = [one for one in week.lines() if name in one.files]
        planned = [row for row in files.broken() if row.file == name]
        assert len(_rows(path)) == len(mine) + len(planned), name


def test_every_shape_and_both_generations_occur(written: dict[str, Path]) -> None:
    assert {path.suffix for path in written.values()} == {".jsonl", ".json", ".csv", ".xlsx"}
    for crawler in columns.PLATFORMS:
        assert any(name.startswith(f"{crawler}_search_") for name in written), crawler
    assert any("_old_" in name for name in written) and any("_new_" in name for name in written)
    gbk = next(path for name, path in written.items() if "_gbk" in name)
    with pytest.raises(UnicodeDecodeError):
        gbk.read_text("utf-8")
    assert "工单编号" in gbk.read_text("gbk")


def test_writing_twice_writes_the_same_rows(written: dict[str, Path], tmp_path: Path) -> None:
    for name, path in written.items():
        assert _rows(files.write_inputs(tmp_path, START, name)) == _rows(path), name


def test_another_start_moves_every_time_by_as_much(tmp_path: Path) -> None:
    (first, second) = (tmp_path / "a", tmp_path / "b")
    first.mkdir()
    second.mkdir()
    name = next(name for name in files.all_files() if name.startswith("douyin_search_contents"))
    before = _rows(files.write_inputs(first, START, name))
    after = _rows(files.write_inputs(second, START + timedelta(days=7), name))
    moved = [b["create_time"] - a["create_time"] for a, b in zip(before, after, strict=True)]
    assert set(moved) == {7 * 86400}
    assert [row["aweme_id"] for row in before] == [row["aweme_id"] for row in after]


def test_a_later_export_has_the_same_ids_and_higher_counts(written: dict[str, Path]) -> None:
    original = next(one for one in _strand("copies") if one.platform == "douyin")
    number = week.id_for("douyin", Kind.POST, original.ref)
    likes = [
        int(row["liked_count"])
        for count in original.counts
        for row in _rows(written[count.file])
        if row["aweme_id"] == number
    ]
    assert likes == sorted(likes) and len(likes) == len(original.counts) > 3


def test_columns_are_those_of_the_platform_reference() -> None:
    new = columns.header("douyin", comments=False, old=False)
    assert new[:7] == "aweme_id aweme_type title desc create_time creator_hash nickname".split()
    old = columns.header("xhs", comments=False, old=True)
    assert "user_id" in old and "ip_location" in old and "creator_hash" not in old


def test_native_ids_are_unique_and_shaped_like_their_platform() -> None:
    ids = Counter(week.mention_id(one, START, f"http://x/{one.ref}") for one in week.lines())
    assert max(ids.values()) == 1
    for one in week.lines():
        native = week.native_id(one, START) or ""
        if one.platform == "douyin":
            assert re.fullmatch(r"75\d{17}", native)
        if one.platform == "bilibili" and one.kind is Kind.POST:
            assert re.fullmatch(r"BV1\w{9}", native)
        if one.platform == "hotline":
            assert re.fullmatch(r"CC202612\d{6}", native)


def test_a_name_that_is_no_file_of_the_demo_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a file of the demo"):
        files.write_inputs(tmp_path, START, "other.csv")


@pytest.mark.skipif(
    not (Path(crawlers.__path__[0]) / "imports" / "generic.py").exists(),
    reason="the import formats are not written yet",
)
def test_every_file_imports_whole_but_for_the_planned_rejects(written: dict[str, Path]) -> None:
    from crawlers.imports import open_import

    for name, path in written.items():
        now = week.moment(START, files.exported(name))
        opened = open_import(path, pseudonym=lambda _, account: account, now=now)
        rows = list(opened.rows)
        rejects = [row for row in rows if isinstance(row, Reject)]
        assert len(rejects) == sum(row.file == name for row in files.broken()), (name, rejects)
        _agree(name, [row for row in rows if isinstance(row, Incoming)])


def _agree(name: str, taken: list[Incoming]) -> None:
    """What came in is what the week says: ids, parents, times, own channel, limits, likes."""
    by_id = {week.mention_id(one, START): one for one in week.lines() if name in one.files}
    found = {
        identity.mention_id(
            row.platform,
            row.kind,
            identity.native_id(row.native_id, row.url, row.text, row.published_at),
        ): row
        for row in taken
    }
    assert set(found) == set(by_id), name
    for mention_id, row in found.items():
        one = by_id[mention_id]
        count = one.in_file(name)
        assert row.published_at == week.moment(START, one.published), (name, one.ref)
        assert row.context.own_channel == one.own_channel, (name, one.ref)
        assert not one.parent or row.parent_id == week.mention_id(week.line(one.parent), START)
        assert one.due is None or row.due_at == week.moment(START, one.due), (name, one.ref)
        assert (row.counts.likes if row.counts else None) == (count.likes if count else None), name


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [json.loads(text) for text in path.read_text("utf-8").splitlines()]
    if path.suffix == ".json":
        found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
        return found
    if path.suffix == ".csv":
        encoding = "gbk" if "_gbk" in path.name else "utf-8-sig"
        with path.open(encoding=encoding, newline="") as lines:
            return list(csv.DictReader(lines))
    rows: list[dict[str, Any]] = []
    for sheet in load_workbook(path).worksheets:
        header, *cells = sheet.iter_rows(values_only=True)
        rows += [dict(zip(map(str, header), row, strict=True)) for row in cells]
    return rows


# --- personal data --------------------------------------------------------------------------------


def _planted() -> set[str]:
    kinds = ("phones", "plates", "ids", "mails", "names", "handles")
    return {str(value) for kind in kinds for value in files.planted()[kind]}


def test_every_planted_value_is_somewhere_in_the_week() -> None:
    text = "\n".join(f"{one.title}\n{one.text}" for one in week.lines())
    assert [value for value in _planted() if value not in text] == []


def test_masking_leaves_no_planted_value() -> None:
    for one in week.lines():
        shown = mask(f"{one.title}\n{one.text}")
        assert [value for value in _planted() if value in shown] == [], one.ref


def test_no_text_holds_personal_data_beyond_what_was_planted() -> None:
    planted = _planted()
    for one in week.lines():
        for text in (one.title, one.text):
            for span in spans(text):
                assert text[span.start : span.end] in planted, (one.ref, span.kind)


def test_planted_numbers_can_belong_to_nobody() -> None:
    """154 is an unassigned mobile prefix; example.com is reserved (RFC 2606)."""
    planted = files.planted()
    phones = [*planted["phones"], *(caller["phone"] for caller in planted["callers"])]
    assert all(re.fullmatch(r"154\d{8}", phone) for phone in phones)
    assert all(mail.endswith("@example.com") for mail in planted["mails"])


def test_every_account_carries_the_prefix_by_which_a_leak_is_found() -> None:
    prefix = files.planted()["account_prefix"]
    assert all(one.author is None or one.author.startswith(prefix) for one in week.lines())


# --- the script -----------------------------------------------------------------------------------


def test_the_script_is_in_order_and_known() -> None:
    times = [step.at for step in script.steps()]
    assert times == sorted(times) and times[-1] < 7 * 1440
    kinds = {step.do for step in script.steps()}
    assert kinds == {"import", "crawl", "review", "act", "shift", "channel", "tick"}


def test_the_review_list_is_cleared_soon_after_anything_came_in() -> None:
    came = {step.at for step in script.steps() if step.do in ("import", "crawl")}
    cleared = {step.at for step in script.steps() if step.do == "review"}
    assert {at + 5 for at in came} == cleared


def test_what_a_careful_reader_calls_a_complaint_is_in_the_week_and_not_everything() -> None:
    refs = {one.ref for one in week.lines() if one.platform != "hotline"}
    assert week.complaints() <= refs
    assert 0.4 < len(week.complaints()) / len(refs) < 0.6
    posts = {one.ref for one in _strand("copies") if one.kind is Kind.POST}
    assert posts <= week.complaints()
    assert not week.complaints() & {one.ref for one in _strand("own")}


def test_the_script_imports_every_file_once_when_it_is_there() -> None:
    steps = [step for step in script.steps() if step.do == "import"]
    assert sorted(name for step in steps for name in step.files) == sorted(files.all_files())
    assert all(files.exported(name) == step.at for step in steps for name in step.files)


def test_posts_are_imported_before_their_comments() -> None:
    order = {name: no for no, name in enumerate(n for s in script.steps() for n in s.files)}
    for one in (one for one in week.lines() if one.parent):
        assert order[week.line(one.parent or "").file] <= order[one.file], one.ref


def test_articles_are_crawled_after_the_paper_came_out() -> None:
    crawls = {step.at for step in script.steps() if step.do == "crawl"}
    for one in _strand("paper"):
        assert one.seen in crawls and one.seen > one.published


def test_people_act_on_what_was_seen_with_all_that_the_action_needs() -> None:
    for step in (step for step in script.steps() if step.do in ("act", "shift")):
        rule = RULES[step.action]
        assert step.role in rule.who, step
        assert all(getattr(step, need) for need in rule.needs), step
        refs = [step.case_of] if step.do == "act" else list(step.but)
        assert all(week.line(ref).seen < step.at for ref in refs), step


def test_the_story_uses_the_actions_that_a_week_needs() -> None:
    acted = {step.action for step in script.steps() if step.do in ("act", "shift")}
    assert acted >= {
        "ack", "start", "reply", "accept", "rework", "decline", "transfer", "assign",
        "ask-extension", "extend", "note", "register", "admit",
    }  # fmt: skip


def test_nobody_signs_the_unsigned_case_before_the_next_morning() -> None:
    (left,) = _strand("unsigned")
    acks = [s for s in script.steps() if s.action == "ack" and s.at > left.seen]
    first = next(s for s in acks if s.do == "act" and s.case_of == left.ref)
    assert first.at - left.seen > 12 * 60
    assert all(left.ref in s.but for s in acks if s.do == "shift" and s.at < first.at)


def test_a_shift_moves_what_is_old_enough_and_leaves_the_rest() -> None:
    case = _case(opened=START + timedelta(hours=1))
    ack = script.Step(at=70, do="shift", action="ack", actor="值班员")
    found = script.commands(ack, case, START)
    assert [(c.department, c.actor.name, c.actor.department) for c in found] == [
        ("住建局", "住建局值班员", "住建局"),
        ("城管局", "城管局值班员", "城管局"),
    ]
    assert script.commands(script.Step(at=70, do="shift", action="reply"), case, START) == []
    young = script.Step(at=70, do="shift", action="ack", older_than=60)
    assert script.commands(young, case, START) == []


def test_an_act_is_one_command_of_the_person_named() -> None:
    step = script.Step(
        at=80, do="act", action="extend", department="住建局", actor="审核员丁",
        role=Role.PUBLICITY, note="同意", until=2000,
    )  # fmt: skip
    (command,) = script.commands(step, _case(opened=START), START)
    assert command.at == START + timedelta(minutes=80)
    assert command.until == START + timedelta(minutes=2000)
    assert (command.actor.department, command.department) == ("宣传部", "住建局")


def _case(*, opened: datetime) -> Case:
    duties = {"住建局": Duty.LEAD, "城管局": Duty.SUPPORT}
    obligations = tuple(
        Obligation(
            case_id="LHS-20261221-0001", department=department, duty=duty, status=State.TO_SIGN,
            opened_at=opened, clock_from=opened, ack_due=opened, reply_due=opened,
        )
        for department, duty in duties.items()
    )  # fmt: skip
    return Case(
        case_id="LHS-20261221-0001", categories=("taxi_refusal",), place=None, level=Level.BLUE,
        status=State.TO_SIGN, mention_ids=("m",), opened_at=opened, last_report_at=opened,
        version=1, obligations=obligations,
    )  # fmt: skip


# --- the paper ------------------------------------------------------------------------------------


def test_each_day_has_an_edition_of_two_pages_with_four_to_six_articles() -> None:
    for day in range(1, 8):
        mine = [article for article in site.articles() if article.day == day]
        assert 4 <= len(mine) <= 6
        assert {article.node for article in mine} == {1, 2}


def test_the_articles_about_the_resort_are_the_mentions_of_the_week() -> None:
    told = {article.ref: article for article in site.articles() if article.ref}
    assert sorted(told) == sorted(one.ref for one in _strand("paper"))
    for ref, article in told.items():
        assert article.day == week.line(ref).published // 1440 + 1
    for article in site.articles():
        ours = re.search("莲花山|天定山|新天地", article.title + article.text)
        assert bool(ours) == bool(article.ref), article.title


def test_the_paper_is_served_on_this_machine_and_links_to_its_articles() -> None:
    with site.serve(START) as base:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", base)
        day = shanghai(START)
        layout = _get(f"{base}/pc/paper/layout/{day:%Y%m/%d}/node_01.html")
        assert "node_02.html" in layout
        (first, *_) = re.findall(r'href="\.\./\.\./\.\./(c/[^"]+)"', layout)
        content = _get(f"{base}/pc/paper/{first}")
        assert 'id="Title"' in content and "<!--enpcontent-->" in content
        paper = _strand("paper")[0]
        assert paper.title in _get(site.address(paper.ref, START, base))
        assert "Disallow" in _get(f"{base}/robots.txt")


def test_a_day_outside_the_week_has_no_edition() -> None:
    paths = site.pages(START)
    assert not any("/202612/20/" in path or "/202612/28/" in path for path in paths)
    assert START.tzinfo is UTC


def _get(url: str) -> str:
    with urlopen(url) as answer:  # noqa: S310 -- our own server on 127.0.0.1
        return str(answer.read().decode())
