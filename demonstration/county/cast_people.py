"""Who works in the county, and for which cases they may search."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from demonstration.people import Invented

PEOPLE = (
    Invented("cal", "Cal Stone", "Control room", "control-room-operator"),
    Invented("pat", "Pat Field", "Roads policing", "patrol-officer"),
    Invented("ivy", "Ivy Lane", "Crime North", "investigator"),
    Invented("nia", "Nia Brook", "Analysis", "analyst"),
    Invented("sue", "Sue Moor", "Command", "authorising-officer", "superintendent"),
    Invented("ian", "Ian Quill", "Crime South", "authorising-officer", "inspector"),
    Invented("lou", "Lou Marsh", "Lists", "list-owner"),
    Invented("max", "Max Ford", "ANPR office", "anpr-manager"),
    Invented("sam", "Sam Wood", "Audit", "auditor"),
    Invented("pia", "Pia Reed", "Information", "publisher"),
    Invented("ida", "Ida Vale", "Information rights", "information-rights-officer"),
    Invented("cora", "Cora Stead", "Professional standards", "complaints-officer"),
    Invented("rae", "Rae Holt", "Command", "senior-responsible-officer"),
)
INVITED = Invented("new", "Nell Newcome", "Crime North", "investigator")
"""Somebody with a one-time link that nobody has used yet."""
OPEN = {
    "LY/CR/1234/26": "burglary at King's Quay",
    "LY/CR/0777/26": "thefts of fuel",
    "LY/MAJ/0042/26": "robbery at Galehaven harbour",
}
CLOSED = "LY/CR/0001/25"


def write_cases(path: Path, today: date) -> None:
    """Write the file of a case system with these references; raises OSError."""
    opened = today - timedelta(days=120)
    lines = [f"{reference},open,{opened}," for reference in OPEN]
    lines.append(f"{CLOSED},closed,{opened},{today - timedelta(days=20)}")
    part = path.with_suffix(".part")
    part.write_text("\n".join(["reference,state,opened,closed", *lines, ""]), "utf-8")
    part.replace(path)
