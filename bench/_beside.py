"""Which version of another's program a Python has, for the benches that compare with it."""

import subprocess

_NAMES = {"elastalert": "elastalert2"}


def version(python: str, module: str) -> str:
    """Of the module in that Python; "" for none."""
    name = _NAMES.get(module, module)
    code = f"import importlib.metadata as m, {module}; print(m.version({name!r}))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
