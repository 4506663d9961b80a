"""The model of a paper: headings, sentences, tables and charts, before any file format.

A sentence is a template over parts: ``say("共{n}条", n=figure)``. A template may hold no digit, so
a number can only come from a figure, a moment, a name, an id or a quotation, and says which.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from string import Formatter
from typing import Literal

from domain.times import shanghai
from tingxue.reports.figure import Figure

Sort = Literal["words", "figure", "when", "name", "id", "quote", "order"]

TITLE_CHARACTERS = 20
"""Of one line: 156 mm at 22 pt."""
EMOJI = "〔表情〕"
"""Stands in print for signs that no font of an office has: a box says less."""
_UNDRAWABLE = re.compile(
    "[\u2190-\u2bff\u3004\u3020\u303d\u3297\u3299\ue000-\uf8ff\ufe00-\ufe0f\u20d0-\u20ff\ufffc\ufffd"
    "\U0001f000-\U0001faff\U0001fb00-\U0001fbff\U000e0000-\U000e01ef\U000f0000-\U0010ffff\u00a9\u00ae]+"
)
_DIGIT = re.compile(r"\d")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text and where it comes from; ``key`` names the figure of a "figure" span."""

    text: str
    sort: Sort = "words"
    key: str = ""


Line = tuple[Span, ...]
Part = Figure | Span | Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """``depth`` 1: 一、 in 黑体; 2: （一） in 楷体; 0: 附件 on a page of its own."""

    text: str
    depth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Para:
    """style: "body" (indented by two characters), "item" (the same for 1. 2. 3., but not
    justified: case numbers break badly), "note" (small, under a table), "annex" (附件：…, a line
    below the text), "signing" (拟稿：　审核：), "date" (four characters from the right), "to" (whom
    it is for, not indented)."""

    line: Line
    style: Literal["body", "item", "note", "annex", "signing", "date", "to"] = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Cells are lines; ``widths`` are the columns' in millimetres, 156 in all.

    left: columns set left, all others are centred. small: 五号 instead of 小四. tall: rows of many
    lines, so that even a few of them may not fit on one page.
    """

    caption: Line
    header: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    widths: tuple[int, ...]
    left: frozenset[int] = frozenset()
    small: bool = False
    tall: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line or set of bars."""

    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A native chart: every series has one figure per label. ``alt`` is read out to the blind."""

    caption: Line
    form: Literal["line", "bar"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    alt: Line


Block = Heading | Para | Table | Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """title: one line of the page each. subtitle: period, edition, time of making. header: printed
    on every page (【演练】) or empty. mark: above the title (内部资料) or empty."""

    title: tuple[Line, ...]
    subtitle: tuple[Line, ...]
    header: str
    blocks: tuple[Block, ...]
    mark: str = ""


def printable(text: str) -> str:
    """Without what no office file can hold: control characters, lone surrogates, direction marks;
    white space runs become one space."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return re.sub(r"\s+", " ", _UNPRINTABLE.sub("", text)).strip()


def drawable(text: str) -> str:
    """Without what the fonts of an office cannot draw: emoji become 〔表情〕, ornamental letters
    plain ones. Letters of other scripts stay, for which Word takes another font."""
    if text.isascii():
        return text
    plain_letters = "".join(
        unicodedata.normalize("NFKC", c) if "\U0001d400" <= c <= "\U0001d7ff" else c for c in text
    )
    return _UNDRAWABLE.sub(_drawn, plain_letters)


def _drawn(found: re.Match[str]) -> str:
    """The run itself where every sign of it stands in the Chinese character set."""
    kept, lost = "", False
    for sign in found[0]:
        if _in_gbk(sign):
            kept, lost = kept + EMOJI * lost + sign, False
        else:
            lost = True
    return kept + EMOJI * lost


def _in_gbk(sign: str) -> bool:
    try:
        sign.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def say(template: str, **parts: Part) -> Line:
    """The sentence. Raises ValueError for a digit in the template, KeyError for a missing part."""
    spans: list[Span] = []
    for literal, field, _, _ in Formatter().parse(template):
        if _DIGIT.search(literal):
            raise ValueError(f"a number that no figure stands for: {literal!r}")
        if literal:
            spans.append(Span(literal))
        if field is not None:
            spans.extend(_spans(parts[field]))
    return tuple(spans)


def _spans(part: Part) -> Line:
    if isinstance(part, Figure):
        return (Span(part.shown, "figure", part.key),)
    return (part,) if isinstance(part, Span) else part


def plain(line: Line) -> str:
    """The text of the line."""
    return "".join(span.text for span in line)


def titled(mark: str, base: str, kind: str) -> tuple[Line, ...]:
    """``【演练】``, ``莲花山生态旅游度假区网络舆情`` and ``交办单`` in one line. Where that is too
    long, the second begins with 网络舆情; else its last character would stand alone."""
    zone = base.removesuffix("网络舆情").removesuffix("舆情")
    first, rest = (Span(mark), name(zone)), (name(base.removeprefix(zone)), Span(kind))
    if len(mark + base + kind) <= TITLE_CHARACTERS:
        return ((*first, *rest),)
    return first, rest


def joined(lines: Iterable[Line], between: str = "、") -> Line:
    """The lines as one, with a separator."""
    spans: list[Span] = []
    for line in lines:
        if spans:
            spans.append(Span(between))
        spans.extend(line)
    return tuple(spans)


def cell(part: Part) -> Line:
    """A figure, span or line as the content of a table cell."""
    return _spans(part)


def name(text: str) -> Span:
    """A name from config: category, department, platform, place, source."""
    return Span(printable(text), "name")


def ident(text: str) -> Span:
    """A case number."""
    return Span(text, "id")


def order(number: int) -> Span:
    """A number that only orders: 1., 图1."""
    return Span(str(number), "order")


def quote(text: str, limit: int) -> Span:
    """A visitor's words (masked), cut at ``limit`` characters."""
    clean = drawable(printable(text))
    return Span(clean if len(clean) <= limit else clean[: limit - 2] + "……", "quote")


def on_day(day: date, *, year: bool = False) -> Span:
    """``11月23日``, with ``2026年`` where wanted; no leading zeros (GB/T 9704)."""
    return Span(f"{day.year}年" * year + f"{day.month}月{day.day}日", "when")


def at(moment: datetime, *, year: bool = False) -> Span:
    """``11月23日8时30分`` in Changchun; full hours without minutes."""
    local = shanghai(moment)
    minutes = f"{local.minute}分" if local.minute else ""
    return Span(f"{on_day(local.date(), year=year).text}{local.hour}时{minutes}", "when")


def clock(moment: datetime) -> Span:
    """``11-23 08:30`` for narrow table columns."""
    return Span(f"{shanghai(moment):%m-%d %H:%M}", "when")


def lines_of(block: Block) -> Sequence[Line]:
    """Every line of a block, headings as words."""
    if isinstance(block, Heading):
        return [(Span(block.text),)]
    if isinstance(block, Para):
        return [block.line]
    if isinstance(block, Chart):
        return [block.caption, block.alt]
    return [block.caption, *(line for row in block.rows for line in row)]


def numbered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with 表1, 表2 … and 图1, 图2 … before their captions."""
    done: list[Block] = []
    tables = charts = 0
    for block in blocks:
        if isinstance(block, Table):
            tables += 1
            block = replace(block, caption=say("表{n}　{c}", n=order(tables), c=block.caption))
        elif isinstance(block, Chart):
            charts += 1
            block = replace(block, caption=say("图{n}　{c}", n=order(charts), c=block.caption))
        done.append(block)
    return tuple(done)
