"""Reads single values as platforms and exports write them: counts, texts, addresses, ids, names.

Pure functions, used by live parsers and file imports alike. Nothing is guessed: a value of an
unknown shape raises Unreadable, whose Chinese message never quotes the value. The shapes are
those of the platform reference, §0.5. Times are read in ``crawlers.moments``.
"""

import html
import re
import unicodedata
from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit

from domain.types import Kind


class Unreadable(ValueError):
    """A value has an unknown shape; the message is Chinese and does not quote it."""


# --- counts ---------------------------------------------------------------------------------

_COUNT = re.compile(
    r"(?P<number>[0-9]{1,15}(?:\.[0-9]{1,4})?)(?P<unit>[千万亿kw]?)(?P<more>\+?)"
    r"(?:次|人|条|个)?(?:播放|观看|阅读|浏览|点赞|赞|评论|回复|转发|分享|收藏)?",
    re.IGNORECASE,
)
_UNITS = {"": 1, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}
_EMPTY_BUTTONS = frozenset(
    ("", "赞", "点赞", "喜欢", "评论", "抢首评", "回复", "转发", "分享", "收藏", "播放", "阅读")
)
_MOST = 10**15  # more than all people times all days; beyond it a column has slipped


def count(raw: object) -> tuple[int | None, bool]:
    """A number of reactions and whether it is only a lower bound ("1.2万", "10+").

    None gives (None, False): not shown. "" or the bare name of a button ("赞") is a page's way to
    write 0. Raises Unreadable for anything else, also negative numbers and fractions.
    """
    if raw is None:
        return None, False
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        raise Unreadable("不是数量")
    if not isinstance(raw, str):
        return _whole(raw), False
    return _count_in_words(raw)


def _count_in_words(raw: str) -> tuple[int, bool]:
    text = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", raw)).removesuffix(".0")
    if text in _EMPTY_BUTTONS:
        return 0, False
    match = _COUNT.fullmatch(text)
    if match is None:
        raise Unreadable("不是数量")
    unit = _UNITS[match["unit"].lower()]
    value = Decimal(match["number"]) * unit
    return _whole(value), unit > 1 or bool(match["more"])


def _whole(value: int | float | Decimal) -> int:
    if not (0 <= value <= _MOST) or value != int(value):
        raise Unreadable("不是数量")
    return int(value)


# --- texts ----------------------------------------------------------------------------------

# Only real HTML tags: people write "<3" and "<重要>", and those words are theirs. [^<>] keeps the
# search linear on hostile input.
_EMOJI = re.compile(  # 微博 writes alt=[怒], without quotes
    r"<img\b(?=[^<>]*>)[^<>]*?\balt\s*=\s*(?:[\"']([^\"'<>]*)[\"']|([^\s\"'<>]++))[^<>]*>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\s*/?>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|big|br|center|code|dd|del|div|dl|dt|em|figure|figcaption|font|"
    r"h[1-6]|hr|i|iframe|img|ins|label|li|mark|noscript|ol|p|pre|q|s|section|small|span|strong|"
    r"sub|sup|svg|table|tbody|td|th|thead|tr|u|ul|video|wbr)(?:\s[^<>]*)?/?>|<!--[^<>]*-->",
    re.IGNORECASE,
)
# Line ends apart, no control characters; no invisible ones that split or turn words around.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_LINE_END = re.compile("\r\n?|[\u2028\u2029\x85]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(raw: str) -> str:
    """The words as a reader sees them: no tags, entities resolved, emoji kept (also those a page
    draws as ``img alt``), control and direction characters removed, lone surrogates as U+FFFD."""
    text = raw
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", _EMOJI.sub(r"\1\2", text)))
    if "&" in text:
        text = html.unescape(text)
    text = _UNSEEN.sub("", _LINE_END.sub("\n", text))
    return _LONE_SURROGATE.sub("\ufffd", text).strip()


def words(raw: object) -> str:
    """A text cell, cleaned; "" for none. Raises Unreadable for nested data."""
    if raw is None:
        return ""
    if isinstance(raw, (bool, list, dict)):
        raise Unreadable("不是文字")
    return clean(str(raw))


