"""What only several places together can get wrong: names nobody defined, one word for two things.

Each check is a generator of ConfigErrors over all files of one load; none stops at its first find.
Reasons may quote names, never a channel's options.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain, pairwise
from urllib.parse import urlsplit

from config.alarm_checks import check_alarms
from config.files import Files
from config.models import LimitEntry, StandingEntry
from config.place_checks import check_places
from config.source_checks import check_sources
from domain.errors import ConfigError
from domain.types import Level, Urgency

PLATFORMS = frozenset(
    "douyin kuaishou xiaohongshu channels weibo bilibili tieba zhihu toutiao baidu wechat_article"
    " ctrip meituan heimao liuyan hotline news rss manual".split()
)
"""house.md §4: people only ever see a platform's Chinese name, so each must have one."""

Check = Callable[[Files], Iterator[ConfigError]]


def cross_check(files: Files) -> list[ConfigError]:
    """Everything wrong between the files, file by file; empty when all is well."""
    checks: Sequence[Check] = (
        _hours, _retention, _categories, _departments, _channels, check_places, _levels,
        _level_names, _limits, _duties, _shifts, _overlaps, _standing, _platforms, check_sources,
        _daily, _papers, check_alarms, _desk,
    )  # fmt: skip
    return list(chain.from_iterable(check(files) for check in checks))


def _desk(files: Files) -> Iterator[ConfigError]:
    file, desk = "settings.yaml", files.settings.desk
    if bool(desk.certificate) != bool(desk.key):
        given = "certificate" if desk.certificate else "key"
        reason = "certificate（证书）和 key（私钥）要么都写，要么都不写"
        yield files.error(file, "desk", given, reason=reason)
    parts = urlsplit(desk.base_url)
    if "@" in parts.netloc or parts.path or parts.query or parts.fragment:
        reason = "只写到主机名或端口为止，末尾不加 /，例如 https://zs.example.gov.cn"
        yield files.error(file, "desk", "base_url", reason=reason)


def _unknown_department(files: Files, name: str) -> str | None:
    if name in files.department_names():
        return None
    return f"departments.yaml 里没有「{name}」这个部门"


def _unknown_receiver(files: Files, name: str) -> str | None:
    if name in files.receiver_names():
        return None
    return f"departments.yaml 里没有「{name}」这个部门或收信人"


def _hours(files: Files) -> Iterator[ConfigError]:
    file, hours = "settings.yaml", files.settings.hours
    for place, (start, end) in enumerate(hours.spans):
        if end <= start:
            reason = "下班时间必须晚于上班时间"
            yield files.error(file, "hours", "spans", place, reason=reason)
    for place, ((_, before), (after, _)) in enumerate(pairwise(hours.spans), start=1):
        if after < before:
            reason = "各段工作时间应从早到晚排列，不能重叠"
            yield files.error(file, "hours", "spans", place, reason=reason)
    holidays = set(chain.from_iterable(hours.holidays))
    for place, days in enumerate(hours.makeup_days):
        for day in days:
            if day in holidays or day.weekday() < 5:
                what = "同时写成了放假" if day in holidays else "本来就是工作日"
                reason = f"{day} {what}，不能是调休上班日"
                yield files.error(file, "hours", "makeup_days", place, reason=reason)
    for place, year in enumerate(hours.entered_years):
        if date(year, 10, 1) not in holidays:
            reason = f"{year} 年写成已录全，holidays 里却没有 {year}-10-01（国庆节）"
            yield files.error(file, "hours", "entered_years", place, reason=reason)


def _retention(files: Files) -> Iterator[ConfigError]:
    days = files.settings.retention
    if days.originals > days.mentions:
        reason = "未脱敏的原文不能比脱敏后的文本（mentions）保存得更久"
        yield files.error("settings.yaml", "retention", "originals", reason=reason)


def _categories(files: Files) -> Iterator[ConfigError]:
    file, section, entries = "taxonomy.yaml", "categories", files.taxonomy.categories
    yield from files.repeated(file, section, "code", [entry.code for entry in entries])
    yield from files.repeated(file, section, "name", [entry.name for entry in entries])
    for place, entry in enumerate(entries):
        if reason := _unknown_department(files, entry.lead):
            yield files.error(file, section, place, "lead", reason=reason)
        supports = () if isinstance(entry.support, str) else entry.support
        for number, name in enumerate(supports):
            repeated = name == entry.lead or name in supports[:number]
            reason = (
                f"「{name}」在这一类里写了两次" if repeated else _unknown_department(files, name)
            )
            if reason:
                yield files.error(file, section, place, "support", number, reason=reason)


