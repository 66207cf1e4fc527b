"""Lines of JSON (application/x-ndjson) and parts of uploads (application/offset+octet-stream), which schemathesis cannot write by itself.

It cannot read lines either: the description has the schema of one line. The integration tests compare every line with it.
"""

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def write_lines(_context, value):
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


@schemathesis.serializer("application/offset+octet-stream")
def write_part(_context, value):
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


@schemathesis.hook
def filter_case(_context, case):
    # A header that is not described breaks nothing: HTTP lets every request have others.
    if "x-schemathesis-unknown-property" in (case.headers or {}):
        return False
    # The body is described as text; whatever else is generated for it cannot be sent in these forms.
    is_text = case.media_type in ("application/x-ndjson", "application/offset+octet-stream")
    return not is_text or isinstance(case.body, (str, bytes))
