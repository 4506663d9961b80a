"""The comments that a round opens by itself: below posts, in inboxes, of the account's own works;
in a real Chromium on replica pages at the real addresses."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from browser_rounds import NOW, WORDS, Chromium, Shelf, chromium_at
from browser_site import (
    COMMENTS,
    DATA,
    DETAIL,
    HTML,
    BackEnd,
    Feed,
    Screen,
    douyin,
    sent,
    work,
)

import crawlers.platforms
from crawlers.platforms.channels import LISTENED as CHANNELS
from crawlers.platforms.xiaohongshu import LISTENED as XIAOHONGSHU
from crawlers.turns import PAGES, POST, WORK, Visit, looked_at
from domain.identity import mention_id
from domain.plugins import load
from domain.types import Kind, Outcome
from tingxue.demo.replica import Answer

pytestmark = pytest.mark.full

SEARCH = f"/search/{WORDS}"
WORK_NO = "7561000000000000000"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium_at(tmp_path_factory.mktemp("browser"), (0.05, 0.1)) as one:
        yield one


# --- below a post ------------------------------------------------------------------------------


def _comment(number: int, of: int = 0) -> dict[str, Any]:
    return {"cid": str(number), "aweme_id": str(int(WORK_NO) + of), "text": f"第{number}句",
            "create_time": 1795341600, "user": {"uid": "9"}}  # fmt: skip


def _comments(page: int, *, each: int = 2, last: bool = False, of: int = 0) -> Screen:
    found = [_comment(100 * of + page * each + n, of) for n in range(each)]
    answer = {"status_code": 0, "comments": found, "has_more": int(not last), "cursor": 20}
    return Screen(url=f"{COMMENTS}?of={of}&n={page}", answer=sent(answer))


def _detail(number: int) -> Screen:
    detail = {"status_code": 0, "aweme_detail": work(number)["aweme_info"]}
    url = f"{DETAIL}?aweme_id={int(WORK_NO) + number}"
    return Screen(url=url, answer=sent(detail), script="setTimeout(load)")


def _post(*screens: Screen, number: int = 0) -> Feed:
    """A work's page: what it is comes first, then the comments in a box of their own."""
    return Feed(screens=[_detail(number), *screens], inner=True, title="作品",
                box="data-e2e='comment-list'")  # fmt: skip


def _behind_a_button(*screens: Screen) -> Feed:
    """The same where they come after a click only."""
    above = "<button id=opener data-e2e='feed-comment-icon'>评论</button>"
    loads = f"<script>fetch('{_detail(0).url}')</script>"
    return Feed(screens=screens, inner=True, title="作品", box="data-e2e='comment-list'",
                above=above + loads)  # fmt: skip


def _open(*numbers: int) -> Callable[[], Sequence[Visit]]:
    def posts() -> Sequence[Visit]:
        ids = [str(int(WORK_NO) + number) for number in numbers]
        return [Visit(key=POST + mention_id("douyin", Kind.POST, one),
                      address=f"https://www.douyin.com/video/{one}") for one in ids]  # fmt: skip

    return posts


def _site(*posts: Feed) -> dict[str, Any]:
    pages = {f"/video/{int(WORK_NO) + no}": post for no, post in enumerate(posts)}
    return {SEARCH: douyin(1), **pages, "": Feed(screens=[_detail(0)])}


@pytest.mark.parametrize("page", [_post, _behind_a_button])
def test_the_comments_below_a_post_are_scrolled_through_also_behind_a_click(
    chromium: Chromium, page: Callable[..., Feed]
) -> None:
    chromium.site.pages = _site(page(_comments(0), _comments(1), _comments(2, last=True)))
    shelf = Shelf()
    report = chromium.run(shelf, posts=_open(0))
    assert (report.outcome, report.new) == (Outcome.OK, 4 + 6), report.detail
    assert shelf.said() == [f"第{number}句" for number in range(6)]
    assert shelf.marks[PAGES] == "2026-12-21 5", "the search, the work, three screens of comments"
    assert len(looked_at(shelf.marks)) == 1


def test_which_posts_are_opened_is_asked_when_the_searches_are_stored(chromium: Chromium) -> None:
    chromium.site.pages = _site(_post(_comments(0, last=True)))
    shelf = Shelf()

    def relevant() -> Sequence[Visit]:
        return _open(0)() if len(shelf.items) == 4 else ()

    chromium.run(shelf, posts=relevant)
    assert shelf.said() == ["第0句", "第1句"]


