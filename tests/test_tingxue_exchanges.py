"""A kept answer names nobody, and is read again as it would have been read at first.

The table is every answer that the tests of the platforms know.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answers import every_answer
from contracts.listened_contract import NOW, Answer

import crawlers.platforms
from crawlers.barerequests import PARAMETERS
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, hear
from crawlers.nodes import framed
from crawlers.platforms import douyin
from crawlers.scrubbing import scrub
from domain.privacy import mask
from domain.types import Incoming
from tingxue.exchanges import kept, replayed

PHONE = "15422220001"
_NICKNAMES = frozenset(
    ("nickname", "nick_name", "nickName", "screen_name", "name_show", "show_nickname", "uname",
     "author_name", "authorName", "userName", "userNick", "commentNickname", "avatar", "sec_uid",
     "headurl", "commentHeadurl", "profile_url", "profile_image_url", "signature", "xsec_token",
     "portrait", "url_token", "user_id", "userId", "author_id", "authorId")
)  # fmt: skip
_IN_PAGES = re.compile(r'nick-name="([^"]+)"|class="name"[^<>]*>([^<]+)<')


def exchange_of(answer: Answer, body: bytes) -> Exchange:
    return Exchange(
        url=answer.url + ("&" if "?" in answer.url else "?") + "msToken=planted-token&uid=777001",
        body=body, received_at=NOW, method=answer.method, request_body=answer.request_body,
        status=answer.status, headers=answer.headers,
    )  # fmt: skip


def heard(platform: Listened, exchange: Exchange, accounts: list[str]) -> Parsed | str | None:
    """What is said; the reason for a shape nobody knows."""

    def note(_platform: str, account: str) -> str | None:
        accounts.append(account)
        return "2026:somebody" if account else None

    try:
        return hear(platform, exchange, note)
    except ShapeChanged as changed:
        return changed.reason


def _names(body: bytes) -> Iterator[str]:
    """Everything that stands under a name of a person."""
    try:
        for piece in framed(body) or [body]:
            yield from _under(json.loads(piece))
    except (ValueError, ShapeChanged):
        text = body.decode("utf-8", "replace")
        yield from (name for found in _IN_PAGES.findall(text) for name in found)


def _under(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (str(v) for k, v in value.items() if k in _NICKNAMES and isinstance(v, str))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _under(one)


def _planted(body: bytes, items: tuple[Incoming, ...]) -> bytes:
    """A telephone number behind each text, where the text stands in the body as it is."""
    if framed(body):
        return body
    for text in {item.text for item in items if len(item.text) > 3}:
        raw = json.dumps(text, ensure_ascii=False)[1:-1].encode()
        body = body.replace(raw, raw + f" 回电{PHONE}".encode())
    return body


def _stands(name: str, text: str) -> bool:
    """By itself: an account of digits may be the end of another number."""
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(name)}(?![0-9A-Za-z])", text) is not None


def _bare(item: Incoming) -> Incoming:
    """As it may be read again: masked, by nobody, and without what stands beside its author."""
    return replace(
        item, title=mask(item.title), text=mask(item.text), author_ref=None, ip_region="",
        context=replace(item.context, query=mask(item.context.query), parent_text=""),
    )  # fmt: skip


@pytest.mark.parametrize(("platform", "answer"), list(every_answer()))
def test_what_is_kept_reads_the_same_and_names_nobody(platform: Listened, answer: Answer) -> None:
    if 300 <= answer.status < 400:
        return  # sent elsewhere: there is nothing to keep
    body, accounts = answer.path.read_bytes(), list[str]()
    first = heard(platform, exchange_of(answer, body), accounts)
    if isinstance(first, Parsed):
        body = _planted(body, first.items)
        first = heard(platform, exchange_of(answer, body), accounts)
    reject = kept("import:x.har", platform, exchange_of(answer, body), "缺少 a")
    everything = json.dumps(reject.fields, ensure_ascii=False)
    personal = {*(a for a in accounts if len(a) > 3), *(n for n in _names(body) if len(n) > 1)}
    personal |= {"planted-token", "777001", PHONE}
    assert [one for one in personal if _stands(one, everything)] == []
    again = heard(platform, replayed(reject), [])
    if not isinstance(first, Parsed) or not isinstance(again, Parsed):
        assert again == first
        return
    assert (again.what, again.outcome) == (first.what, first.outcome)
    assert len(again.misread) == len(first.misread)
    assert list(map(_bare, again.items)) == list(map(_bare, first.items))


def test_every_parameter_that_a_parser_reads_is_kept() -> None:
    folder = Path(crawlers.platforms.__file__).parents[1]
    read = {
        name.lower()
        for path in folder.rglob("*.py")
        for name in re.findall(r'\.parameter\(\s*"(\w+)"', path.read_text("utf-8"))
    }
    assert "keyword" in read and read <= PARAMETERS


# --- single rules of scrubbing -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ('{"id": 15422220001, "n": 15422220001}', '{"id":15422220001,"n":null}'),
        ('{"sn": "17371234567", "text": "电17371234567"}',
         '{"sn":"17371234567","text":"电***********"}'),
        ('{"user": {"id": 7, "vip": true, "tags": ["a"]}}',
         '{"user":{"id":0,"vip":true,"tags":[""]}}'),
        ('{"raw": "{\\"user\\": \\"张三\\", \\"cid\\": \\"9\\"}"}',
         '{"raw":"{\\"user\\":\\"\\",\\"cid\\":\\"9\\"}"}'),
        ('{"url": "https://x.cn/a?xsec_token=AB1&id=2"}',
         '{"url":"https://x.cn/a?xsec_token=&id=2"}'),
        ('{"url": "https://weibo.com/u/1000000001"}', '{"url":"https://weibo.com/u/0"}'),
        ("[" * 3000 + "]" * 3000, "[" * 3000 + "]" * 3000),
        ('{"a": "\\ud83d"}', '{"a":"\ufffd"}'),
        ("回电15422220001", "回电***********"),
        ('<a class="name" href="/u/77">某某</a><script>var a={"uid":"12345","t":1}</script>',
         '<a class="name" href="/u/0"></a><script>var a={"uid":"","t":1}</script>'),
        ("<a class=nickname uid=77 id=b>某某</a>", '<a class=nickname uid="" id=b></a>'),
        ("5\r\n{\"a\"", "5\r\n{\"a\""),
        ('f({"user": {"id": "张三"}, "n": 1})', 'f({"user":{"id":""},"n":1})'),
        ('{"a": [{"cid": "9", "user": {"id": "张三", "b": {"}": 1}}, "uid": "77", "member": {"x',
         '{"a": [{"cid": "9", "user": null, "uid": "", "member": null'),
    ],
)  # fmt: skip
def test_each_rule_of_scrubbing(raw: str, clean: str) -> None:
    assert scrub(raw.encode("utf-8", "surrogatepass")) == clean


def test_a_long_answer_loses_its_films_first_and_a_longer_one_is_cut_and_says_so() -> None:
    url = "https://www.douyin.com/aweme/v1/web/general/search/single/?keyword=x"
    films = json.dumps({"aweme_id": "1", "video": {"url_list": ["https://v.example/a"] * 20_000}})
    words = json.dumps({"aweme_id": "1", "desc": "雪" * 210_000})
    for body, cut in ((films, ""), (words, "1"), (" " * (4 << 20) + "{}", "1")):
        exchange = Exchange(url=url, body=body.encode(), received_at=NOW)
        reject = kept("import:x.har", douyin.LISTENED, exchange, "缺少 data")
        assert reject.fields["cut"] == cut and len(reject.fields["body"]) <= 200_000
        assert ("不能重读" in reject.reason) == bool(cut)
    assert json.loads(scrub(films.encode()))["aweme_id"] == "1"


@pytest.mark.full
@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece",
    ["<script>", '<a class="name" ', '"user":{', '"user":[{"a":', "={", "x=[[", "f({", "1\r\n{\r\n",
     "https://weibo.com/u/", "?token=", "'\"", "<img src=\"", "<"],
)  # fmt: skip
def test_scrubbing_takes_time_in_proportion_to_a_page_that_is_made_to_hurt(piece: str) -> None:
    """What grows with the square would take minutes, and time out."""
    scrub((piece * (400_000 // len(piece))).encode())
