"""How the author stands to what is said: for the whole text and, as vetoes, clause by clause.

The cues are data (rules/stance.yaml). What is left when no cue wins (experience, praise, neutral)
is decided by `settle`, once complaints and liking are known.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.types import Kind, Polarity, Stance
from nlp.clauses import Span
from nlp.gate import Opened
from nlp.rulebook import Rule

_ORDER = (
    Stance.OFFICIAL,
    Stance.RESOLVED,
    Stance.REFUTED,
    Stance.JOKE,
    Stance.HEARSAY,
    Stance.ADVERT,
    Stance.QUESTION,
    Stance.ADVICE,
    Stance.PRAISE,
)
# The stances that a first-hand report outweighs: somebody who was there may still ask or joke.
_YIELD = {Stance.HEARSAY, Stance.QUESTION, Stance.ADVICE, Stance.JOKE, Stance.ADVERT}
_PRIORS = {("news", Stance.OFFICIAL): 0.7, ("wechat_article", Stance.OFFICIAL): 0.3}
_CLAUSE_LISTS = ("question_clause", "hearsay_clause", "hypothetical_clause", "advice_clause")

CUES = (*(one.value for one in _ORDER), "answer", "letter", "firsthand")

SILENCES = frozenset(
    {Stance.OFFICIAL, Stance.RESOLVED, Stance.REFUTED, Stance.JOKE, Stance.HEARSAY, Stance.ADVERT,
     Stance.QUESTION, Stance.ADVICE, Stance.PRAISE}
)  # fmt: skip
"""Stances whose texts report no complaint of the author's own."""


class Reading(NamedTuple):
    """``stance`` None: no cue won. ``asks``: ends like a question. ``firsthand`` in points.
    ``muted``: clauses whose complaints do not count, with the reason. ``cues``: points of each
    list of CUES before they are weighed against each other."""

    stance: Stance | None
    asks: bool
    firsthand: float
    muted: tuple[tuple[Span, str], ...]
    cues: tuple[float, ...] = ()

    def mutes(self, start: int, end: int) -> str:
        """Why a hit at [start, end) does not count, or ""."""
        for span, why in self.muted:
            if span.start < end and start < span.end:
                return why
        return ""


def read(text: str, platform: str, kind: Kind, clauses: list[Span], opened: Opened) -> Reading:
    """Stance cues of a normalised text."""
    able = opened["stance"]
    cues = tuple([points(text, able[name]) if name in able else 0 for name in CUES])
    scores = dict(zip(_ORDER, cues, strict=False))
    answer, letter, firsthand = cues[len(_ORDER) :]
    worksheet = kind is Kind.CALL or platform == "hotline"
    asks = not worksheet and scores[Stance.QUESTION] >= 0.5
    for (name, stance), extra in _PRIORS.items():
        scores[stance] += extra if name == platform else 0.0
    for stance in _YIELD:
        scores[stance] -= firsthand
    scores[Stance.OFFICIAL] += answer - letter
    if worksheet:
        scores = _as_worksheet(text, scores, answer)
    elif firsthand >= 2.5:  # a reporter checked the case himself
        scores[Stance.OFFICIAL] -= firsthand
    best = max(_ORDER, key=scores.__getitem__)  # of equals the first
    return Reading(
        stance=best if scores[best] >= 1.0 else None,
        asks=asks,
        firsthand=firsthand,
        muted=_muted(text, clauses, able),
        cues=cues,
    )


def settle(reading: Reading, complains: bool, polarity: Polarity) -> Stance:
    """The stance of the document when the tags and the polarity are known."""
    if reading.stance is not None:
        return reading.stance
    if complains:
        return Stance.EXPERIENCE
    if reading.asks:
        return Stance.QUESTION
    if polarity is Polarity.NEGATIVE:
        return Stance.EXPERIENCE
    return Stance.PRAISE if polarity is Polarity.POSITIVE else Stance.NEUTRAL


def points(text: str, rules: Sequence[Rule]) -> float:
    """Sum of the weights of the rules found in the text, each once."""
    return sum([rule.weight for rule in rules if _holds(text, rule)])


def _holds(text: str, rule: Rule) -> bool:
    if not rule.anywhere.search(text) or (rule.with_ and not rule.with_.search(text)):
        return False
    return not (rule.unless and rule.unless.search(text))


def _as_worksheet(text: str, scores: dict[Stance, float], answer: float) -> dict[Stance, float]:
    """A worksheet is a caller's report unless its form says otherwise; complaint words such as
    查处 and 整治 are then what the caller asks for, not what an office announces."""
    asks = any(word in text for word in ("咨询", "询问", "请问", "来电人问", "市民问", "打听"))
    reports = any(word in text for word in ("反映", "投诉", "举报", "要求", "诉求:"))
    kept = {stance: 0.0 for stance in scores}
    for stance in (Stance.RESOLVED, Stance.HEARSAY, Stance.PRAISE):
        kept[stance] = scores[stance]
    kept[Stance.OFFICIAL] = answer
    kept[Stance.QUESTION] = 1.5 if asks and not reports else 0.0
    return kept


def _muted(
    text: str, clauses: list[Span], able: Mapping[str, Sequence[Rule]]
) -> tuple[tuple[Span, str], ...]:
    lists = [able[name] for name in _CLAUSE_LISTS if name in able]
    turns = "praise_turn" in able and "conceded_clause" in able
    if not (lists or turns):
        return ()
    found = []
    for number, span in enumerate(clauses):
        clause = text[span.start : span.end]
        follows = clauses[number + 1] if number + 1 < len(clauses) else None
        for rules in lists:
            hit = next((rule for rule in rules if _holds(clause, rule)), None)
            if hit:
                found.append((span, hit.why))
                break
        else:
            if turns and follows and _conceded(able, clause, text[follows.start : follows.end]):
                found.append((span, "让步"))
    return tuple(found)


def _conceded(able: Mapping[str, Sequence[Rule]], clause: str, follows: str) -> bool:
    """ "设施旧点，但雪质好": what is granted before a turn to praise is no complaint."""
    return _holds(clause, able["conceded_clause"][0]) and _holds(follows, able["praise_turn"][0])
