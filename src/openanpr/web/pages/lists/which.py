"""Which list a page is about: its address has the number of the list, and never what it is called.

A list may be called anything: with spaces, with letters of any language, after a person.
"""

from __future__ import annotations

import re
from typing import Final

from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.lists.told import ListTold
from openanpr.web.pages.route import Visit

SECTION: Final = "/lists"
ONE: Final = f"{SECTION}/{{list}}"
_NUMBER: Final = re.compile(r"-?[0-9]+")  # covert lists are numbered below nought


def path_of(one: ListTold, *parts: str) -> str:
    """Return the address of a list's page."""
    return "/".join([SECTION, str(one.list_id), *parts])


def all_lists(inside: Inside, visit: Visit) -> list[ListTold]:
    """Return the lists of the node, by name."""
    return inside.ask(visit, Question("GET", "/lists"), list[ListTold])


def list_at(inside: Inside, visit: Visit) -> ListTold:
    """Return the list that the page's address names; raises LookupError.

    A name that an address takes as it is leads there too, for whoever writes one by hand; no number does.
    """
    said = visit.place("list")
    numbered = _NUMBER.fullmatch(said) is not None
    for one in all_lists(inside, visit):
        if said == (str(one.list_id) if numbered else one.name):
            return one
    raise LookupError("there is no such list")


def open_part(inside: Inside, visit: Visit, told: ListTold) -> ListTold:
    """Return the open list of which a covert one is a part, and an open one itself."""
    if not told.covert_of:
        return told  # all lists are asked for once already, to find this one
    return next((one for one in all_lists(inside, visit) if one.name == told.covert_of), told)


def about(one: ListTold, part: str = "", method: str = "GET", form: object = None) -> Question:
    """Return a question about a list."""
    return Question(method, "/lists/{name}" + part, {"name": one.name}, form=form)
