"""What people see instead of a code, as far as no config file says it. Kept apart from the rooms,
so that whoever only needs a name loads none of them."""

from domain.types import Duty, Kind, Mode, Outcome, Polarity, Stance, Urgency

KINDS = {
    Kind.POST: "帖子", Kind.COMMENT: "评论", Kind.REVIEW: "点评", Kind.ARTICLE: "文章",
    Kind.CALL: "工单",
}  # fmt: skip
STANCES = {
    Stance.EXPERIENCE: "亲历", Stance.QUESTION: "询问", Stance.HEARSAY: "传闻",
    Stance.REFUTED: "反驳、辟谣", Stance.OFFICIAL: "官方发布", Stance.ADVERT: "广告",
    Stance.ADVICE: "攻略、提醒", Stance.RESOLVED: "已解决", Stance.JOKE: "玩笑",
    Stance.PRAISE: "称赞", Stance.NEUTRAL: "陈述", Stance.OTHER: "其他",
}  # fmt: skip
POLARITIES = {Polarity.NEGATIVE: "负面", Polarity.NEUTRAL: "中性", Polarity.POSITIVE: "正面"}
URGENCIES = {
    Urgency.RED: "红", Urgency.ORANGE: "橙", Urgency.YELLOW: "黄", Urgency.BLUE: "蓝",
    Urgency.NONE: "无",
}  # fmt: skip
MODES = {
    Mode.OPEN: "公开采集", Mode.IMPORT: "人工导入", Mode.OWN: "自有账号", Mode.ASSISTED: "人工协助",
    Mode.AUTOMATIC: "自动浏览",
}  # fmt: skip
DUTIES = {Duty.LEAD: "牵头", Duty.SUPPORT: "配合"}
DELIVERIES = {
    "pending": "待发", "sending": "正在发", "sent": "已送达", "retry": "待重发", "dead": "未送达",
}  # fmt: skip
OUTCOMES = {
    Outcome.OK: "正常",
    Outcome.EMPTY_CONFIRMED: "确认无内容",
    Outcome.EMPTY_AMBIGUOUS: "无内容，原因不明",
    Outcome.LOGIN_REQUIRED: "需要登录",
    Outcome.VERIFY_REQUIRED: "需要人工验证",
    Outcome.RATE_LIMITED: "被限速",
    Outcome.IP_OR_ACCOUNT_BLOCKED: "被拒绝访问",
    Outcome.ITEM_GONE: "内容已删除",
    Outcome.SCHEMA_CHANGED: "页面改版，无法识别",
    Outcome.NO_RESPONSE_SEEN: "无响应",
}
VERIFIED, HOLDS = "audit-verify", "全部相符"
"""What the audit calls a look at all chains, and one that found nothing wrong."""
AUDITED = {
    "backup": "备份", "case-pack": "制作证据材料", "restore": "从备份恢复",
    "restore-drill": "恢复演练", "add": "录入反映", "channel-test": "测试渠道",
    "final": "存定稿", "paper": "编制办理单",
    VERIFIED: "核对校验链", "hold": "证据保全",
    "link": "经链接签收", "link-refused": "打不开的链接", "original": "查看原文",
    "password": "设置密码", "purge": "到期清除", "release": "解除保全", "report": "编发报告",
    "resume": "恢复采集", "roster": "导入值班表", "roster-shift": "改动排班",
    "season-close": "封存雪季", "season-open": "开启雪季",
    "signin": "登录", "signin-failed": "登录失败", "signout": "退出登录",
    "user-add": "新建账号", "user-disable": "停用账号",
    "user-move": "调整账号", "user-reset": "重置账号",
}  # fmt: skip
"""Actions of the audit."""
_REASONS = {
    "place": "正文提到{}", "parent": "原帖提到{}", "lookalike": "说的是{}，不是本度假区",
    "elsewhere": "说的是{}", "own_channel": "出自度假区自己的账号或页面", "hotline": "热线工单",
    "undetermined": "没有写地点，来源也看不出",
}  # fmt: skip
BY_PERSON = "person"
"""Before the colon of a reason: a person said so, against what stands behind it."""
REASONS = tuple(_REASONS)
"""What ``Verdict.reason`` begins with."""


def reason(code: str) -> str:
    """Why a text is about the resort or not, from ``Verdict.reason``."""
    kind, _, name = code.partition(":")
    if kind == BY_PERSON:
        return f"人判定有关（程序原判：{reason(name)}）"
    shown = _REASONS.get(kind)
    return shown.format(name) if shown else code