def _departments(files: Files) -> Iterator[ConfigError]:
    file, content = "departments.yaml", files.departments
    names = [entry.name for entry in content.departments]
    yield from files.repeated(file, "departments", "name", names)
    others = [entry.name for entry in content.other_receivers]
    yield from files.repeated(file, "other_receivers", "name", others)
    for place, name in enumerate(others):
        if name in names:
            reason = f"「{name}」已经是成员单位"
            yield files.error(file, "other_receivers", place, "name", reason=reason)
    for place, entry in enumerate(content.departments):
        titles = (("head", entry.head, "负责人"), ("deputy", entry.deputy, "备班"))
        for key, title, what in titles:
            if title in names:
                reason = f"「{title}」是部门，{what}应写职务，例如「{entry.name}{what}」"
                yield files.error(file, "departments", place, key, reason=reason)


def _channels(files: Files) -> Iterator[ConfigError]:
    content = files.departments
    lists: list[tuple[tuple[str | int, ...], Sequence[str]]] = [
        (("default_channels",), content.default_channels)
    ]
    for section in ("departments", "other_receivers"):
        for place, entry in enumerate(getattr(content, section)):
            if entry.channels is not None:
                lists.append(((section, place, "channels"), entry.channels))
    for where, names in lists:
        yield from _channel_list(files, where, names)


def _channel_list(
    files: Files, where: tuple[str | int, ...], names: Sequence[str]
) -> Iterator[ConfigError]:
    if not names:
        yield files.error("departments.yaml", *where, reason="至少要有一个通知渠道")
    for number, name in enumerate(names):
        reason = ""
        if name not in files.settings.channels:
            reason = f"settings.yaml 的 channels 里没有「{name}」这个渠道"
        elif name in names[:number]:
            reason = f"「{name}」写了两次"
        if reason:
            yield files.error("departments.yaml", *where, number, reason=reason)


def _levels(files: Files) -> Iterator[ConfigError]:
    file, rules = "levels.yaml", files.levels.levels
    yield from files.repeated(file, "levels", "level", [rule.level for rule in rules])
    for level in Level:
        if level not in {rule.level for rule in rules}:
            yield files.error(file, "levels", reason=f"缺少级别「{level.value}」")
    owner: dict[Urgency, Level] = {}
    for place, rule in enumerate(rules):
        for number, urgency in enumerate(rule.urgencies):
            if urgency in owner:
                reason = f"{urgency.value} 已经归「{owner[urgency].value}」"
                yield files.error(file, "levels", place, "urgencies", number, reason=reason)
            owner.setdefault(urgency, rule.level)
    for urgency in Urgency:
        if urgency is not Urgency.NONE and urgency not in owner:
            reason = f"没有一个级别接收紧急程度为 {urgency.value} 的投诉"
            yield files.error(file, "levels", reason=reason)


def _level_names(files: Files) -> Iterator[ConfigError]:
    codes = {entry.code for entry in files.taxonomy.categories}
    for place, rule in enumerate(files.levels.levels):
        for number, name in enumerate(rule.receivers):
            if reason := _unknown_receiver(files, name):
                where = ("levels", place, "receivers", number)
                yield files.error("levels.yaml", *where, reason=reason)
        for number, code in enumerate(rule.first_of):
            if code not in codes:
                where = ("levels", place, "first_of", number)
                reason = f"taxonomy.yaml 里没有「{code}」这个类别"
                yield files.error("levels.yaml", *where, reason=reason)


def _limits(files: Files) -> Iterator[ConfigError]:
    file, content = "levels.yaml", files.levels
    for place, rule in enumerate(content.levels):
        if isinstance(rule.reply, LimitEntry) and rule.reply.minutes <= rule.ack.minutes:
            reason = "答复时限必须长于签收时限"
            yield files.error(file, "levels", place, "reply", "minutes", reason=reason)
        if bool(rule.authors) != bool(rule.authors_hours):
            key = "authors" if rule.authors else "authors_hours"
            reason = "authors 和 authors_hours 要么都写，要么都不写"
            yield files.error(file, "levels", place, key, reason=reason)
        if rule.quiet and rule.level in (Level.RED, Level.ORANGE):
            reason = f"「{rule.level.value}」要立即通知，不能有不打扰的时间"
            yield files.error(file, "levels", place, "quiet", reason=reason)
        if rule.copies_minutes and rule.level in (Level.RED, Level.ORANGE):
            reason = f"「{rule.level.value}」要立即通知，抄送也不能攒着发"
            yield files.error(file, "levels", place, "copies_minutes", reason=reason)
    for place, (before, after) in enumerate(pairwise(content.reminders), start=1):
        if after <= before:
            yield files.error(file, "reminders", place, reason="应从小到大排列")
    rungs = content.unsigned.model_dump()
    for earlier, later in pairwise(rungs):
        if rungs[later] <= rungs[earlier]:
            reason = "应依次变大：deputy、head、inspection"
            yield files.error(file, "unsigned", later, reason=reason)


