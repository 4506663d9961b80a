"""A panel's numbers from Elasticsearch: the request made of the panel object, and its answer.

Only aggregations that a server's core has. A value that nothing was found for is None; a count is
then 0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elasticsearch import Elasticsearch

from domain.times import shanghai
from index.elasticerrors import explained
from index.kibana.filters import query
from index.kibana.panels import AnyPanel, Bucket, Measure, Panel, Texts, Times, Values
from index.kibana.spans import Span

ZONE = "Asia/Shanghai"
MOST_TEXTS = 20
Chosen = Mapping[str, str]
"""What stands in the controls: field -> value."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The values of one combination of buckets; keys outermost first: a value, or a day
    ("2026-12-21") or the begin of three hours ("2026-12-21 09:00") in Shanghai."""

    keys: tuple[str, ...]
    values: tuple[float | None, ...]


def request(panel: AnyPanel, span: Span, now: datetime, chosen: Chosen) -> dict[str, Any]:
    """The body of the search; ``span`` is the board's."""
    since, until = (panel.span or span).bounds(now)
    within = {"gte": since.isoformat(), "lte": until.isoformat()}
    must: list[dict[str, Any]] = [{"range": {panel.counted_by: within}}]
    if panel.chosen is not None:
        must.append(query(panel.chosen, now))
    if isinstance(panel, Texts):
        return _documents(panel, must, chosen)
    if not panel.free:
        must += [{"term": {name: value}} for name, value in chosen.items()]
    body = {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": must}}}
    return body | {"aggs": _aggregations(_nested(panel), panel.measures, (since, until), now)}


def _nested(panel: Panel) -> tuple[Bucket, ...]:
    """Outermost first. As in Kibana, the colours of a chart are chosen over the whole time, not
    anew for each day."""
    return panel.by[::-1] if panel.form in ("columns", "bars") else panel.by


def _documents(panel: Texts, must: list[dict[str, Any]], chosen: Chosen) -> dict[str, Any]:
    must = must + [{"term": {name: value}} for name, value in chosen.items()]
    return {
        "size": MOST_TEXTS,
        "query": {"bool": {"filter": must}},
        "sort": [{panel.counted_by: "desc"}],
        "_source": [name for name, _ in panel.columns],
    }


def _aggregations(
    by: tuple[Bucket, ...],
    measures: tuple[Measure, ...],
    within: tuple[datetime, datetime],
    now: datetime,
) -> dict[str, Any]:
    if not by:
        made = [(f"m{n}", _measured(one, now)) for n, one in enumerate(measures)]
        return {name: one for name, one in made if one}
    inner = _aggregations(by[1:], measures, within, now)
    if len(by) > 1 and (ranked := _measured(measures[0], now)):
        inner["m0"] = ranked  # the outer buckets too are ranked by it
    return {"b": _bucket(by[0], measures[0], within) | {"aggs": inner}}


def _bucket(bucket: Bucket, first: Measure, within: tuple[datetime, datetime]) -> dict[str, Any]:
    if isinstance(bucket, Values):
        rank = "_count" if _plain_count(first) else "m0"
        order = [{rank: "desc"}, {"_key": "asc"}]
        return {"terms": {"field": bucket.field, "size": bucket.most, "order": order}}
    bounds = {"min": int(within[0].timestamp() * 1000), "max": int(within[1].timestamp() * 1000)}
    return {
        "date_histogram": {
            "field": bucket.field, "fixed_interval": bucket.every, "time_zone": ZONE,
            "min_doc_count": 0, "extended_bounds": bounds,
        }
    }  # fmt: skip


def _plain_count(measure: Measure) -> bool:
    return measure.operation == "count" and measure.where is None


def _measured(measure: Measure, now: datetime) -> dict[str, Any] | None:
    """None: the number of documents, which every bucket carries anyway."""
    if measure.operation == "count":
        return {"filter": query(measure.where, now)} if measure.where else None
    value: dict[str, Any]
    match measure.operation:
        case "unique_count":
            value = {"cardinality": {"field": measure.field, "precision_threshold": 40_000}}
        case "percentile":
            value = {"percentiles": {"field": measure.field, "percents": [measure.percent]}}
        case "average":
            value = {"avg": {"field": measure.field}}
        case plain:
            value = {plain: {"field": measure.field}}
    if measure.where is None:
        return value
    return {"filter": query(measure.where, now), "aggs": {"v": value}}


def read(panel: Panel, answer: Mapping[str, Any]) -> tuple[Cell, ...]:
    """What came back for ``request``; one cell without keys for a panel without buckets."""
    top = {**answer.get("aggregations", {}), "doc_count": answer["hits"]["total"]["value"]}
    nested = _nested(panel)
    cells = _cells(nested, panel.measures, top, ())
    if nested == panel.by:
        return tuple(cells)
    turned = [Cell(cell.keys[::-1], cell.values) for cell in cells]
    if isinstance(panel.by[0], Times):
        turned.sort(key=lambda cell: cell.keys[0])
    return tuple(turned)


def _cells(
    by: tuple[Bucket, ...],
    measures: tuple[Measure, ...],
    found: Mapping[str, Any],
    keys: tuple[str, ...],
) -> Iterator[Cell]:
    if not by:
        yield Cell(keys, tuple(_value(m, found, n) for n, m in enumerate(measures)))
        return
    for bucket in found["b"]["buckets"]:
        yield from _cells(by[1:], measures, bucket, (*keys, _key(by[0], bucket)))


def _key(by: Bucket, bucket: Mapping[str, Any]) -> str:
    if isinstance(by, Values):
        return str(bucket["key"])
    at = shanghai(datetime.fromtimestamp(bucket["key"] / 1000, UTC))
    return f"{at:%Y-%m-%d}" if by.every == "1d" else f"{at:%Y-%m-%d %H:%M}"


def _value(measure: Measure, found: Mapping[str, Any], n: int) -> float | None:
    if _plain_count(measure):
        return float(found["doc_count"])
    mine = found[f"m{n}"]
    if measure.operation == "count":
        return float(mine["doc_count"])
    inner = mine["v"] if measure.where is not None else mine
    if measure.operation == "percentile":
        (value,) = inner["values"].values()
    else:
        value = inner["value"]
    return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks for one board at a time, as of one moment."""

    client: Elasticsearch
    now: datetime

    def cells(self, panel: Panel, span: Span, chosen: Chosen) -> tuple[Cell, ...]:
        """The panel's numbers. Raises SearchUnavailable."""
        return read(panel, self._search(panel, span, chosen))

    def texts(self, panel: Texts, span: Span, chosen: Chosen) -> list[dict[str, Any]]:
        """The newest documents' fields. Raises SearchUnavailable."""
        found = self._search(panel, span, chosen)
        return [hit["_source"] for hit in found["hits"]["hits"]]

    def _search(self, panel: AnyPanel, span: Span, chosen: Chosen) -> Mapping[str, Any]:
        body = request(panel, span, self.now, chosen)
        with explained():
            found: Mapping[str, Any] = self.client.search(index=panel.view.alias, body=body).body
        return found
