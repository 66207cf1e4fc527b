"""Checks the links between the Markdown pages of the project: every file and every heading they name exists.

Addresses on the network are left out, so that the answer depends on this checkout alone.
"""

import re
import subprocess
import sys
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`]*`")


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of headings."""
    made: dict[str, int] = {}
    found = set()
    for heading in re.findall(r"^#+\s+(.*)$", FENCE.sub("", page.read_text()), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        anchor = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        count = made.get(anchor, 0)
        made[anchor] = count + 1
        found.add(f"{anchor}-{count}" if count else anchor)
    return found


def faults(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    text = CODE.sub("", FENCE.sub("", page.read_text()))
    wrong = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists():
            wrong.append(f"{page}: {target}: no such file")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            wrong.append(f"{page}: {target}: no such heading")
    return wrong


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        capture_output=True,
        text=True,
    )
    names = listed.stdout.split() if listed.returncode == 0 else []
    pages = [Path(name) for name in names] or [Path("README.md"), *Path("docs").rglob("*.md")]
    wrong = [fault for page in pages if page.exists() for fault in faults(page)]
    print("\n".join(wrong) or f"{len(pages)} pages, all links lead somewhere")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
