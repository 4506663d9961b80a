"""What somebody has to look at before the first mention of a new season: the plan's own figures, as
they stand now, and what the doctor says of them."""

from collections.abc import Iterator

from domain.times import shanghai_day
from tingxue import doctor, rostering
from tingxue.app import App

_SUBJECTS = frozenset(("工作日", "值班表", "电话", "渠道", "采集方式", "来源"))


def lines(app: App) -> Iterator[str]:
    """Chinese lines: what to check, with its present value, and in which file it stands."""
    plan = app.plan
    tasks = {task for one in plan.categories.values() for task in one.task.split(",") if task}
    places = [one.name for one in plan.places]
    yield f"新一年的行动方案有没有改动？请逐项核对；本单位的配置在 {app.home.config}："
    yield f"1. 日期和工作日历：settings.yaml 的 hours，{_calendar(app)}"
    yield f"2. 部门：departments.yaml，{len(plan.departments)} 个：{'、'.join(plan.departments)}"
    yield (
        f"3. 类别：taxonomy.yaml，{len(plan.categories)} 类，"
        f"对应方案任务 {'、'.join(sorted(tasks, key=_number))}"
    )
    yield f"4. 地点：places.yaml，{len(places)} 处：{'、'.join(places)}"
    yield "5. 级别和时限：levels.yaml；值班表：roster.yaml，或 tingxue roster import"
    yield "6. 来源、评估和批准：sources.yaml；浏览器登录过期的用 tingxue login 重新登录"
    yield "7. 账号：tingxue desk user list；离岗的停用，调岗的调整"
    for finding in doctor.examine(app):
        if finding.subject in _SUBJECTS and finding.state != "ok":
            yield f"体检 {finding.subject}：{finding.text}"


def _calendar(app: App) -> str:
    known = sorted(app.plan.hours.known_years)
    missing = rostering.unknown_years(app.plan.hours, shanghai_day(app.clock()))
    said = f"放假和调休录全到 {known[-1]} 年" if known else "还没有录过放假和调休"
    lacks = "、".join(f"{year} 年" for year in missing)
    return said + (f"；{lacks}没有录入，请按国办通知补上" if lacks else "")


def _number(task: str) -> tuple[int, str]:
    """Tasks by number, whatever else stands there last."""
    return (int(task), "") if task.isdigit() else (10**6, task)
