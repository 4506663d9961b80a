"""What a provider's answer means: ok, retry, unknown or dead, by its own code and HTTP status.

200 with something that is not the provider's answer (an error page, half an answer) is "unknown",
not "retry": a gateway may have cut the answer to a message that was accepted. The provider's words
are never quoted, for they may repeat what was sent. Classes: alerting.md section 2.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from alerts.dispatcher import MAX_WAIT_SECONDS
from domain.types import SendResult

Code = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer. headers: names in small letters. body: what was read of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """How one provider says yes and no.

    name: for people. fields: where in its JSON the code may stand, the first found counts. ok: the
    code of "accepted". retry: code -> seconds to wait at least, None for our own backoff. meaning:
    only to say more in the error; a code that is in neither is "dead" all the same.
    """

    name: str
    fields: tuple[str, ...]
    ok: Code = 0
    retry: Mapping[Code, float | None] = field(default_factory=dict)
    meaning: Mapping[Code, str] = field(default_factory=dict)

    def knows(self, code: Code | None) -> bool:
        """Whether this code is documented."""
        return code in self.retry or code in self.meaning


def judged(answer: Answer, codes: Codes, now: datetime) -> SendResult:
    """The class of an answer. An answer that is not HTTP 200 is never ok, but a documented code
    inside it says more than its status."""
    code = code_of(answer, codes)
    if answer.status != 200:
        documented = code != codes.ok and codes.knows(code)
        return by_code(answer, codes, now) if documented else by_status(answer, codes.name, now)
    return by_code(answer, codes, now)


def by_code(answer: Answer, codes: Codes, now: datetime) -> SendResult:
    """By the provider's own code; "unknown" without one."""
    code = code_of(answer, codes)
    if code is None:
        error = f"{codes.name} HTTP {answer.status}，但回答里没有 {codes.fields[0]}"
        return SendResult(outcome="unknown", error=error)
    if code == codes.ok:
        return SendResult(outcome="ok")
    meaning = codes.meaning.get(code, "含义见其错误码文档")
    # A code that is not documented may hold anything; only a number of usual length is shown.
    plain = isinstance(code, int) and abs(code) < 10**9
    shown = code if plain or codes.knows(code) else "未列出"
    error = f"{codes.name} {codes.fields[0]} {shown}（{meaning}）"
    if code not in codes.retry:
        return SendResult(outcome="dead", error=error)
    waits = [wait for wait in (codes.retry[code], asked_wait(answer, now)) if wait is not None]
    return SendResult(outcome="retry", error=error, retry_after=max(waits, default=None))


def by_status(answer: Answer, name: str, now: datetime) -> SendResult:
    """The class of an answer that is not HTTP 200 and carries no code that we know."""
    status = answer.status
    error = f"{name} HTTP {status}"
    if status == 429 or status >= 500:
        return SendResult(outcome="retry", error=error, retry_after=asked_wait(answer, now))
    if 200 <= status < 300:
        return SendResult(outcome="unknown", error=error)
    # 408 and 425 ask for another try; a redirect is some portal in between, seldom for ever.
    passing = status in (408, 425) or 300 <= status < 400
    return SendResult(outcome="retry" if passing else "dead", error=error)


def fields_of(answer: Answer) -> Mapping[str, object] | None:
    """The answer as a JSON object, or None where it is none."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def code_of(answer: Answer, codes: Codes) -> Code | None:
    """The provider's code, or None where there is none of the documented type."""
    said = fields_of(answer) or {}
    value = next((said[name] for name in codes.fields if name in said), None)
    if isinstance(value, bool) or not isinstance(value, type(codes.ok)):
        return None
    return value


def asked_wait(answer: Answer, now: datetime) -> float | None:
    """Seconds that the answer asks us to wait: ``Retry-After`` (seconds or a date) or 飞书's
    ``x-ogw-ratelimit-reset``, as far as it is believed; None where it asks nothing that can be
    read."""
    for name in ("retry-after", "x-ogw-ratelimit-reset"):
        value = answer.headers.get(name, "").strip()
        if value.isascii() and value.isdigit() and len(value) < 10:
            return believed(float(value))
        if name == "retry-after" and value and (wait := _until(value, now)) is not None:
            return believed(wait)
    return None


def believed(seconds: float) -> float:
    """At most what the dispatcher waits: an alert that waits a day is a lost one."""
    return min(seconds, MAX_WAIT_SECONDS)


def _until(value: str, now: datetime) -> float | None:
    """Seconds until an HTTP date; None for a past one and for anything else."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    left = (moment - now).total_seconds()
    return left if left > 0 else None
