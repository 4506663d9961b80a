"""What is said of a finished paper when it goes out: its headline figures, and where the whole is.

Pure; returns (title, body), Chinese. The figures are those the paper was printed with.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.messages import DRILL
from alerts.mornings import LATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """name: 日报 or 周报. when: its day, or its issue and days. made: when it was made, as said.
    mentions, complaints: now and in the period before; last: what that period is called. most:
    names of the categories with most complaints, with how many. overdue (obligations) and open
    (cases) are of ``made``. gaps: sources that were not read throughout."""

    name: str
    when: str
    edition: int
    made: str
    last: str
    mentions: tuple[int, int]
    complaints: tuple[int, int]
    most: Sequence[tuple[str, int]]
    new: int
    closed: int
    open: int
    overdue: int
    gaps: int


def issued(
    paper: Headline, *, files: Sequence[str], left_out: str, link: str, late: bool, drill: bool
) -> tuple[str, str]:
    """files: names of what is attached. left_out: why something is not, or "". link: where the
    whole paper can be read, or ""."""
    (mentions, earlier), (complaints, fewer) = paper.mentions, paper.complaints
    mark = LATE if late else ""
    facts = f"信息 {mentions} 条，投诉 {complaints} 条，新立案件 {paper.new} 件"
    title = f"【{paper.name}】{paper.when}{mark}：{facts}"
    lines = [
        f"信息：{mentions} 条（{paper.last} {earlier} 条），其中投诉 {complaints} 条"
        f"（{paper.last} {fewer} 条）",
        f"投诉较多：{_most(paper)}",
        f"案件：新立 {paper.new} 件，办结 {paper.closed} 件；"
        f"截至 {paper.made} 在办 {paper.open} 件，逾期 {paper.overdue} 项",
    ]
    if paper.gaps:
        lines.append(f"数据：{paper.gaps} 个来源采集不完整，信息可能有遗漏")
    lines.append(f"全文：{_whole(files, left_out, link)}")
    if paper.edition > 1:
        lines.append(f"版次：第 {paper.edition} 版，改动见文中“更正说明”")
    if drill:
        return DRILL + title, "\n".join([f"{DRILL}本条为演练信息", *lines])
    return title, "\n".join(lines)


def _most(paper: Headline) -> str:
    if not paper.most:
        return "没有投诉"
    listed = "、".join(f"{name} {count} 条" for name, count in paper.most)
    return f"{listed}（网民反映，未核实）"


def _whole(files: Sequence[str], left_out: str, link: str) -> str:
    parts = [f"附件 {'、'.join(files)}"] if files else []
    parts += [left_out] if left_out else []
    parts += [f"值守台 {link}" if link else "值守台“报告”页"]
    return "；".join(parts)
