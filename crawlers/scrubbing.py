"""Takes persons out of a kept answer, so that it can be replayed later and names nobody.

The shape stays: who wrote is emptied in place, ids of posts and comments stay, every other text is
masked. So the same parser reads the same mentions of it; only their authors are gone for good.
"""

import html
import json
import re
from collections.abc import Callable, Collection
from functools import lru_cache

from crawlers.decoding import decode
from crawlers.health import ShapeChanged
from crawlers.nodes import framed
from domain.privacy import mask

MOST_KEPT = 200_000
"""Characters of a body that are kept; a longer one is cut, and cannot be replayed."""
FRAGMENT = 2000
"""Characters that are kept of an open site's page of unknown shape."""
MOST_READ = 4 << 20
"""Bytes of a body that is looked at: masking needs a second for 300 KB."""

_DEEPEST = 100
_HALF = re.compile("[\ud800-\udfff]")  # of a sign; no database takes it
_FOLD = re.compile(r"[\s_\-]+")

# Folded names (small letters, no _ or -). A whole name, or a piece of one, that is about a person.
_PERSON = re.compile(
    r"(?:(?:re|from|to|target|reply|replyto|at|note|root|sub|common|base|my)?"
    r"(?:user|author|member|owner|creator|poster|account|profile|viewer|commenter|sender)"
    r"(?:s|info|infos|list|detail|card|simple|base|map|v\d)?"
    r"|upper|up|ups|people|pers|person|follow|followers?|fans?|atusers?"
    r"|name(?:show|u)|uname|un|mynick|face|upic|sex|gender|birthday|ip|imei|idfa|oaid|mac"
    r"|sign|usign|session|cookies?|ticket|tokens?|voucher|vvoucher|authorization|wxid|qq|wechat"
    r"|idcard|replyto|loginname|realname|truename|contacts?|address|urltoken|headerurls?|webid|fp|verifyfp)"
)
_PIECE = re.compile(
    r"nick|avatar|avator|portrait|signature|headurl|headimg|headpic|screenname|username|authorname"
    r"|userid|authorid|memberid|ownerid|(?<!gu)(?<!uu)uid$|openid|unionid|uniqueid|shortid|usercard"
    r"|shortuserid|phone|mobile|email|idcardno|token|cookie|passport|profile|follower"
    r"|userlink|userurl|userimage|userpic|userinfo|userlevel|usermember|replyuser|deviceid"
    r"|creatorhash|sessionid|credential|password|secret"
)
_OF = {"bilibili": frozenset(("mid",))}  # 微博's mid is a post, B站's an account
_IDENT = re.compile(r"(?:id|ids|sn|cursor|idstr|docid|scheme)$")
_AN_ID = re.compile(r"[\w@=+/.:|,\-]{1,256}", re.ASCII)
_MEDIA = re.compile(
    r"urllist|urls|cdn|bitrate|playaddr.*|downloadaddr|dynamiccover|cover|origincover|video|music"
    r"|imageinfo|infolist|livephoto|animatedcover|pics|stickers?"
)


def scrub(body: bytes, platform: str = "", accounts: Collection[str] = ()) -> str:
    """The body without persons: JSON, JSON in frames, or a page. Of any length; of a long one the
    lists of media are emptied, too. "" for one above ``MOST_READ``. ``accounts``: what a reader
    found to be one, taken out wherever it stands alone, as a value or between two tags."""
    if len(body) > MOST_READ:
        return ""
    clean = _Clean(platform, media=len(body) <= MOST_KEPT)
    alone = _alone(accounts)
    try:
        pieces = framed(body)
    except ShapeChanged:
        return alone(_page(body, clean))
    if pieces:
        documents = [alone(clean.json(piece) or _page(piece, clean)) for piece in pieces]
        return "".join(f"{len(d.encode()):x}\r\n{d}\r\n" for d in documents) + "0\r\n\r\n"
    return alone(clean.json(body) or _page(body, clean))


def fragment_of(text: str) -> str:
    """At most ``FRAGMENT`` characters of a page, without persons. Cut afterwards, so that the cut
    cannot split a number and leave half of it readable."""
    return scrub(text[: 2 * FRAGMENT].encode("utf-8", "replace"))[:FRAGMENT]


