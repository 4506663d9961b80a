"""Charts that both papers use.

A chart always shows the same figures as a table beside it or the sheet 汇总: nothing is drawn that
is not also written.
"""

from tingxue.reports.paper import Chart, Series, Span, Table, cell, joined, say
from tingxue.reports.tables import code_of
from tingxue.reports.tallies import THIS
from tingxue.reports.wording import LAST, Material

CHART_BARS = 10


def category_chart(material: Material) -> Chart | None:
    """Bars by category, this period beside the one before; None when there was no complaint."""
    figures = material.figures.under("category")[:CHART_BARS]
    if not material.figures["complaints"].value:
        return None
    labels = tuple(material.category(code_of(f)).text for f in figures)
    before = tuple(material.figures[f"{f.key}.previous"] for f in figures)
    return Chart(
        caption=say("各类投诉量对比（单位：条）"),
        form="bar",
        labels=labels,
        series=(
            Series(name=THIS[material.kind], figures=tuple(figures)),
            Series(name=LAST[material.kind].text, figures=before),
        ),
        alt=say(
            "条形图：{pairs}。括号内为{last}数。",
            last=LAST[material.kind],
            pairs=joined(
                say("{l}{n}条（{b}条）", l=Span(label, "name"), n=n, b=b)
                for label, n, b in zip(labels, figures, before, strict=True)
            ),
        ),
    )


def day_chart(material: Material) -> Chart:
    """Two lines over the days of the week: all mentions and complaints."""
    days = material.facts.period.days
    labels = tuple(f"{day.month}月{day.day}日" for day in days)
    total = tuple(material.figures[f"day.{day}"] for day in days)
    complaints = tuple(material.figures[f"day.{day}.complaints"] for day in days)
    pairs = joined(
        say("{d}信息{n}条、投诉{c}条", d=Span(label, "when"), n=n, c=c)
        for label, n, c in zip(labels, total, complaints, strict=True)
    )
    return Chart(
        caption=say("每日信息量和投诉量（单位：条）"),
        form="line",
        labels=labels,
        series=(Series(name="信息量", figures=total), Series(name="投诉量", figures=complaints)),
        alt=say("折线图：{p}。", p=pairs),
    )


def day_table(material: Material) -> Table:
    """The same figures as ``day_chart``."""
    chart = day_chart(material)
    rows = tuple(((Span(s.name),), *(cell(figure) for figure in s.figures)) for s in chart.series)
    return Table(
        caption=say("每日信息量和投诉量（单位：条）"),
        rows=rows,
        header=("项目", *chart.labels),
        widths=(16, *(20,) * len(chart.labels)),
    )
