"""What stands on a board: numbers, charts, tables and texts, each with its place on the grid."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from index.kibana.filters import Filter, both, fields
from index.kibana.spans import Span
from index.mappings import Kind

COLUMNS = 48
"""Of Kibana's grid."""

Operation = Literal["count", "unique_count", "sum", "average", "max", "percentile"]
Form = Literal["number", "columns", "bars", "pie", "table", "cloud", "heat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A data view: one kind of documents under one alias. ``only``: the counting rule, which every
    panel over it keeps. ``labels``: the Chinese names of its fields, for Discover."""

    kind: Kind
    alias: str
    name: str
    only: Filter | None = None
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def view_id(self) -> str:
        """Stable: the alias."""
        return self.alias


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number. unit: "" a count, "分钟", "小时" or "moment" (of a date)."""

    label: str
    operation: Operation = "count"
    field: str = ""
    percent: int = 0
    where: Filter | None = None
    unit: str = ""


COUNT = Measure(label="条数")


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """One bucket for each of the most frequent values. many: a document may have several, so the
    numbers do not add up to the documents."""

    field: str
    label: str
    most: int = 10
    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """One bucket for each day or each three hours, empty ones too."""

    field: str
    label: str
    every: Literal["1d", "3h"] = "1d"


Bucket = Values | Times


@dataclass(frozen=True, slots=True)
class Box:
    """Place and size on the grid."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Something that counts. by: outermost bucket first (of "columns": x, then the colour; of
    "heat": x, then y). span and time_field: of its own, else the board's and the view's.
    free: leaves the controls aside, because its documents lack their fields."""

    key: str
    title: str
    form: Form
    view: View
    box: Box
    measures: tuple[Measure, ...] = (COUNT,)
    by: tuple[Bucket, ...] = ()
    only: Filter | None = None
    span: Span | None = None
    time_field: str | None = None
    free: bool = False
    about: str = ""
    tone: str = ""

    @property
    def counted_by(self) -> str:
        """The field whose moment decides whether a document is in the time range."""
        return self.time_field or self.view.kind.time_field

    @property
    def chosen(self) -> Filter | None:
        """Counting rule and own condition."""
        return both(self.view.only, self.only)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The documents themselves, newest first: (field, heading) of each column."""

    key: str
    title: str
    view: View
    box: Box
    columns: tuple[tuple[str, str], ...]
    only: Filter | None = None
    span: Span | None = None
    about: str = ""

    @property
    def counted_by(self) -> str:
        """See Panel."""
        return self.view.kind.time_field

    @property
    def chosen(self) -> Filter | None:
        """See Panel."""
        return both(self.view.only, self.only)


AnyPanel = Panel | Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A choice above the board."""

    field: str
    title: str
    one: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One dashboard. Its controls choose among the documents of ``view``."""

    board_id: str
    title: str
    about: str
    view: View
    span: Span
    controls: tuple[Control, ...]
    panels: tuple[AnyPanel, ...] = field(default=())


def aggregated(panel: Panel) -> Iterator[tuple[str, str]]:
    """(field, what is done with it) of everything the panel makes numbers or buckets of."""
    for bucket in panel.by:
        yield bucket.field, "values" if isinstance(bucket, Values) else "times"
    for measure in panel.measures:
        if measure.field:
            yield measure.field, measure.operation


def asked(panel: AnyPanel) -> Iterator[str]:
    """Every field that conditions and time range look at."""
    yield panel.counted_by
    yield from fields(panel.chosen)
    for measure in panel.measures if isinstance(panel, Panel) else ():
        yield from fields(measure.where)


def row(y: int, h: int, *widths: int) -> Iterator[Box]:
    """Boxes side by side from the left. Raises ValueError when they do not fill the grid."""
    if sum(widths) != COLUMNS:
        raise ValueError(f"a row of {sum(widths)} columns")
    x = 0
    for w in widths:
        yield Box(x, y, w, h)
        x += w
