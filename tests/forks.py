"""Lives of one process that start with everything imported."""

import os
import sys
import traceback
from collections.abc import Callable


def fork(body: Callable[[], None]) -> int:
    """The child's pid; it ends with 0 when the body came to its end, with 1 and a traceback when
    it failed."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        body()
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)
