"""All kept answers of listened platforms, read again after a parser was mended.

How one is kept and heard again stands in ``tingxue.exchanges``.
"""

from dataclasses import dataclass

from domain.types import Reject
from tingxue import listeners
from tingxue.app import App
from tingxue.collecting import EXCHANGE, FRAGMENT
from tingxue.exchanges import Lookup, replay_one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reheard:
    """What became of the kept answers: read (and resolved), and still not. pages: fragments of
    pages, too short to be read again; their sources ask for the pages themselves."""

    read: int
    new: int
    left: int
    pages: int


def kept(app: App) -> list[tuple[int, Reject]]:
    """Answers and fragments that wait, oldest first."""
    with app.ledger.read() as books:
        return [(n, r) for n, r in books.rejects.pending() if r.format in (EXCHANGE, FRAGMENT)]


def rehear(app: App, platform: Lookup = listeners.of) -> Reheard:
    """Read every kept answer again; each is taken and marked, or stays."""
    everything = kept(app)
    waiting = [(number, reject) for number, reject in everything if reject.format == EXCHANGE]
    done = [replay_one(app, number, reject, platform) for number, reject in waiting]
    left = sum(1 for again in done if again.reason)
    return Reheard(
        read=len(done) - left, new=sum(again.new for again in done), left=left,
        pages=len(everything) - len(waiting),
    )  # fmt: skip