def titled(title: str, text: str) -> tuple[str, str]:
    """Title and text as mentions have them: what has one of the two only has a text."""
    return (title, text) if text and text != title else ("", text or title)


def region(raw: str) -> str:
    """吉林 from "发布于 吉林", "IP属地：吉林" or "来自吉林"."""
    return re.sub(r"^(?:发布于|来自|IP属地)[\s:：]*", "", clean(raw))


# --- ids and addresses ----------------------------------------------------------------------

_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_EXACT = 10**15  # a float, and Excel, keep 15 digits
_BV_ALPHABET = "FcwAPNKTMug3GV5Lj7EJnHpWsx4tb8haYeviqBz6rkCy12mUSDQX9RdoZf"
_BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def identifier(raw: object) -> str:
    """A platform's id as text; "" for none. Raises Unreadable when a table program has rounded it
    (more than 15 digits as a number, "7.56E+18")."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < _EXACT:
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, (str, int)):
        raise Unreadable("被表格软件改成了近似数，请把这一列设为文本后重新导出")
    text = clean(str(raw)).strip("'`")  # 'CC2026… is how one keeps Excel from rounding
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable("被表格软件改成了近似数，请把这一列设为文本后重新导出")
    if len(text) > 256:
        raise Unreadable("太长，不是编号")
    return text


def post_id(platform: str, given: str) -> str:
    """The id by which ``domain.identity`` knows a post: B站 av number -> bvid, 微博 bid -> mid."""
    if platform == "bilibili":
        number = given.lower().removeprefix("av")
        return bvid(int(number)) if re.fullmatch("[0-9]{1,16}", number) else given
    if platform == "weibo" and re.fullmatch(r"[0-9A-Za-z]{9}", given) and not given.isdigit():
        return weibo_mid(given)
    return given


def bvid(aid: int) -> str:
    """The BV id of a B站 av number (the site's own reversible notation). av170001 is
    BV17x411w7KC. A number outside the notation (0, or from 2^51 up) is given back as it is."""
    if not 0 < aid < 1 << 51:
        return str(aid)
    rest, out = (1 << 51 | aid) ^ 23442827791579, []
    while rest:
        rest, digit = divmod(rest, 58)
        out.append(_BV_ALPHABET[digit])
    signs = [*"BV1", *reversed(out)]
    signs[3], signs[9], signs[4], signs[7] = signs[9], signs[3], signs[7], signs[4]
    return "".join(signs)


def weibo_mid(bid: str) -> str:
    """The numeric id of a 微博 short id: four base-62 signs stand for seven digits, from the
    right. z0JH2lOMb is 3501756485200075."""
    blocks = [bid[max(0, end - 4) : end] for end in range(len(bid), 0, -4)]
    digits = (str(_from_base62(block)).zfill(7) for block in reversed(blocks))
    return "".join(digits).lstrip("0")


def _from_base62(block: str) -> int:
    value = 0
    for sign in block:
        value = value * 62 + _BASE62.index(sign)
    return value


# Never of use for finding the post again; each names a reader, an author or a session.
_TOKENS = frozenset(
    ("xsec_token", "xsec_source", "authorid", "author_id", "userid", "user_id", "uid", "sec_uid",
     "sec_user_id", "share_token", "shareuid", "share_uid", "token", "access_token", "sign",
     "signature", "session", "sessionid", "openid", "unionid", "device_id",
     "u_code", "share_id", "share_link_id", "sharer_shareid", "sharer_sharetime", "uin", "key",
     "pass_ticket", "phone", "mobile", "vd_source", "spm_id_from", "utm_source", "utm_medium",
     "utm_campaign", "utm_term", "utm_content")
)  # fmt: skip
_BARE_HOSTS = ("xiaohongshu.com", "kuaishou.com", "douyin.com", "bilibili.com", "weibo.cn")
_AV = re.compile(r"^/video/av([0-9]{1,16})/?$")
_WEIBO = re.compile(r"/\d{4,12}/([0-9A-Za-z]{9,20})/?")


def bare_url(raw: str) -> str:
    """The address without tokens and accounts; "" when nothing of it may be kept.

    Hosts whose path alone names the post lose the query. ``weibo.com/<uid>/<bid>`` becomes
    ``https://m.weibo.cn/detail/<mid>``; an author's page is no address of a post.
    """
    text = clean(raw)
    text = f"https:{text}" if text.startswith("//") else text
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    if host in ("weibo.com", "www.weibo.com"):
        return _weibo_post(parts.path)
    if host.endswith("bilibili.com"):
        parts = parts._replace(path=_AV.sub(lambda av: f"/video/{bvid(int(av[1]))}", parts.path))
    query = "" if host.endswith(_BARE_HOSTS) else _harmless(parts.query)
    return urlunsplit((parts.scheme.lower(), host, parts.path, query, ""))


def _weibo_post(path: str) -> str:
    match = _WEIBO.fullmatch(path)
    return weibo_url(post_id("weibo", match[1])) if match else ""


def weibo_url(mid: str) -> str:
    """The address of a 微博 post that names no account (platforms.md §0.5)."""
    return f"https://m.weibo.cn/detail/{mid}"


def _harmless(query: str) -> str:
    pairs = query.split("&")
    return "&".join(pair for pair in pairs if pair.split("=", 1)[0].lower() not in _TOKENS)


# --- names of platforms and kinds -------------------------------------------------------------

_PLATFORMS = {
    "douyin": ("抖音", "dy"), "kuaishou": ("快手", "ks"), "xiaohongshu": ("小红书", "xhs"),
    "channels": ("视频号", "微信视频号"), "weibo": ("微博", "新浪微博", "wb"),
    "bilibili": ("B站", "哔哩哔哩", "bili"), "tieba": ("贴吧", "百度贴吧"), "zhihu": ("知乎",),
    "toutiao": ("今日头条", "头条"), "baidu": ("百度",), "wechat_article": ("公众号", "微信公众号"),
    "ctrip": ("携程",), "meituan": ("美团", "大众点评"), "heimao": ("黑猫投诉", "黑猫"),
    "liuyan": ("领导留言板", "人民网领导留言板"), "hotline": ("热线", "12345", "12345热线"),
    "news": ("新闻", "报纸"), "rss": (), "manual": ("手工录入", "人工录入"),
}  # fmt: skip
_PLATFORM_OF = {name.lower(): code for code, names in _PLATFORMS.items() for name in (code, *names)}
_KIND_OF = {
    "post": Kind.POST, "帖子": Kind.POST, "笔记": Kind.POST, "视频": Kind.POST, "微博": Kind.POST,
    "comment": Kind.COMMENT, "评论": Kind.COMMENT, "回复": Kind.COMMENT,
    "review": Kind.REVIEW, "点评": Kind.REVIEW, "评价": Kind.REVIEW,
    "article": Kind.ARTICLE, "文章": Kind.ARTICLE, "报道": Kind.ARTICLE, "新闻": Kind.ARTICLE,
    "call": Kind.CALL, "来电": Kind.CALL, "工单": Kind.CALL, "热线": Kind.CALL,
}  # fmt: skip


def platform(raw: object) -> str:
    """The code of a platform from its code, Chinese name or short name. Raises Unreadable."""
    code = _PLATFORM_OF.get(words(raw).lower())
    if code is None:
        raise Unreadable("不是已知的平台，请填平台代码或中文名，例如 douyin 或 抖音")
    return code


def kind(raw: object) -> Kind:
    """What a mention is, from its code or Chinese name. Raises Unreadable."""
    found = _KIND_OF.get(words(raw).lower())
    if found is None:
        raise Unreadable("不是已知的类型，请填 帖子、评论、点评、文章 或 来电")
    return found


def yes(raw: object) -> bool:
    """是/否, true/false, 1/0; empty is no. Raises Unreadable."""
    text = str(raw).strip().lower() if raw is not None else ""
    if text in ("1", "1.0", "true", "yes", "y", "是"):
        return True
    if text in ("", "0", "0.0", "false", "no", "n", "否"):
        return False
    raise Unreadable("不是 是 或 否")
