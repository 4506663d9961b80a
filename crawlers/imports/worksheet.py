"""Worksheets of 12345 and the tourism complaint hotline: one row is one call.

Who called is never read: the columns of names, numbers and home addresses are known here only to
be left alone. The worksheet number is the way back to the caller, through the hotline itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from crawlers.fields import Unreadable, words
from crawlers.rows import header_name
from domain.identity import Pseudonym

NAME = "热线工单"
REQUIRED = ("native_id", "text")

# In order of preference. Real headers are from the platform reference, §17.4.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "native_id": (
        "工单编号", "工单号", "工单流水号", "热线编号", "诉求编号", "投诉编号", "受理编号",
        "受理单号", "来电编号", "案件编号", "事件编号", "流水号", "编号", "hotlineNo",
    ),
    "title": ("工单标题", "诉求标题", "投诉标题", "事件标题", "标题", "主题"),
    "text": (
        "诉求内容", "市民诉求", "诉求描述", "诉求详情", "投诉内容", "工单内容", "来电内容",
        "反映内容", "问题描述", "主要内容", "内容", "appealContent",
    ),
    "published_at": (
        "区交办时间", "市交办时间", "交办时间", "派单时间", "受理时间", "来电时间", "诉求时间",
        "投诉时间", "登记时间", "创建时间", "提交时间",
    ),
    "due_at": (
        "区交办办结期限", "市交办办结期限", "办结期限", "办结时限", "办理期限", "办理时限",
        "要求办结时间", "截止时间", "回复期限", "到期时间",
    ),
}  # fmt: skip

PLACES: Mapping[str, tuple[str, ...]] = {
    "事件发生地": ("事件发生地", "事发地点", "发生地点", "发生地", "问题点位", "areaName"),
    "诉求详细地址": ("诉求详细地址", "事发详细地址", "详细地址"),
    "被投诉单位": ("被投诉单位", "被投诉企业", "涉诉企业", "涉及企业", "涉事商家"),
}
"""Lines added below the text, label first, so that places in them are found like any others."""

_PERSONAL = re.compile(
    "姓名|人员|号码|电话|手机|联系|身份证|证件|住址|住所|邮箱|微信|性别|年龄|民族|工作单位|"
    "(?:来电|诉求|投诉|反映|求助|申请|举报)(?:人|者)|市民信息"
)
_OF_A_HOTLINE = re.compile("工单|诉求|热线|投诉|来电|交办|hotline|appeal")


def _present(names: Sequence[str], header: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that are in the header, in order of preference."""
    here = set(header)
    return tuple(name for name in map(header_name, names) if name in here)


def recognises(header: Sequence[str], file_name: str) -> bool:
    """A number and a content, and at least one of them named as only hotlines do."""
    number = _present(COLUMNS["native_id"], header)
    content = _present(COLUMNS["text"], header) + _present(COLUMNS["title"], header)
    return bool(number and content) and any(map(_OF_A_HOTLINE.search, number + content))


def _known() -> frozenset[str]:
    groups = (*COLUMNS.values(), *PLACES.values())
    return frozenset(header_name(name) for names in groups for name in names)


def personal(header: Sequence[str]) -> tuple[str, ...]:
    """Columns about the caller: not read."""
    known = _known()
    return tuple(name for name in header if name not in known and _PERSONAL.search(name))


def unmapped(header: Sequence[str]) -> tuple[str, ...]:
    """Columns that are neither read nor about the caller."""
    aside = {*_known(), *personal(header)}
    return tuple(name for name in header if name not in aside)


def slipped(values: Mapping[str, object], unreadable: int) -> bool:
    """Never: worksheets are written in one go."""
    return False


def picker(
    header: Sequence[str], pseudonym: Pseudonym
) -> Callable[[Mapping[str, object]], dict[str, object]]:
    """Reads each field from the first of its columns that is filled in."""
    columns = {field: _present(names, header) for field, names in COLUMNS.items()}
    places = {label: _present(names, header) for label, names in PLACES.items()}

    def pick(cells: Mapping[str, object]) -> dict[str, object]:
        values = {field: _first(cells, names) for field, names in columns.items()}
        if values["text"] is None:
            values["text"], values["title"] = values["title"], None
        where = [(label, _first(cells, names)) for label, names in places.items()]
        values["text"] = _with_places(values["text"], where)
        return {**values, "platform": "hotline", "kind": "call", "source_kind": "hotline"}

    return pick


def _first(cells: Mapping[str, object], names: Sequence[str]) -> object:
    for name in names:
        value = cells.get(name)
        if value is not None and (not isinstance(value, str) or value.strip()):
            return value
    return None


def _with_places(text: object, where: Sequence[tuple[str, object]]) -> object:
    """The text, then a line each (事件发生地：…); nothing where there is no text."""
    if text is None:
        return None
    try:
        lines = [words(text), *(f"{label}：{words(at)}" for label, at in where if at is not None)]
    except Unreadable:
        return text  # nested data, refused where the text is read
    return "\n".join(lines)
