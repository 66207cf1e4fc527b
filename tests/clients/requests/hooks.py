"""What schemathesis loads: it takes one file."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import ndjson  # noqa: E402, F401
import session  # noqa: E402, F401
