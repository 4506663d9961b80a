"""The data views under the boards, and what of their documents counts.

Mentions keep the counting rule (relevant, drill never with real data, by first sight); obligations
and cases leave out what is merged or false, as the papers do. A drill has names of its own.
"""

from domain.types import State
from index.kibana.filters import Every, Filter, Has, Not, equals
from index.kibana.panels import View
from index.mappings import CASES, DELIVERIES, MENTIONS, OBLIGATIONS, RUNS, Kind

DRILL = "【演练】"
_DEAD = (State.NOT_OURS, State.FALSE_ALARM, State.MERGED)


class Views:
    """The data views of one prefix."""

    def __init__(self, prefix: str, *, drill: bool) -> None:
        self._prefix, self._drill = prefix, drill
        counted = Every((equals("relevant", True), equals("drill", drill)))
        live_case = Every((Not(equals("status", *_DEAD)), Not(Has("merged_into"))))
        live = Every((
            Not(equals("status", *_DEAD)), Not(equals("case_status", *_DEAD)),
            Not(Has("transferred_to")),
        ))  # fmt: skip
        self.mentions = self._view(MENTIONS, "反映", _MENTION_LABELS, counted)
        self.cases = self._view(CASES, "案件", _CASE_LABELS, live_case)
        self.obligations = self._view(OBLIGATIONS, "承办事项", _OBLIGATION_LABELS, live)
        self.deliveries = self._view(DELIVERIES, "通知", _DELIVERY_LABELS, equals("drill", drill))
        self.runs = self._view(RUNS, "采集", _RUN_LABELS, None)

    def _view(
        self, kind: Kind, name: str, labels: tuple[tuple[str, str], ...], only: Filter | None
    ) -> View:
        title = f"{self.mark}听雪·{name}"
        return View(kind=kind, alias=f"{self._prefix}{kind.name}", name=title, only=only,
                    labels=labels)  # fmt: skip

    @property
    def mark(self) -> str:
        """What a drill's names begin with."""
        return DRILL if self._drill else ""

    def every(self) -> tuple[View, ...]:
        """All of them."""
        return (self.mentions, self.cases, self.obligations, self.deliveries, self.runs)

    def board_id(self, name: str) -> str:
        """Stable, and the prefix's own."""
        return f"{self._prefix}{name}"


_MENTION_LABELS = (
    ("first_seen_at", "首次发现"), ("published_at", "发布时间"), ("platform_name", "平台"),
    ("kind_name", "类型"), ("title", "标题"), ("text", "内容（已脱敏）"), ("url", "链接"),
    ("places", "地点"), ("polarity_name", "倾向"), ("category_names", "投诉类别"),
    ("signs", "投诉要点"), ("urgency_name", "紧急程度"), ("stance_name", "立场"),
    ("reason_name", "判断依据"), ("case_id", "案件编号"), ("level", "级别"),
    ("departments", "部门"), ("mention_id", "编号"),
)  # fmt: skip
_CASE_LABELS = (
    ("case_id", "案件编号"), ("category_names", "类别"), ("place", "地点"), ("level", "级别"),
    ("status", "状态"), ("departments", "部门"), ("opened_at", "立案时间"), ("mentions", "反映数"),
    ("last_report_at", "最近反映"),
)  # fmt: skip
_OBLIGATION_LABELS = (
    ("case_id", "案件编号"), ("department", "部门"), ("duty_name", "职责"), ("status", "状态"),
    ("category_names", "类别"), ("place", "地点"), ("level", "级别"), ("opened_at", "交办时间"),
    ("ack_due", "签收时限"), ("reply_due", "答复时限"), ("acknowledged_at", "签收时间"),
    ("replied_at", "答复时间"), ("accepted_at", "办结时间"),
)  # fmt: skip
_DELIVERY_LABELS = (
    ("receiver", "收信方"), ("channel", "渠道"), ("state_name", "状态"), ("created_at", "产生时间"),
    ("accepted_at", "送达时间"),
)  # fmt: skip
_RUN_LABELS = (
    ("source_name", "来源"), ("outcome_name", "结果"), ("started_at", "开始时间"),
    ("finished_at", "结束时间"), ("seen", "看到"), ("new", "新增"),
)  # fmt: skip
