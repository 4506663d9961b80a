"""SQL that SQLite and PostgreSQL spell differently, under one name."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class seconds(FunctionElement[int]):
    """Whole seconds since 1970 of a moment."""

    type = BigInteger()
    inherit_cache = True


class elements(FunctionElement[str]):
    """The members of a JSON array as rows with one column, ``value``, as text."""

    inherit_cache = True


class first_of(FunctionElement[str]):
    """The first member of a JSON array that is given as text; it is text itself."""

    type = Text()
    inherit_cache = True


_SPELLINGS: dict[type[FunctionElement[Any]], tuple[str, str]] = {
    seconds: (
        "CAST(strftime('%s', {}) AS INTEGER)",
        "CAST(floor(extract(epoch FROM {})) AS BIGINT)",
    ),
    elements: ("json_each({})", "json_array_elements_text({})"),
    first_of: ("json_extract({}, '$[0]')", "(CAST({} AS JSON) ->> 0)"),
}
"""SQLite's, then PostgreSQL's; in the place of {} stands what the function is asked of."""


def _spelt(spelling: str) -> Callable[..., str]:
    def compiled(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
        return spelling.format(compiler.process(element.clauses, **kw))

    return compiled


for _function, _both in _SPELLINGS.items():
    for _dialect, _spelling in zip(("sqlite", "postgresql"), _both, strict=True):
        compiles(_function, _dialect)(_spelt(_spelling))
