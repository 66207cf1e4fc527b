"""Lines of JSON (application/x-ndjson), which schemathesis cannot write by itself.

It cannot read them either: the description has the schema of one line. The integration tests compare every line with it.
"""

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def write_lines(_context, value):
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


@schemathesis.hook
def filter_case(_context, case):
    # The body is described as text; whatever else is generated for it cannot be sent as lines.
    return case.media_type != "application/x-ndjson" or isinstance(case.body, (str, bytes))
