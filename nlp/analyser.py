"""Reads a mention and says what it is: the steps in order, one module each.

    1 normalise    one plain form, with the way back        4 sentiment   a named scorer's number
    2 relevance    ours or not, and why (places)            5 complaints  tags with evidence
    3 stance       how the author stands to it              6 urgency     by consequence

Evidence offsets are characters of `document(mention)`, which is what a screen must underline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.plan import Plan
from domain.ports import Analyser
from domain.types import Mention, Urgency, Verdict
from nlp import complaints, relevance, sentiment, stance, urgency
from nlp.clauses import clauses, sentences
from nlp.normalise import normalise
from nlp.places import Gazetteer, gazetteer
from nlp.sentiment import Scorer, scorer

RULES_VERSION = "rules-1"


def document(mention: Mention) -> str:
    """The text that is analysed, and that evidence offsets count in: the mention's text, preceded
    by its title and a line break unless the text already begins with the title (or there is none).
    """
    if not mention.title or mention.text.startswith(mention.title):
        return mention.text
    return f"{mention.title}\n{mention.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnalyser:
    """domain.ports.Analyser by rules. Reads the first normalise.READ_LIMIT characters."""

    version: str
    gazetteer: Gazetteer
    scorer: Scorer

    def analyse(self, mention: Mention, scored_at: datetime) -> Verdict:
        """The verdict on one mention. Never raises for what a text holds."""
        words = document(mention)
        normal = normalise(words)
        about = relevance.judge(normal.text, mention.context, mention.kind, self.gazetteer)
        parts = clauses(normal.text)
        reading = stance.read(normal.text, mention.platform, mention.kind, parts)
        tags = complaints.tags(words, normal, sentences(normal.text), reading)
        score = self.scorer(normal.text)
        attitude = sentiment.polarity(normal.text, score, reading.stance, len(tags))
        urgent = urgency.judge(normal.text, parts, reading, bool(tags), attitude)
        return Verdict(
            mention_id=mention.mention_id,
            relevant=about.relevant,
            reason=about.reason,
            places=about.places,
            stance=stance.settle(reading, bool(tags), attitude),
            sentiment=sentiment.banded(score, attitude),
            polarity=attitude,
            complaints=tags if about.relevant else (),
            urgency=urgent if about.relevant else Urgency.NONE,
            version=self.version,
            scored_at=scored_at,
        )

    def analyse_many(self, mentions: Sequence[Mention], scored_at: datetime) -> list[Verdict]:
        """One verdict a mention, in order."""
        return [self.analyse(mention, scored_at) for mention in mentions]


def build(plan: Plan, *, sentiment: str = "snownlp_words") -> Analyser:
    """The analyser for a plan. Raises PluginError for an unknown ``sentiment`` scorer."""
    return RuleAnalyser(
        version=f"{RULES_VERSION}+{sentiment}",
        gazetteer=gazetteer(plan),
        scorer=scorer(sentiment),
    )