def test_one_screen_of_known_comments_ends_no_thread_and_two_do(chromium: Chromium) -> None:
    """The first screen shows those that are liked; what is new stands further down."""
    chromium.site.pages = _site(_post(*(_comments(page) for page in range(4))))
    shelf = Shelf()
    chromium.run(shelf, posts=_open(0), cap=3)
    assert shelf.said() == ["第0句", "第1句"]
    day = NOW + timedelta(days=1)
    chromium.run(shelf, posts=_open(0), cap=50, now=day)
    assert len(shelf.said()) == 8, "nothing new on the first screen, six on the next three"
    assert chromium.run(shelf, posts=_open(0), now=day + timedelta(days=1)).new == 0
    assert chromium.asked(COMMENTS) == 2


def test_a_thread_without_end_costs_a_few_pages_and_no_day_more_than_its_cap(
    chromium: Chromium,
) -> None:
    endless = [_comments(page) for page in range(20)]
    chromium.site.pages = _site(_post(*endless), _post(*endless, number=1))
    shelf = Shelf()
    chromium.run(shelf, posts=_open(0))
    assert chromium.asked(COMMENTS) == 6
    capped = Shelf()
    report = chromium.run(capped, posts=_open(0), cap=4)
    assert chromium.asked(COMMENTS) == 2 and "上限" in report.detail


VERIFY = {"status_code": 0, "search_nil_info": {"search_nil_type": "verify_check"}, "comments": []}


@pytest.mark.parametrize(
    ("answer", "notice", "outcome"),
    [
        (sent(VERIFY), "", Outcome.VERIFY_REQUIRED),
        (Answer(status=429), "", Outcome.RATE_LIMITED),
        (Answer(), "", Outcome.IP_OR_ACCOUNT_BLOCKED),
        (sent({"status_code": 8}), "", Outcome.LOGIN_REQUIRED),
        (_comments(0).answer, "验证码中间页", Outcome.VERIFY_REQUIRED),
    ],
)
def test_the_first_risk_signal_in_a_thread_ends_the_round(
    chromium: Chromium, answer: Answer, notice: str, outcome: Outcome
) -> None:
    risky = Screen(url=f"{COMMENTS}?of=0&n=0", answer=answer, notice=notice)
    chromium.site.pages = _site(_post(risky, _comments(1)), _post(_comments(0, of=1), number=1))
    report = chromium.run(Shelf(), posts=_open(0, 1))
    assert report.outcome is outcome, report.detail
    assert chromium.asked(COMMENTS) == 1 and chromium.asked(f"/video/{int(WORK_NO) + 1}") == 0


def test_a_post_that_shows_no_comments_or_does_not_open_spoils_no_round(
    chromium: Chromium,
) -> None:
    pages = _site(_post(), Feed(screens=[]), _post(_comments(0, of=2, last=True), number=2))
    chromium.site.pages = pages
    shelf = Shelf()
    report = chromium.run(shelf, posts=_open(0, 1, 2))
    assert (report.outcome, len(shelf.said())) == (Outcome.OK, 2), report.detail
    assert "有帖子没有显示评论" in report.detail and "1 个帖子没有打开" in report.detail


# --- 小红书: only by the link that holds a token --------------------------------------------------


