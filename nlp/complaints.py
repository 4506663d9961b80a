"""What the complaint rules find in a text, and the words that carry it.

Every rule is an entry of rules/complaints.yaml. A hit is dropped when it is negated right before
it; it is muted when its clause asks, supposes, advises or repeats hearsay. Muted hits, and all hits
of a text that reports no complaint of the author's own (an office's notice, an advert, a settled
matter), do not count as the rules' own finding, but the model that decides sees them.
"""

import bisect
import re
from typing import NamedTuple

from domain.types import Evidence
from nlp.clauses import Span
from nlp.gate import Opened
from nlp.normalise import Normal
from nlp.rulebook import Rule
from nlp.stance import SILENCES, Reading

MAX_CONFIDENCE = 0.95
_HITS_PER_RULE, _EVIDENCE_PER_TAG = 8, 5
_NEGATED = re.compile(
    r"(?:没有?|不(?:会|再|曾|存在|用担心|是)?|别|无|未|从没|从未|并未|并非|毫无|零|拒绝|严禁|禁止|杜绝|打击|查处|整治|治理|谢绝)"
    r"(?:再|被|人|有|任何|什么|啥|遇到|碰到|见到|发生|出现)?.?$"
)
_FAULTLESS = re.compile(
    r"(?:没(?:有)?|不但没|根本没|压根没|从没|并未|未)(?:人|再|被)?(?:塌|倒|化(?!透|开)|断|夹|罚|贴|堵|涨|骂|吼|翻脸|多要|"
    r"多收|宰|坑|拒|绕|甩|加价|挑|伤|脏|冻着|插队|耽误|踩)|一点(?:儿|都|也)?(?:没|事没)|分没(?:多|少)|不错|随便(?:接|用|坐)|"
    r"不(?:买|点|住|玩|消费|花钱)[^,。!?]{0,3}也(?:让|给|能|可以|送|行|请)"
)
"""Words that a wide rule may span although they say that nothing happened."""
_STARTS_NEGATIVE = re.compile(r"^(?:没|不|无|未|别|仅|只)")


class Hit(NamedTuple):
    """One rule's find at [start, end) of the normalised text."""

    start: int
    end: int
    rule: Rule
    muted: str


def find(
    text: str, sentences: list[Span], reading: Reading, opened: Opened
) -> dict[str, list[Hit]]:
    """Category -> the hits of its rules in a normalised text, those that count first, then the
    strongest. Categories without a hit are left out."""
    found: dict[str, list[Hit]] = {}
    for code, rules in opened["complaints"].items():
        hits: list[Hit] = []
        for rule in rules:
            if rule.anywhere.search(text):
                hits += _by_rule(text, rule, sentences, reading)
        if hits:
            hits.sort(key=lambda hit: (bool(hit.muted), -hit.rule.weight, hit.start, hit.end))
            found[code] = hits
    return found


def strength(hits: list[Hit], reading: Reading) -> float:
    """The rules' own opinion 0…0.95: strengths of the rules that count, joined as if they were
    independent. Not calibrated."""
    counting = [hit for hit in hits if not hit.muted]
    if not counting or reading.stance in SILENCES:
        return 0.0
    return _joined(counting)


def evidence(document: str, normal: Normal, hits: list[Hit]) -> tuple[Evidence, ...]:
    """The words of the strongest hits, as the visitor wrote them; of muted ones only if no other
    is there."""
    counting = [hit for hit in hits if not hit.muted] or hits
    return tuple(_evidence(document, normal, hit) for hit in counting[:_EVIDENCE_PER_TAG])


def faultless(clause: str) -> bool:
    """Whether a clause says in so many words that nothing went wrong."""
    return bool(_FAULTLESS.search(clause))


def _by_rule(text: str, rule: Rule, sentences: list[Span], reading: Reading) -> list[Hit]:
    if rule.with_ and not rule.with_.search(text):
        return []
    hits: list[Hit] = []
    for match in rule.when.finditer(text):
        start, end = _trimmed(text, match.start(), match.end())
        if start < end and not _vetoed(text, start, end, rule, sentences):
            hits.append(Hit(start=start, end=end, rule=rule, muted=reading.mutes(start, end)))
        if len(hits) == _HITS_PER_RULE:
            break
    return hits


def _vetoed(text: str, start: int, end: int, rule: Rule, sentences: list[Span]) -> bool:
    if not _STARTS_NEGATIVE.match(text[start:end]) and _NEGATED.search(
        text[max(0, start - 5) : start]
    ):
        return True
    if _FAULTLESS.search(text, max(0, start - 3), end + 1):
        return True
    return bool(rule.unless and rule.unless.search(_sentence(text, start, end, sentences)))


def _sentence(text: str, start: int, end: int, sentences: list[Span]) -> str:
    first = bisect.bisect_right(sentences, start, key=lambda span: span.start) - 1
    last = bisect.bisect_left(sentences, end, key=lambda span: span.end)
    return text[sentences[max(0, first)].start : sentences[min(last, len(sentences) - 1)].end]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " ,、":
        start += 1
    while start < end and text[end - 1] in " ,、":
        end -= 1
    return start, end


def _evidence(document: str, normal: Normal, hit: Hit) -> Evidence:
    start, end = normal.span(hit.start, hit.end)
    return Evidence(start=start, end=end, text=document[start:end], why=hit.rule.why)


def _joined(hits: list[Hit]) -> float:
    doubt = 1.0
    for rule in {hit.rule.why: hit.rule for hit in hits}.values():
        doubt *= 1.0 - rule.weight
    return round(min(MAX_CONFIDENCE, 1.0 - doubt), 3)
