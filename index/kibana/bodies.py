"""Boards as Kibana's Dashboards HTTP API (9.5) takes them.

It refuses unknown keys, so only keys that its documents name are used: a strict schema, written by
hand for the chart types used here, is in ``tests/data/kibana``.
"""

from typing import Any

from index.kibana.filters import kql
from index.kibana.panels import (
    COLUMNS,
    AnyPanel,
    Board,
    Box,
    Bucket,
    Control,
    Measure,
    Panel,
    Texts,
    Values,
    View,
)
from index.kibana.spans import Span

Body = dict[str, Any]
_SUFFIX = {"分钟": " 分钟", "小时": " 小时"}
_TEXT_ROWS = 10


def dashboard(board: Board) -> Body:
    """The body of ``PUT /api/dashboards/{board_id}``."""
    return {
        "title": board.title,
        "description": board.about,
        "time_range": _span(board.span),
        "refresh_interval": {"pause": False, "value": 60_000},
        "query": {"expression": "", "language": "kql"},
        "options": {"use_margins": True, "hide_panel_titles": False},
        "pinned_panels": [_control(one, board.view) for one in board.controls],
        "panels": [_panel(one, board.span) for one in board.panels],
    }


def data_view(view: View) -> Body:
    """The body of ``POST /api/data_views/data_view``."""
    return {
        "id": view.view_id,
        "title": view.alias,
        "name": view.name,
        "timeFieldName": view.kind.time_field,
        "fieldAttrs": {name: {"customLabel": label} for name, label in view.labels},
    }


def _span(span: Span) -> Body:
    return {"from": span.since, "to": span.until}


def _control(control: Control, view: View) -> Body:
    config: Body = {
        "data_view_id": view.view_id,
        "field_name": control.field,
        "title": control.title,
        "sort": {"by": "_count", "direction": "desc"},
    }
    if control.one:
        config["single_select"] = True
    return {"type": "options_list_control", "width": "medium", "grow": True, "config": config}


def _panel(panel: AnyPanel, span: Span) -> Body:
    made = _texts(panel, span) if isinstance(panel, Texts) else _vis(panel)
    return {"id": panel.key, "grid": _grid(panel.box), **made}


def _grid(box: Box) -> Body:
    if box.x + box.w > COLUMNS:
        raise ValueError(f"beyond the grid: {box}")
    return {"x": box.x, "y": box.y, "w": box.w, "h": box.h}


def _texts(panel: Texts, span: Span) -> Body:
    tab: Body = {
        "data_source": _reference(panel.view),
        "query": _query(panel),
        "column_order": [name for name, _ in panel.columns],
        "sort": [{"name": panel.counted_by, "direction": "desc"}],
        "view_mode": "documents",
        "rows_per_page": _TEXT_ROWS,
    }
    config = {**_head(panel), "time_range": _span(panel.span or span), "tabs": [tab]}
    return {"type": "discover_session", "config": config}


def _head(panel: AnyPanel) -> Body:
    about = {"description": panel.about} if panel.about else {}
    return {"title": panel.title, **about}


def _query(panel: AnyPanel) -> Body:
    said = kql(panel.chosen) if panel.chosen is not None else ""
    return {"expression": said, "language": "kql"}


def _reference(view: View) -> Body:
    return {"type": "data_view_reference", "ref_id": view.view_id}


def _source(panel: Panel) -> Body:
    """Where a chart reads; a time field of its own needs a data view said on the spot."""
    source = _reference(panel.view)
    if panel.time_field:
        source = {
            "type": "data_view_spec",
            "index_pattern": panel.view.alias,
            "time_field": panel.time_field,
        }
    free = {"ignore_global_filters": True} if panel.free else {}
    return {"data_source": source, **free}


def _vis(panel: Panel) -> Body:
    config = {**_head(panel), "query": _query(panel), **_CHARTS[panel.form](panel)}
    if panel.span is not None:
        config["time_range"] = _span(panel.span)
    return {"type": "vis", "config": config}


def _number(panel: Panel) -> Body:
    first, *second = panel.measures
    metrics = [{"type": "primary", **_measure(first)}]
    metrics += [{"type": "secondary", **_measure(one)} for one in second]
    return {"type": "metric", **_source(panel), "metrics": metrics}


def _xy(panel: Panel) -> Body:
    layer: Body = {
        "type": _LAYERS[panel.form, len(panel.by) > 1],
        **_source(panel),
        "x": _bucket(panel.by[0]),
        "y": [_measure(one) for one in panel.measures],
    }
    if len(panel.by) > 1:
        layer["breakdown_by"] = _bucket(panel.by[1])
    seen = "visible" if len(panel.by) > 1 or len(panel.measures) > 1 else "hidden"
    return {"type": "xy", "layers": [layer], "legend": {"visibility": seen, "position": "bottom"}}


_LAYERS = {
    ("columns", True): "bar_stacked",
    ("columns", False): "bar",
    ("bars", True): "bar_horizontal_stacked",
    ("bars", False): "bar_horizontal",
}


def _pie(panel: Panel) -> Body:
    return {
        "type": "pie",
        **_source(panel),
        "metrics": [_measure(one) for one in panel.measures],
        "group_by": [_bucket(one) for one in panel.by],
        "styling": {"donut_hole": "medium"},
    }


def _table(panel: Panel) -> Body:
    return {
        "type": "data_table",
        **_source(panel),
        "metrics": [_measure(one) for one in panel.measures],
        "rows": [_bucket(one) for one in panel.by],
        "styling": {"density": {"mode": "compact"}},
    }


def _cloud(panel: Panel) -> Body:
    (words,), (measure,) = panel.by, panel.measures
    return {"type": "tag_cloud", **_source(panel),
            "metric": _measure(measure), "tag_by": _bucket(words)}  # fmt: skip


def _heat(panel: Panel) -> Body:
    (x, y), (measure,) = panel.by, panel.measures
    return {"type": "heatmap", **_source(panel), "x": _bucket(x), "y": _bucket(y),
            "metric": _measure(measure)}  # fmt: skip


_CHARTS = {
    "number": _number, "columns": _xy, "bars": _xy, "pie": _pie, "table": _table,
    "cloud": _cloud, "heat": _heat,
}  # fmt: skip


def _measure(measure: Measure) -> Body:
    made: Body = {"operation": measure.operation, "label": measure.label}
    if measure.field:
        made["field"] = measure.field
    if measure.operation == "percentile":
        made["percentile"] = measure.percent
    if measure.where is not None:
        made["filter"] = {"expression": kql(measure.where), "language": "kql"}
    if measure.unit in _SUFFIX:
        made["format"] = {"type": "number", "decimals": 1, "suffix": _SUFFIX[measure.unit]}
    return made


def _bucket(bucket: Bucket) -> Body:
    if isinstance(bucket, Values):
        ranked = {"type": "metric", "metric_index": 0, "direction": "desc"}
        return {"operation": "terms", "fields": [bucket.field], "label": bucket.label,
                "limit": bucket.most, "rank_by": ranked}  # fmt: skip
    return {"operation": "date_histogram", "field": bucket.field, "label": bucket.label,
            "suggested_interval": bucket.every, "include_empty_rows": True}  # fmt: skip
