"""How long from one moment to another, in SQL: the one expression the two databases spell apart."""

from typing import Any

from sqlalchemy import ColumnElement, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class seconds_between(FunctionElement[float]):
    """``seconds_between(earlier, later)``: seconds, to the millisecond; negative when later is not
    the later one, NULL when either is."""

    type = Float()
    name = "seconds_between"
    inherit_cache = True


@compiles(seconds_between)
def _standard(element: seconds_between, compiler: SQLCompiler, **given: Any) -> str:
    earlier, later = (compiler.process(side, **given) for side in _sides(element))
    return f"EXTRACT(EPOCH FROM ({later} - {earlier}))"


@compiles(seconds_between, "sqlite")
def _sqlite(element: seconds_between, compiler: SQLCompiler, **given: Any) -> str:
    earlier, later = (f"julianday({compiler.process(side, **given)})" for side in _sides(element))
    return f"ROUND(({later} - {earlier}) * 86400.0, 3)"


def _sides(element: seconds_between) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    earlier, later = element.clauses
    return earlier, later