def test_a_note_is_opened_by_the_link_of_the_results_and_its_token_is_kept_nowhere(
    chromium: Chromium,
) -> None:
    note, other = "6b0297c90000000000000101", "6b0297c90000000000000777"
    api = "https://edith.xiaohongshu.com/api/sns/web"
    ask = json.dumps({"keyword": WORDS, "page": 1})
    hits = (DATA / "xiaohongshu/search_notes.json").read_text().replace(
        '"has_more": true', '"has_more": false')  # fmt: skip
    links = "".join(f"<a href='{href}'>x</a>" for href in (
        f"/explore/{note}", f"/search_result/{note}?xsec_token=ABtest&xsec_source=",
        f"https://evil.invalid/search_result/{note}?xsec_token=ABtest&xsec_source=pc_search_longer",
    ))  # fmt: skip
    search = Feed(above=links, screens=[
        Screen(url=f"{api}/v1/search/notes", answer=Answer(body=hits.encode()), method="POST",
               body=ask)])  # fmt: skip
    said = json.loads((DATA / "xiaohongshu/comments.json").read_text())
    thread = Feed(screens=[Screen(url=f"{api}/v2/comment/page?note_id={note}", answer=sent(said))])
    state = (DATA / "xiaohongshu/explore.html").read_text()
    opened_page = Answer(body=(state + thread.html().body.decode()).encode(), kind=HTML)  # type: ignore[union-attr]
    chromium.site.pages = {
        "/search_result": search, f"/search_result/{note}": opened_page, "": thread,
    }  # fmt: skip
    shelf = Shelf()
    ids = [mention_id("xiaohongshu", Kind.POST, one) for one in (note, other)]
    posts = [Visit(key=POST + one, address=f"https://www.xiaohongshu.com/explore/{number}")
             for one, number in zip(ids, (note, other), strict=True)]  # fmt: skip
    report = chromium.run(shelf, listened=XIAOHONGSHU, posts=lambda: posts)
    assert report.outcome is Outcome.OK, report.detail
    assert len(shelf.said()) == 2 and set(looked_at(shelf.marks)) == {ids[0]}
    assert chromium.asked(f"/search_result/{note}") == 1 and not chromium.asked(f"/explore/{other}")
    kept = repr([shelf.items, shelf.marks])
    assert "xsec_token" not in kept and "ABtest" not in kept


# --- inboxes -------------------------------------------------------------------------------------


def _inbox_xiaohongshu() -> list[bytes]:
    text = (DATA / "xiaohongshu/mentions.json").read_text()
    second = text.replace("6b0297c9000000000000030", "6b0297c9000000000000090")
    return [text.encode(), second.replace('"has_more": true', '"has_more": false').encode()]


def _inbox_weibo() -> list[bytes]:
    """No answer says that there is no more: the one after the last is empty."""
    text = (DATA / "weibo/inbox.json").read_text()
    empty = json.dumps({"ok": 1, "data": {"comments": []}})
    return [text.encode(), text.replace("53000000000005", "53000000000006").encode(),
            empty.encode()]  # fmt: skip


INBOXES = {
    "xiaohongshu": ("/notification", _inbox_xiaohongshu, 6,
                    "https://edith.xiaohongshu.com/api/sns/web/v1/you/mentions"),
    "weibo": ("/comment/inbox", _inbox_weibo, 4, "/ajax/message/cmt"),
}  # fmt: skip


@pytest.mark.parametrize("code", INBOXES)
def test_what_was_said_to_the_account_is_scrolled_through_in_its_inbox(
    chromium: Chromium, code: str
) -> None:
    path, bodies, many, url = INBOXES[code]
    screens = [Screen(url=f"{url}?n={no}", answer=Answer(body=body))
               for no, body in enumerate(bodies())]  # fmt: skip
    chromium.site.pages = {path: Feed(screens=screens)}
    listened, shelf = load(crawlers.platforms, code).LISTENED, Shelf()
    report = chromium.run(shelf, listened=listened, own=True)
    assert (report.outcome, len(shelf.said())) == (Outcome.OK, many), report.detail
    again = chromium.run(shelf, listened=listened, own=True, now=NOW + timedelta(hours=1))
    assert (again.outcome, again.new) == (Outcome.OK, 0)
    assert chromium.asked(url.rpartition(".com")[2]) == 1, "ends where nothing is new"


# --- the account's own works ---------------------------------------------------------------------

_OWN = "/aweme/v1/creator/comment/list/"


def _own_screen(of: int, page: int, *, last: bool = True) -> Screen:
    said = [{"comment_id": f"@w{of}-{page}-{n}", "text": f"作品{of}第{page}屏{n}", "user_info": {},
             "create_time": "1795345200"} for n in range(2)]  # fmt: skip
    answer = {"status_code": 0, "comment_info_list": said, "has_more": not last, "cursor": 9}
    return Screen(url=f"{_OWN}?item_id=%40w{of}&cursor={page}", answer=sent(answer))


def _creator(lines: Sequence[str], **changed: Any) -> dict[str, Any]:
    """抖音's comment page: the newest work's comments stand there, the others behind a button."""
    screens = [_own_screen(no, 0) for no in range(len(lines))]
    page = BackEnd(works=[(line, [f"{_OWN}?item_id=%40w{no}&cursor=0"])
                          for no, line in enumerate(lines)],
                   opens="选择作品", listed="douyin-creator-interactive-list-items",
                   **changed)  # fmt: skip
    return {"/creator-micro/interactive/comment": page.html(), "": Feed(screens=screens)}


