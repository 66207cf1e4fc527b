"""Writes JSON that people can review: stable order, short values on one line."""

import json
import unicodedata

LINE_WIDTH = 100


def _render(value, indent, room):
    """Renders one value; an object or list stays on one line while it fits in `room` columns."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value or (len(flat) <= room and indent > 2):
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = []
        for key, item in value.items():
            head = f"{inner}{json.dumps(key, ensure_ascii=False)}: "
            parts.append(head + _render(item, indent + 2, LINE_WIDTH - len(head)))
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [inner + _render(item, indent + 2, LINE_WIDTH - len(inner)) for item in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


def dump(value, path):
    """Writes `value` to `path` as NFC text that ends with a line feed."""
    text = unicodedata.normalize("NFC", _render(value, 0, LINE_WIDTH)) + "\n"
    assert json.loads(text) == json.loads(unicodedata.normalize("NFC", json.dumps(value, ensure_ascii=False)))
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