def _duties(files: Files) -> Iterator[ConfigError]:
    file, content = "levels.yaml", files.levels
    single = (("overdue_to", content.overdue_to), ("life_lead", content.life_lead))
    for key, name in single:
        if reason := _unknown_department(files, name):
            yield files.error(file, key, reason=reason)
    for key, names in (
        ("always_copied", content.always_copied), ("life_supports", content.life_supports)
    ):  # fmt: skip
        for number, name in enumerate(names):
            if reason := _unknown_department(files, name):
                yield files.error(file, key, number, reason=reason)


def _shifts(files: Files) -> Iterator[ConfigError]:
    file, shifts = "roster.yaml", files.roster.shifts
    for place, shift in enumerate(shifts):
        if reason := _unknown_receiver(files, shift.department):
            yield files.error(file, "shifts", place, "department", reason=reason)
        if shift.end <= shift.start:
            yield files.error(file, "shifts", place, "to", reason="结束时间必须晚于开始时间")
        if shift.instead_of and not _serves(files, shift.department, shift.instead_of):
            reason = f"{shift.department}的值班表里没有「{shift.instead_of}」，不知道替谁的班"
            yield files.error(file, "shifts", place, "instead_of", reason=reason)


def _serves(files: Files, department: str, person: str) -> bool:
    ours = [(one.department, one.person) for one in files.roster.standing]
    ours += [(one.department, one.person) for one in files.roster.shifts if not one.instead_of]
    return (department, person) in ours


def _overlaps(files: Files) -> Iterator[ConfigError]:
    """Neighbours in time within one department, substitutes apart from those whose shifts they
    take; a year's roster is long, so no pair by pair."""
    file, shifts = "roster.yaml", files.roster.shifts
    latest: dict[tuple[str, bool], int] = {}
    for place in sorted(range(len(shifts)), key=lambda number: shifts[number].start):
        shift = shifts[place]
        kind = (shift.department, shift.instead_of is None)
        other = latest.get(kind)
        if other is not None and shift.start < shifts[other].end:
            later, earlier = max(place, other), min(place, other)
            line = files.line(file, "shifts", earlier)
            reason = f"与第 {line} 行开始的那一段重叠（{shift.department}）"
            yield files.error(file, "shifts", later, "from", reason=reason)
        if other is None or shift.end > shifts[other].end:
            latest[kind] = place


def _standing(files: Files) -> Iterator[ConfigError]:
    file, entries = "roster.yaml", files.roster.standing
    kinds = [_standing_kind(entry) for entry in entries]
    yield from files.repeated(file, "standing", "department", kinds)
    for place, entry in enumerate(entries):
        if reason := _unknown_receiver(files, entry.department):
            yield files.error(file, "standing", place, "department", reason=reason)
        if (entry.begins is None) != (entry.ends is None):
            key = "from" if entry.ends is None else "to"
            reason = "from 和 to 要么都写，要么都不写"
            yield files.error(file, "standing", place, key, reason=reason)


def _standing_kind(entry: StandingEntry) -> str:
    hours = f"{entry.begins:%H:%M}–{entry.ends:%H:%M}" if entry.begins and entry.ends else ""
    return " ".join(part for part in (entry.department, entry.days or "", hours) if part)


def _platforms(files: Files) -> Iterator[ConfigError]:
    for code in sorted(PLATFORMS - files.sources.platforms.keys()):
        reason = f"缺少平台 {code} 的中文名"
        yield files.error("sources.yaml", "platforms", code, reason=reason)


def _daily(files: Files) -> Iterator[ConfigError]:
    group = files.settings.daily.group
    if group is not None and (reason := _unknown_receiver(files, group)):
        yield files.error("settings.yaml", "daily", "group", reason=reason)


def _papers(files: Files) -> Iterator[ConfigError]:
    for place, name in enumerate(files.settings.papers.to):
        if reason := _unknown_receiver(files, name):
            yield files.error("settings.yaml", "papers", "to", place, reason=reason)