def test_the_own_works_are_chosen_one_after_the_other_and_their_comments_read(
    chromium: Chromium,
) -> None:
    chromium.site.pages = _creator(["夜场开放 评论 2", "门票优惠 评论 2", "雪道维护 评论 2"])
    shelf = Shelf()
    report = chromium.run(shelf, own=True)
    assert report.outcome is Outcome.OK, report.detail
    assert sorted(shelf.said()) == sorted(f"作品{no}第0屏{n}" for no in range(3) for n in range(2))
    assert {one.context.own_channel for one in shelf.items.values()} == {True}
    assert sum(key.startswith(WORK) for key in shelf.marks) == 2, "the first stood there already"


def test_only_works_that_look_other_than_before_are_read_again_but_every_one_once_a_day(
    chromium: Chromium,
) -> None:
    before = ["夜场开放 评论 2", "门票优惠 评论 2", "雪道维护 评论 2"]
    chromium.site.pages = _creator(before)
    shelf = Shelf()
    chromium.run(shelf, own=True)
    chromium.site.pages = _creator([*before[:2], "雪道维护 评论 3"])
    hour = NOW + timedelta(hours=1)
    chromium.run(shelf, own=True, now=hour)
    read = [a.query["item_id"] for a in chromium.replica.asked if a.path == _OWN]
    assert read == ["@w0", "@w2"]
    chromium.run(shelf, own=True, now=hour + timedelta(days=1))
    read = [a.query["item_id"] for a in chromium.replica.asked if a.path == _OWN]
    assert read == ["@w0", "@w1", "@w2"]


def test_a_page_whose_works_are_not_found_says_so(chromium: Chromium) -> None:
    pages = _creator(["夜场开放"])
    pages["/creator-micro/interactive/comment"] = BackEnd(
        works=[("夜场开放", [f"{_OWN}?item_id=%40w0&cursor=0"])], opens="挑选视频"
    ).html()
    chromium.site.pages = pages
    shelf = Shelf()
    report = chromium.run(shelf, own=True)
    assert report.outcome is Outcome.OK and len(shelf.said()) == 2
    assert "没有找到作品列表" in report.detail


def test_works_in_a_tree_of_their_own_are_found_and_their_box_is_turned_by_the_wheel(
    chromium: Chromium,
) -> None:
    url = "/micro/interaction/cgi-bin/mmfinderassistant-bin/comment/comment_list"

    def screen(of: int, page: int, more: int) -> Screen:
        said = [{"commentId": f"14{of}{page}{n}", "commentContent": f"视频{of}第{page}屏{n}",
                 "commentCreatetime": "1795345200"} for n in range(2)]  # fmt: skip
        data = {"comment": said, "commentCount": 4, "downContinueFlag": more, "lastBuff": "x"}
        return Screen(url=f"{url}?of={of}&n={page}", answer=sent({"errCode": 0, "data": data}))

    screens = [screen(of, page, int(page == 0)) for of in range(2) for page in range(2)]
    page = BackEnd(
        works=[(f"视频{of}", [f"{url}?of={of}&n=0", f"{url}?of={of}&n=1"]) for of in range(2)],
        each="comment-feed-wrap", box="feed-comment__wrp", shadow=True,
    )  # fmt: skip
    chromium.site.pages = {"/platform/interaction/comment": page.html(),
                           "": Feed(screens=screens)}  # fmt: skip
    shelf = Shelf()
    report = chromium.run(shelf, listened=CHANNELS, own=True)
    assert report.outcome is Outcome.OK, report.detail
    assert len(shelf.said()) == 8 and "没有找到" not in report.detail


def test_a_refusal_in_the_back_end_ends_the_round_too(chromium: Chromium) -> None:
    pages = _creator(["夜场开放", "门票优惠", "雪道维护"])
    risky = Screen(url=f"{_OWN}?item_id=%40w1&cursor=0", answer=Answer(status=429))
    pages[""] = Feed(screens=[_own_screen(0, 0), risky, _own_screen(2, 0)])
    chromium.site.pages = pages
    report = chromium.run(Shelf(), own=True)
    assert report.outcome is Outcome.RATE_LIMITED
    assert chromium.asked(_OWN) == 2
