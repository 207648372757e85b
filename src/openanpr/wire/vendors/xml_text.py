"""XML from a stranger: no document type, no entities, bounded; returned in the shape of JSON."""

from __future__ import annotations

import re
from typing import cast
from xml.etree import ElementTree as ET

from openanpr.wire.vendors.contract import DEEPEST, MOST_TEXT_BYTES, MOST_VALUES, MessageFault
from openanpr.wire.vendors.json_text import Said

# Whatever begins with `<!` but is no comment or CDATA declares a document type or an entity.
_DECLARATION = re.compile(r"<!(?!--|\[CDATA\[)")


def xml_object(data: bytes, root: str) -> Said:
    """Return the children of the element `root`: text as str, elements as dict, repeated ones as list.

    Namespaces and attributes fall away. UTF-8 only, whatever the text says of itself.
    Raises MessageFault for other text, a document type, another root, too many or too deep elements.
    """
    if len(data) > MOST_TEXT_BYTES:
        msg = f"the XML is larger than {MOST_TEXT_BYTES} bytes"
        raise MessageFault(msg)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MessageFault("the message is not UTF-8") from error
    if _DECLARATION.search(text):
        raise MessageFault("the message declares a document type or entities, which no camera needs")
    tree = _Tree()
    parser = ET.XMLParser(target=tree)  # noqa: S314 - hardened here: no DTD gets this far
    try:
        parser.feed(text)
        parser.close()
    except (ET.ParseError, ValueError) as error:
        raise MessageFault("the message is not whole XML") from error
    if tree.root != root:
        msg = f"the message is not a {root}"
        raise MessageFault(msg)
    return tree.found


class _Tree:
    """The document as it is read: what `XMLParser` calls for each tag and text."""

    def __init__(self) -> None:
        self.root = ""
        self.found: dict[str, object] = {}
        self._open: list[tuple[str, dict[str, object], list[str]]] = []
        self._count = 0

    def doctype(self, *_: object) -> None:
        """Refuse a document type that the first look did not see."""
        raise MessageFault("the message declares a document type, which no camera needs")

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """Open an element."""
        self._count += 1
        if self._count > MOST_VALUES or len(self._open) >= DEEPEST:
            msg = f"the message has more than {MOST_VALUES} elements or is more than {DEEPEST} deep"
            raise MessageFault(msg)
        self._open.append((tag.rpartition("}")[2], {}, []))

    def data(self, text: str) -> None:
        """Take text of the element that is open."""
        self._open[-1][2].append(text)

    def end(self, _tag: str) -> None:
        """Close the element and put it into the one around it."""
        name, children, texts = self._open.pop()
        if not self._open:
            self.root, self.found = name, children
            return
        around = self._open[-1][1]
        value: object = children or "".join(texts).strip()
        if name not in around:
            around[name] = value
            return
        before = around[name]
        if isinstance(before, list):
            cast("list[object]", before).append(value)
        else:
            around[name] = [before, value]

    def close(self) -> None:
        """End the document."""