def _alone(accounts: Collection[str]) -> Callable[[str], str]:
    """Takes out the accounts; in prose they stay: a newspaper's name stands in many a headline."""
    names = sorted(
        {one for one in accounts if len(one) > (3 if one.isascii() else 1)}, key=len, reverse=True
    )
    if not names:
        return lambda text: text
    any_of = "|".join(re.escape(form) for one in names for form in {one, html.escape(one)})
    pattern = re.compile(rf"(?<=[>\"'])\s*(?:{any_of})\s*(?=[<\"'](?!\s*:))")
    return lambda text: pattern.sub("", text)


# --- JSON -------------------------------------------------------------------------------------


class _Clean:
    """``media``: keep lists of pictures and films."""

    def __init__(self, platform: str, media: bool) -> None:
        self._own, self._media = _OF.get(platform, frozenset[str]()), media

    def json(self, raw: bytes | str) -> str:
        """The same document; "" for what is no JSON object or list."""
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            return ""
        return self.written(value) if isinstance(value, dict | list) else ""

    def written(self, value: object) -> str:
        """A value that was read, clean and as text again."""
        clean = self._value("", value, 0)
        return _HALF.sub("\ufffd", json.dumps(clean, ensure_ascii=False, separators=(",", ":")))

    def _value(self, name: str, value: object, depth: int) -> object:
        if depth > _DEEPEST:
            return None
        if isinstance(value, dict):
            return {
                _key(key): self._member(_folded(key), inner, depth)
                for key, inner in value.items()
            }  # fmt: skip
        if isinstance(value, list):
            return [self._value(name, inner, depth + 1) for inner in value]
        return self._text(name, value) if isinstance(value, str) else _number(name, value)

    def _member(self, name: str, value: object, depth: int) -> object:
        if _is_personal(name) or name in self._own:
            return _emptied(value, depth)
        if not self._media and _MEDIA.fullmatch(name):
            return _emptied(value, depth) if isinstance(value, str) else type(value)()
        return self._value(name, value, depth + 1)

    def _text(self, name: str, value: str) -> str:
        if _IDENT.search(name) and _AN_ID.fullmatch(value):
            return _bare_links(value)
        if value[:1] in ("{", "["):  # JSON within JSON
            inner = self.json(value)
            if inner:
                return inner
        return mask(_bare_links(value))


@lru_cache(maxsize=8192)
def _key(name: str) -> str:
    return mask(name)


@lru_cache(maxsize=8192)
def _folded(name: str) -> str:
    return _FOLD.sub("", name).lower()


@lru_cache(maxsize=8192)
def _is_personal(name: str) -> bool:
    return _PERSON.fullmatch(name) is not None or _PIECE.search(name) is not None


def _number(name: str, value: object) -> object:
    """As it is, unless it looks like somebody's number and is no id."""
    if isinstance(value, bool) or not isinstance(value, int) or _IDENT.search(name):
        return value
    return value if mask(str(value)) == str(value) else None


