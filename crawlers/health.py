"""How a run of a live source ended, in the ten outcomes of platforms.md §0.3.

Pure bookkeeping without any network: a source counts here what it read, lost or was refused,
and ``Tally.report`` says the outcome. Blocked is never empty; a run cut short is never ok.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from domain.errors import SourceError
from domain.identity import canonical_url
from domain.privacy import mask
from domain.types import Outcome, RunReport

KeepFragment = Callable[[str, str, str], None]
"""(url, reason, fragment): takes a piece, without persons, of a page whose shape was not known."""

LOST_IN_A_ROW = 3
"""So many pages in a row without an answer end the run: the site is down, asking on is rude."""

# 403 and 429 mean what they say. 405, 412, 418, 451 and 521 are what Chinese site firewalls answer
# (general knowledge, unverified); the project's own mapping, as §0.3 rule 5 asks to be said.
_REFUSALS = {
    401: (Outcome.LOGIN_REQUIRED, "网站要求登录"),
    403: (Outcome.IP_OR_ACCOUNT_BLOCKED, "网站拒绝访问"),
    405: (Outcome.IP_OR_ACCOUNT_BLOCKED, "网站拒绝访问"),
    412: (Outcome.IP_OR_ACCOUNT_BLOCKED, "网站拒绝访问"),
    418: (Outcome.IP_OR_ACCOUNT_BLOCKED, "网站拒绝访问"),
    429: (Outcome.RATE_LIMITED, "网站说访问太频繁"),
    451: (Outcome.IP_OR_ACCOUNT_BLOCKED, "网站拒绝访问"),
    521: (Outcome.VERIFY_REQUIRED, "网站要求验证"),
}
_VERIFY_URL = re.compile(r"captcha|verif(?:y|ication)|antibot|challenge|/waf[/_.]", re.I)
_VERIFY_WORDS = re.compile(
    r"验证码|安全验证|人机验证|滑动验证|滑块|访问验证|拖动.{0,6}(?:完成|拼图)|安全检查|"
    r"captcha|are you (?:a )?(?:human|robot)|unusual traffic|just a moment",
    re.I,
)
_LOGIN_URL = re.compile(r"(?:^|[/.])(?:login|signin|sign-in|passport|sso)(?:$|[/._?-])", re.I)
_PASSWORD = re.compile(r"<input\b[^<>]*\btype\s*=\s*[\"']?password\b", re.I)


class ShapeChanged(SourceError):
    """A page is not of the shape its reader knows. ``fragment`` is unmasked page text: it goes
    through ``scrubbing.fragment_of`` before anybody sees it, and is no part of the message."""

    def __init__(self, reason: str, fragment: str) -> None:
        super().__init__(reason)
        self.reason, self.fragment = reason, fragment


def refusal(status: int, url: str) -> tuple[Outcome, str] | None:
    """Outcome and Chinese reason when the answer is a refusal; None for any other answer."""
    if status in _REFUSALS:
        outcome, reason = _REFUSALS[status]
        return outcome, f"{reason}（{status}）"
    if _VERIFY_URL.search(urlsplit(url).path):
        return Outcome.VERIFY_REQUIRED, "网站转到了验证页"
    return None


def sent_to_login(asked: str, came: str) -> bool:
    """Whether a redirect ended at a login page, by its address."""
    parts = [urlsplit(url) for url in (asked, came)]
    before, after = (f"{part.hostname or ''}{part.path}" for part in parts)
    return before != after and _LOGIN_URL.search(after) is not None


def asks_to_login(html: str) -> bool:
    """Whether a page **of unknown shape and with little text** is a login form. Many sites have one
    in the head of every page, so never ask it of a page with more to read."""
    return _PASSWORD.search(html) is not None


def asks_to_verify(html: str) -> bool:
    """Whether a page **of unknown shape** is a captcha page. Never ask it of a page that a reader
    understood: an article about a 验证码 fraud is an article."""
    return len(html) < 50_000 and _VERIFY_WORDS.search(html) is not None


@dataclass(slots=True)
class Tally:
    """What one run met. ``lost_entries`` are pages without an answer that would have led to others
    (a layout, a feed): without them nobody can say what is missing."""

    seen: int = 0
    new: int = 0
    stopped: tuple[Outcome, str] | None = None
    lost: list[str] = field(default_factory=list)
    lost_entries: list[str] = field(default_factory=list)
    in_a_row: int = 0

    def stop(self, outcome: Outcome, reason: str, url: str) -> None:
        """End the whole run; the first reason stands."""
        if self.stopped is None:
            self.stopped = (outcome, f"{reason}：{canonical_url(url)}")

    def answered(self) -> None:
        """A page came."""
        self.in_a_row = 0

    def lose(self, reason: str, url: str, *, entry: bool) -> None:
        """A page did not come."""
        (self.lost_entries if entry else self.lost).append(f"{reason}：{canonical_url(url)}")
        self.in_a_row += 1
        if self.in_a_row >= LOST_IN_A_ROW:
            self.stop(Outcome.NO_RESPONSE_SEEN, f"连续 {self.in_a_row} 页{reason}，不再读", url)

    def report(self, ended: Outcome, detail: str, *, unread: int) -> RunReport:
        """The run's report. ``ended``, ``detail``: what the reader says when every page came.
        ``unread``: pages known but never asked for, or asked for and never answered."""
        outcome, text = self._outcome(ended, detail, unread)
        return RunReport(outcome=outcome, seen=self.seen, new=self.new, detail=mask(text))

    def _outcome(self, ended: Outcome, detail: str, unread: int) -> tuple[Outcome, str]:
        if self.stopped is not None:
            return self.stopped
        if unread:
            return Outcome.NO_RESPONSE_SEEN, f"中途停下，还有 {unread} 页没有读"
        if self.lost_entries:
            return Outcome.NO_RESPONSE_SEEN, self.lost_entries[0]
        if len(self.lost) > self.seen:
            return Outcome.NO_RESPONSE_SEEN, f"{len(self.lost)} 页没有读到；{self.lost[0]}"
        if self.lost:
            detail = "；".join(filter(None, (detail, f"{len(self.lost)} 页没有读到，下次再读")))
        return ended, detail
