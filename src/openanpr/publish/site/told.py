"""Numbers and figures in the words of a catalogue, as the pages show them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from openanpr.policy.profile import Profile
from openanpr.policy.sourced import Number, RankWanted, Source
from openanpr.publish.figure import Figure
from openanpr.publish.longer import LongerFigure
from openanpr.publish.period import Month
from openanpr.publish.publication import ReadPublication
from openanpr.publish.suppress import Shown
from openanpr.publish.words import Catalogue


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure as a row: its name, what it counts, its value in words."""

    id: str
    name: str
    about: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one population under its heading."""

    id: str
    name: str
    about: str
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number of the rules as a row: its name, value, grounds, and whether its source was read."""

    id: str
    name: str
    value: str
    grounds: str
    standing: str


def month_said(month: Month, words: Catalogue) -> str:
    """Return a month as people write it, such as September 2026."""
    return words.say("site.date.month", month=words.say(f"date.month.{month.month}"), year=month.year)


def value_said(value: Shown | None, unit: str, words: Catalogue) -> str:
    """Return what is told of a number, in words."""
    if value is None:
        return words.say("site.value.withheld")
    if value.exact:
        said = words.say("site.value.exact", number=words.number(value.least))
    elif value.most is None:
        said = words.say("site.value.at-least", least=words.number(value.least))
    else:
        said = words.say("site.value.band", least=words.number(value.least), most=words.number(value.most))
    return words.say("site.value.per-thousand", value=said) if unit == "per-thousand" else said


def month_groups(month: ReadPublication, words: Catalogue) -> tuple[Group, ...]:
    """Return the figures of a month by population."""
    rows = [(one.figure, one.about, value_said(one.value, one.unit, words)) for one in month.figures]
    return _groups(rows, words)


def longer_groups(figures: Sequence[LongerFigure], words: Catalogue) -> tuple[Group, ...]:
    """Return the figures of several months by population."""
    rows = [(one.figure, one.figure.about, value_said(one.value, one.figure.unit, words)) for one in figures]
    return _groups(rows, words)


def facts_said(month: ReadPublication, words: Catalogue) -> Iterator[FigureRow]:
    """Yield the facts that are told beside the figures."""
    for one in month.facts:
        name = _either(f"site.fact.{one.id}.name", one.id, words)
        value = _fact_said(one.value, words)
        yield FigureRow(one.id, name, _either(f"site.fact.{one.id}.about", one.about, words), value)


def rule_rows(profile: Profile, words: Catalogue) -> Iterator[NumberRow]:
    """Yield every number and rank of a profile, with its source."""
    said: dict[str, Number | RankWanted] = {**profile.numbers(), **profile.ranks()}
    for name, one in said.items():
        value = (
            words.number(one.value) if isinstance(one, Number) else words.say(f"site.rank.{one.value.value}")
        )
        yield NumberRow(name, words.say(f"site.rule.{name}"), value, *_grounds(one, words))


def age_rows(profile: Profile, words: Catalogue) -> Iterator[NumberRow]:
    """Yield who may look how far back: the categories, the days, and by whose authority."""
    for row in profile.search.rows:
        kinds = words.say("site.comma").join(
            words.say(f"site.category.{one.value}") for one in row.categories
        )
        value = words.say(
            "site.rules.age",
            days=words.number(row.to_days),
            authority=words.say(f"site.rank.{row.authority.value}"),
        )
        yield NumberRow(row.name, kinds, value, *_sourced(row.source, row.judgement, words))


def _fact_said(value: str | int | None, words: Catalogue) -> str:
    """The value of a fact: nothing, a number, or a day as people write it."""
    if value is None:
        return words.say("site.value.none")
    if isinstance(value, int):
        return words.number(value)
    try:
        return words.day(date.fromisoformat(value))
    except ValueError:
        return value


def _grounds(one: Number | RankWanted, words: Catalogue) -> tuple[str, str]:
    return _sourced(one.source, one.judgement, words)


def _sourced(source: Source | None, judgement: str, words: Catalogue) -> tuple[str, str]:
    """Where a number stands, and whether whoever wrote the profile read it there."""
    if source is None:
        return judgement, words.say("site.standing.judgement")
    place = "; ".join(part for part in (source.document, source.section, source.url) if part)
    return place, words.say("site.standing.verified" if source.verified else "site.standing.unverified")


def _groups(rows: Sequence[tuple[Figure, str, str]], words: Catalogue) -> tuple[Group, ...]:
    order = dict.fromkeys(figure.population for figure, _, _ in rows)
    return tuple(
        Group(
            name,
            _either(f"site.population.{name}.name", name, words),
            _either(f"site.population.{name}.about", "", words),
            tuple(_row(*row, words) for row in rows if row[0].population == name),
        )
        for name in order
    )


def _row(figure: Figure, about: str, value: str, words: Catalogue) -> FigureRow:
    name = _either(f"site.figure.{figure.id}.name", figure.id, words)
    return FigureRow(figure.id, name, _either(f"site.figure.{figure.id}.about", about, words), value)


def _either(text_id: str, own: str, words: Catalogue) -> str:
    """A document of another version may tell of what this catalogue does not know: then in its own words."""
    return words.say(text_id) if words.has(text_id) else own
