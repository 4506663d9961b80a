"""SQL that SQLite and PostgreSQL spell differently, under one name."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text
from sqlalchemy.ext.compiler import compiles
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


@compiles(seconds)
def _seconds(element: seconds, compiler: Any, **kw: Any) -> str:
    return f"CAST(strftime('%s', {_inner(element, compiler, kw)}) AS INTEGER)"


@compiles(seconds, "postgresql")
def _pg_seconds(element: seconds, compiler: Any, **kw: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {_inner(element, compiler, kw)})) AS BIGINT)"


@compiles(elements)
def _elements(element: elements, compiler: Any, **kw: Any) -> str:
    return f"json_each({_inner(element, compiler, kw)})"


@compiles(elements, "postgresql")
def _pg_elements(element: elements, compiler: Any, **kw: Any) -> str:
    return f"json_array_elements_text({_inner(element, compiler, kw)})"


@compiles(first_of)
def _first(element: first_of, compiler: Any, **kw: Any) -> str:
    return f"json_extract({_inner(element, compiler, kw)}, '$[0]')"


@compiles(first_of, "postgresql")
def _pg_first(element: first_of, compiler: Any, **kw: Any) -> str:
    return f"(CAST({_inner(element, compiler, kw)} AS JSON) ->> 0)"


def _inner(element: ColumnElement[Any] | FunctionElement[Any], compiler: Any, kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))
