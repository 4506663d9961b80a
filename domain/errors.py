"""Every error this project raises on purpose, in one tree.

    TingxueError
    ├── ConfigError        a config file is wrong: file, key, line
    ├── PluginError        a named plug-in does not exist or does not keep its contract
    ├── InputError         a file from outside cannot be taken at all (single bad rows are Rejects)
    ├── SourceError        a live source cannot be read
    │   └── NotConfigured  it switches itself off, with the reason
    ├── LedgerError        the system of record refuses
    │   ├── SchemaTooNew   written by a newer version of this code
    │   ├── DrillMixed     drill data and real data may not share a ledger
    │   └── Conflict       somebody else changed it first (compare-and-set)
    ├── CaseworkError      an action on a case is refused
    │   ├── IllegalAction  not possible in this state
    │   ├── NotPermitted   possible, but not for this person
    │   ├── NoSuchCase
    │   ├── NoSuchReview
    │   └── NoSuchMention
    ├── DeskError          the duty desk refuses a request
    │   ├── NotSignedIn    nobody is signed in, or no longer
    │   ├── TooManyTries   too many failed attempts to sign in; later
    │   ├── BadForm        a form that did not come from our page, or says what cannot be
    │   ├── NoSuchPaper    no such edition, or its file is not on this machine
    │   └── BadLink        a link from a message that is forged, too old or used
    ├── PaperError         a paper cannot be made or filed
    └── SearchUnavailable  the search index cannot answer; nothing else stops for it

Messages are in Chinese where a duty officer may read them, and say what to do next.
No message ever holds a secret or an author's account.
"""


class TingxueError(Exception):
    """Root of all errors raised on purpose."""


class ConfigError(TingxueError):
    """A config file is wrong; names the file, the key and, where known, the line (1-based)."""

    def __init__(self, *, file: str, key: str, reason: str, line: int | None = None) -> None:
        self.file, self.key, self.line, self.reason = file, key, line, reason
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"配置有误 {where} [{key}]：{reason}")


class PluginError(TingxueError):
    """A named plug-in does not exist or does not keep its contract."""


class InputError(TingxueError):
    """A file from outside cannot be taken at all; says why and what to do, in Chinese."""


class SourceError(TingxueError):
    """A live source cannot be read."""


class NotConfigured(SourceError):
    """A source or channel switches itself off, with the reason."""


class LedgerError(TingxueError):
    """The system of record refuses."""


class SchemaTooNew(LedgerError):
    """The ledger was written by a newer version of this code."""


class DrillMixed(LedgerError):
    """Drill data and real data may not share a ledger."""


class Conflict(LedgerError):
    """Somebody else changed the record first; read it again and decide again."""


class CaseworkError(TingxueError):
    """An action on a case is refused."""


class IllegalAction(CaseworkError):
    """The action is not possible in the present state."""


class NotPermitted(CaseworkError):
    """The action is possible, but not for this person."""


class NoSuchCase(CaseworkError):
    """No case has this number."""


class NoSuchReview(CaseworkError):
    """No item of the review list has this number."""


class NoSuchMention(CaseworkError):
    """No mention has this id."""


class DeskError(TingxueError):
    """The duty desk refuses a request."""


class NotSignedIn(DeskError):
    """Nobody is signed in, or no longer."""


class TooManyTries(DeskError):
    """Too many failed attempts to sign in."""


class BadForm(DeskError):
    """A form that did not come from our page, or says what cannot be."""


class NoSuchPaper(DeskError):
    """No edition of this kind, day and number, or its file is not on this machine."""


class BadLink(DeskError):
    """A link from a message that is not ours, or no longer good. why: forged, expired or used."""

    def __init__(self, why: str, text: str) -> None:
        self.why = why
        super().__init__(text)


class PaperError(TingxueError):
    """A paper cannot be made or filed; says what to do instead."""


class SearchUnavailable(TingxueError):
    """The search index cannot answer now."""
