"""What a person does about a source that ended so: one sentence for each outcome.

``window``: the source is read in a browser window of the office's own account, not over the web.
"""

from domain.types import Outcome

_RESUME = "再运行 tingxue sources resume {source} --by 姓名 --reason 怎么处理的"
_BY_HAND = f"请用浏览器打开{{title}}登录或完成验证（程序不绕过验证），{_RESUME}"
_SLOWER = "请先在 sources.yaml 调大{title}的 every_minutes 和 delay_seconds，并确认对方是否允许采集"
_CHANGED = "请用浏览器核对{title}的网址和版面是否变了，并把结果告诉维护人员"
_NETWORK = "请检查本机网络，并用浏览器打开{title}；能打开的，把结果告诉维护人员"
_OVER_THE_WEB = {
    Outcome.LOGIN_REQUIRED: _BY_HAND,
    Outcome.VERIFY_REQUIRED: _BY_HAND,
    Outcome.RATE_LIMITED: _SLOWER,
    Outcome.IP_OR_ACCOUNT_BLOCKED: _SLOWER,
    Outcome.SCHEMA_CHANGED: _CHANGED,
    Outcome.ITEM_GONE: _CHANGED,
    Outcome.EMPTY_AMBIGUOUS: _CHANGED,
    Outcome.NO_RESPONSE_SEEN: _NETWORK,
}
_ACCOUNT = (
    "请核对单位的{platform}账号有没有被限制，近几天不要再开；要再采的，先在 sources.yaml 里"
    f"改小 {{source}} 的 daily_cap、加长 pause_seconds，{_RESUME}"
)
_BY_HAR = "请照 docs/sources.md 保存 HAR，用 tingxue import 导入，补上这一段；并把结果告诉维护人员"
_IN_A_WINDOW = {
    Outcome.LOGIN_REQUIRED: f"请运行 tingxue login {{platform}}，在窗口里登录单位的账号，{_RESUME}",
    Outcome.VERIFY_REQUIRED: f"请运行 tingxue login {{platform}}，由人在窗口里完成验证，{_RESUME}",
    Outcome.RATE_LIMITED: _ACCOUNT,
    Outcome.IP_OR_ACCOUNT_BLOCKED: _ACCOUNT,
    Outcome.SCHEMA_CHANGED: _BY_HAR,
    Outcome.ITEM_GONE: "内容已删除，不用处理",
    Outcome.EMPTY_AMBIGUOUS: "请在窗口里看一眼：{platform}有内容而没有收到的，" + _BY_HAR,
    Outcome.NO_RESPONSE_SEEN: "请看窗口是否开着、是否还登录着{platform}；都好的，" + _BY_HAR,
}


def remedy(outcome: Outcome, *, title: str, source: str, platform: str, window: bool) -> str:
    """The sentence; "" where all is well. title, platform: in Chinese; source: its name in config;
    other arguments as above."""
    said = (_IN_A_WINDOW if window else _OVER_THE_WEB).get(outcome, "")
    return said.format(title=title, source=source, platform=platform)
