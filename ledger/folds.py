"""Cases as they were last read or committed, so that an unchanged one is not read twice."""

from collections import OrderedDict
from threading import Lock

from domain.types import Case

MOST = 2_000


class Folds:
    """At most ``MOST`` cases, the least used forgotten first. What a version of a case holds never
    changes, and the version is read afresh each time: nothing old is ever served."""

    __slots__ = ("_cases", "_lock")

    def __init__(self) -> None:
        self._cases: OrderedDict[str, Case] = OrderedDict()
        self._lock = Lock()

    def get(self, case_id: str, version: int) -> Case | None:
        """The case, if it is here in this version."""
        with self._lock:
            case = self._cases.get(case_id)
            if case is None or case.version != version:
                return None
            self._cases.move_to_end(case_id)
            return case

    def keep(self, case: Case) -> None:
        """Only what is committed: another process may give the same version other content."""
        with self._lock:
            self._cases[case.case_id] = case
            self._cases.move_to_end(case.case_id)
            if len(self._cases) > MOST:
                self._cases.popitem(last=False)
