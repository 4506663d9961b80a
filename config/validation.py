"""Holds one file against its model; turns pydantic's objections into ConfigErrors in Chinese.

No reason quotes the value it objects to: it may be a secret written in the wrong place.
"""

from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.reading import Document, Where
from domain.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)

_REASONS = {
    "extra_forbidden": "不认识这一项；请检查拼写",
    "missing": "缺少这一项",
    "string_type": "应为一个词或一句话，不能是列表或分组",
    "string_too_short": "不能为空",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "int_type": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "greater_than": "必须大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "必须小于 {lt}",
    "enum": "只能是 {expected}",
    "literal_error": "只能是 {expected}",
    "tuple_type": "应为列表（每行以 - 开头，或写成 [甲, 乙]；没有内容写 []）",
    "dict_type": "应为「键: 值」的分组",
    "model_type": "应为「键: 值」的分组",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多只能有 {max_length} 项",
    "tingxue": "",
}


def _problems(document: Document, error: ValidationError) -> Iterator[ConfigError]:
    """One ConfigError per place pydantic objects to, in the order of the file."""
    found = {_place(document, detail): detail for detail in reversed(error.errors())}
    for where, detail in sorted(found.items(), key=lambda pair: _order(document, pair[0])):
        yield document.error(where, _reason(detail))


def _order(document: Document, where: Where) -> int:
    return document.error(where, "").line or 0


def _place(document: Document, detail: ErrorDetails) -> Where:
    """pydantic's place without the steps that name a branch of a union, not a key."""
    where: Where = ()
    for step in detail["loc"]:
        if (*where, step) in document.lines or detail["type"] == "missing":
            where = (*where, step)
    return where


def _reason(detail: ErrorDetails) -> str:
    template = _REASONS.get(detail["type"])
    if template is None:
        return f"不合要求（{detail['type']}）"
    context = detail.get("ctx", {})
    limits = {name: f"{value:g}" if isinstance(value, float) else str(value)
              for name, value in context.items()}  # fmt: skip
    expected = limits.get("expected", "").replace(" or ", "、").replace(", ", "、").replace("'", "")
    return template.format(**{**limits, "expected": expected}) or str(detail["msg"])


def reasons(error: ValidationError) -> Iterator[tuple[str, str]]:
    """(key, what is wrong with it) of one entry that stands in no file."""
    for detail in error.errors():
        yield str(detail["loc"][0]), _reason(detail)


def validate(model: type[Model], document: Document) -> tuple[Model | None, list[ConfigError]]:
    """The file as its model, or None and everything that is wrong with its shape."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        return None, list(_problems(document, error))
