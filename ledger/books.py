"""The ledger within one transaction: the books that are written together or not at all."""

from collections.abc import Sequence

from sqlalchemy import Connection

from domain.types import Alert, Delivery
from ledger.alarms import Alarms
from ledger.attachments import Attachments
from ledger.audit import Audit
from ledger.cases import Cases
from ledger.chains import Chains
from ledger.clocks import Clocks
from ledger.corrections import Corrections
from ledger.dailies import Dailies
from ledger.folds import Folds
from ledger.forgotten import Forgotten
from ledger.handovers import Handovers
from ledger.lags import Lags
from ledger.leads import Leads
from ledger.lines import Lines
from ledger.looks import Looks
from ledger.marks import Marks
from ledger.mentions import Mentions
from ledger.outbox import queue
from ledger.papers import Papers
from ledger.pauses import Pauses
from ledger.projection import Projection
from ledger.purge import Purge
from ledger.reach import Reach
from ledger.refusals import Refusals
from ledger.rejects import Rejects
from ledger.reports import Reports
from ledger.reviews import Reviews
from ledger.runs import Runs
from ledger.signins import Signins
from ledger.tries import Tries
from ledger.users import Users
from ledger.voices import Voices
from ledger.worklists import Worklists


class Books:
    """domain.ports.Books, over one open transaction."""

    __slots__ = (
        "alarms", "attachments", "audit", "cases", "chains", "clocks", "connection", "corrections",
        "dailies", "forgotten", "handovers", "lags", "leads", "lines", "looks", "marks",
        "mentions", "papers", "pauses", "projection", "purge", "reach", "refusals", "rejects",
        "reports", "reviews", "runs", "signins", "tries", "users", "voices", "worklists",
    )  # fmt: skip

    def __init__(self, connection: Connection, folds: Folds) -> None:
        self.connection = connection
        self.mentions = Mentions(connection)
        self.forgotten = Forgotten(connection)
        self.lags = Lags(connection)
        self.lines = Lines(connection)
        self.cases = Cases(connection, folds)
        self.reviews = Reviews(connection)
        self.corrections = Corrections(connection)
        self.runs = Runs(connection)
        self.looks = Looks(connection)
        self.marks = Marks(connection)
        self.papers = Papers(connection)
        self.pauses = Pauses(connection)
        self.alarms = Alarms(connection)
        self.voices = Voices(connection)
        self.rejects = Rejects(connection)
        self.reports = Reports(connection)
        self.attachments = Attachments(connection)
        self.audit = Audit(connection)
        self.chains = Chains(connection)
        self.clocks = Clocks(connection)
        self.purge = Purge(connection)
        self.reach = Reach(connection)
        self.projection = Projection(connection, self.cases, self.reviews)
        self.refusals = Refusals(connection)
        self.users = Users(connection)
        self.signins = Signins(connection)
        self.worklists = Worklists(connection)
        self.tries = Tries(connection)
        self.handovers = Handovers(connection)
        self.leads = Leads(connection)
        self.dailies = Dailies(connection)

    def queue(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        """Outbox rows; False and no change when this alert_id was queued before."""
        return queue(self.connection, alert, deliveries)