def _emptied(value: object, depth: int) -> object:
    """Of the same shape, saying nothing: a reader of shapes goes on, and finds no account."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {_key(key): _emptied(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_emptied(inner, depth + 1) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    return "" if isinstance(value, str) else 0


# --- pages ------------------------------------------------------------------------------------

_SCRIPT = re.compile(r"(<script\b[^<>]*>)(.*?)(</script\s*>|\Z)", re.S | re.I)
_PAIR = re.compile(r"([\"'])([\w\-]{1,40})\1(\s*:\s*)(\"(?:[^\"\\]|\\.)*\"|-?\d[\d.]*)", re.S)
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ATTRIBUTE = re.compile(r"(\s)([\w\-:]+)(\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'<>=`]+)")
_CLASSES = re.compile(r"[\s_\-]+")
_WRITERS = frozenset(("user", "author", "nick", "nickname", "username", "uname", "poster"))
_SOMEBODY = (
    (re.compile(r"(/(?:u|users?|people|profile|user/profile|c/user)/)[^/?#\"'\s<>\\]+"), r"\g<1>0"),
    (re.compile(r"((?:weibo\.c(?:om|n)|[\"'])/n/)[^/?#\"'\s<>\\]+"), r"\g<1>0"),
    (re.compile(r"((?:weibo\.com|space\.bilibili\.com)/)\d{4,}"), r"\g<1>0"),
    (re.compile(r"(/home" r"/main/?\?)[^\"'\s<>\\]+"), r"\1"),
    (re.compile(
        r"([?&;\"'](?:[a-z_]*token|uid|user_?id|sec_u(?:ser_)?id|author_?id|session\w*|un|portrait"
        r"|sign(?:ature)?|openid|share_\w*id|ticket|key|u_code)=)[^&#\"'\s<>\\]+", re.I), r"\1"),
)  # fmt: skip


def _bare_links(text: str) -> str:
    """Addresses of people without the person, all addresses without tokens."""
    if "/" in text or "=" in text:
        for pattern, instead in _SOMEBODY:
            text = pattern.sub(instead, text)
    return text


_VALUE = re.compile(r"[=(]\s*(?=[\[{])")
_MOST_VALUES = 100  # of one script: the error of one that is none counts all lines before it
_UNDEFINED = re.compile(r"(?<=[:,\[])undefined(?=[,}\]])")
_HOLDER = re.compile(r"[\"']([\w\-]{1,40})[\"']\s*:\s*(?=[\[{])")
_STEP = re.compile(r"\"(?:[^\"\\]++|\\.)*+\"|([\[{])|([\]}])", re.S)


def _page(body: bytes, clean: _Clean) -> str:
    """A page of HTML, or anything that is no JSON: attributes and classes that name people are
    emptied, JSON in scripts is cleaned as above, and what only looks like JSON by its names."""
    text = decode(body)
    if text is None:
        return ""
    text = _SCRIPT.sub(lambda found: _script(found, clean), text)
    text = _tags(text) if "<" in text else _values(text, clean)
    return mask(_bare_links(_PAIR.sub(_pair, text)))


def _script(found: re.Match[str], clean: _Clean) -> str:
    return found[1] + (clean.json(found[2]) or _values(found[2], clean)) + found[3]


def _values(text: str, clean: _Clean) -> str:
    """The values that stand in a script among other code (window.__X__ = {…}), or in a call."""
    text, parts, at, tries = _UNDEFINED.sub("null", text), list[str](), 0, 0
    for begin in _VALUE.finditer(text):
        tries += 1
        if begin.end() < at or tries > _MOST_VALUES:
            continue
        try:
            value, end = json.JSONDecoder().raw_decode(text, begin.end())
        except (ValueError, RecursionError):
            continue
        parts += [_unheld(text[at : begin.end()]), clean.written(value)]
        at = end
    return "".join([*parts, _unheld(text[at:])])


def _unheld(text: str) -> str:
    """What cannot be parsed, as a cut answer cannot, without the objects that are about people."""
    parts, at = list[str](), 0
    for begin in _HOLDER.finditer(text):
        if begin.start() >= at and _is_personal(_folded(begin[1])):
            parts += [text[at : begin.end()], "null"]
            at = _behind(text, begin.end())
    return "".join([*parts, text[at:]])


def _behind(text: str, at: int) -> int:
    """Where an object or list ends that begins here; the end of the text for one that is cut."""
    depth = 0
    for step in _STEP.finditer(text, at):
        depth += bool(step[1]) - bool(step[2])
        if not depth:
            return step.end()
    return len(text)


def _pair(found: re.Match[str]) -> str:
    if not _is_personal(_folded(found[2])):
        return found[0]
    empty = '""' if found[4].startswith('"') else "0"
    return f"{found[1]}{found[2]}{found[1]}{found[3]}{empty}"


def _tags(text: str) -> str:
    """All tags, and the words right behind one whose class says that a writer's name follows."""
    parts, at, silent = list[str](), 0, False
    for tag in _TAG.finditer(text):
        parts += [_unsaid(text[at : tag.start()], silent), _tag(tag[0])]
        at, silent = tag.end(), _names_a_writer(tag[0])
    return "".join([*parts, _unsaid(text[at:], silent)])


def _unsaid(words: str, silent: bool) -> str:
    return words[words.find("<") :] if silent and "<" in words else "" if silent else words


def _names_a_writer(tag: str) -> bool:
    for attribute in _ATTRIBUTE.finditer(tag):
        if attribute[2].lower() == "class":
            whole = attribute[4].strip("\"'").lower()
            return whole == "name" or not _WRITERS.isdisjoint(_CLASSES.split(whole))
    return False


def _tag(tag: str) -> str:
    picture = tag[:4].lower() == "<img"

    def cleaned(found: re.Match[str]) -> str:
        name = _folded(found[2])
        empty = _is_personal(name) or (picture and name in ("src", "srcset", "datasrc"))
        return f'{found[1]}{found[2]}{found[3]}""' if empty else found[0]

    return _ATTRIBUTE.sub(cleaned, tag)
