"""What the numbers of the two alarms, surge and silence, get wrong together or with the sources."""

from collections.abc import Iterator

from config.files import Files
from domain.errors import ConfigError


def check_alarms(files: Files) -> Iterator[ConfigError]:
    """Everything wrong with both alarms, over levels.yaml and sources.yaml."""
    yield from _surges(files)
    yield from _silence(files)
    yield from _imports(files)


def _surges(files: Files) -> Iterator[ConfigError]:
    file, rule = "levels.yaml", files.levels.surges
    if rule.warm_up_hours >= rule.history_days * 24:
        reason = f"应短于 history_days（{rule.history_days} 天），否则永远不作判断"
        yield files.error(file, "surges", "warm_up_hours", reason=reason)
    if rule.news_hours > rule.quiet_hours:
        reason = "不能短于 news_hours，否则同一次突增会报两次"
        yield files.error(file, "surges", "quiet_hours", reason=reason)
    if rule.page.rank <= rule.warn.rank:
        reason = f"应高于 warn 的「{rule.warn.value}」"
        yield files.error(file, "surges", "page", reason=reason)


def _silence(files: Files) -> Iterator[ConfigError]:
    """A source that is asked more seldom than it may be silent would ring by itself."""
    limit = files.levels.silence.failing_hours * 60
    slow = [
        one
        for one in files.sources.sources
        if one.enabled and one.every_minutes is not None and one.every_minutes >= limit
    ]
    if slow:
        reason = f"来源「{slow[0].name}」每 {slow[0].every_minutes} 分钟才采一次，应比这更长"
        yield files.error("levels.yaml", "silence", "failing_hours", reason=reason)


def _imports(files: Files) -> Iterator[ConfigError]:
    """One entry a platform: what an import brings is known by its platform alone."""
    file, names = "sources.yaml", {one.name for one in files.sources.sources}
    platforms: set[str] = set()
    for place, entry in enumerate(files.sources.imports):
        if entry.name in names:
            reason = f"「{entry.name}」已经是别的来源的名字"
            yield files.error(file, "imports", place, "name", reason=reason)
        if entry.platform not in files.sources.platforms:
            reason = f"platforms 里没有「{entry.platform}」这个平台"
            yield files.error(file, "imports", place, "platform", reason=reason)
        elif entry.platform in platforms:
            reason = f"「{entry.platform}」的导入已经写过"
            yield files.error(file, "imports", place, "platform", reason=reason)
        names.add(entry.name)
        platforms.add(entry.platform)
