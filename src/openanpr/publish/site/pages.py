"""The pages of the site in one language, each a whole HTML file that needs no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from importlib import resources
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined

from openanpr.publish.assessment.document import PrincipleTold
from openanpr.publish.assessment.verdict import Colour
from openanpr.publish.period import Month
from openanpr.publish.publication import ReadPublication
from openanpr.publish.site.forms import (
    ANSWERS,
    KINDS,
    OF_MATTER,
    STATUS_PAGE,
    form_path,
    form_values,
    last_days,
)
from openanpr.publish.site.state import AssessmentShown, Matter, PublicState
from openanpr.publish.site.sums import Run, years
from openanpr.publish.site.told import (
    age_rows,
    facts_said,
    longer_groups,
    month_groups,
    month_said,
    rule_rows,
    value_said,
)
from openanpr.publish.verifier import FILE, verifier_digest
from openanpr.publish.words import ENGLISH, Catalogue

SIZES: Final = ("normal", "large", "largest")
COLOURS: Final = ("device", "light", "night", "strong")
MENU: Final = {
    "index.html": "home",
    "figures/index.html": "figures",
    "rules.html": "rules",
    "assessment/index.html": "assessment",
    "verify.html": "verify",
    "contact.html": "contact",
    "accessibility.html": "accessibility",
}
"""The pages that every page leads to, and the name of each in the catalogue and among the templates."""

GROUNDS: Final = ("national-security", "organised-crime", "local-crime", "confidence", "prevention")
USES: Final = ("stolen", "wanted", "uninsured", "investigations", "patterns")
_LEADING: Final = ("reads", "alerts", "searches", "searches-refused", "cameras")
"""The figures of the newest month that the first page tells."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a state in one language; `languages` are all that the site has."""

    state: PublicState
    words: Catalogue
    languages: tuple[Catalogue, ...]

    def every(self) -> dict[str, bytes]:
        """Return every page by its path from the site's root."""
        folder = "" if self.words.language == ENGLISH else f"{self.words.language}/"
        return {f"{folder}{path}": self._page(path, name, more) for path, name, more in self._told()}

    def _told(self) -> Iterator[tuple[str, str, dict[str, object]]]:
        months = self.state.months()
        for path, name in MENU.items():
            yield path, name, self._main(name, months)
        if self.state.intake:
            for kind in KINDS:
                yield form_path(kind), "ask", form_values(kind)
            yield STATUS_PAGE, "track", {"not_found": False, "reference": ""}
        yield "404.html", "missing", {}
        if self.spoken is not None:
            for one in self.spoken.told.principles:
                yield f"assessment/principle-{one.number}.html", "principle", self._principle(one)
        for one in months:
            yield f"figures/{one.period}.html", "month", self._month(one)
        for year, runs in years(months):
            yield f"figures/{year}.html", "year", {"year": year, "runs": [self._run(one) for one in runs]}

    def _main(self, name: str, months: Sequence[ReadPublication]) -> dict[str, object]:
        state, words = self.state, self.words
        if name == "home":
            return {"grounds": GROUNDS, "uses": USES, "leading": self._leading(months)}
        if name == "figures":
            listed = [(str(one.period), month_said(one.period, words)) for one in reversed(months)]
            return {"months": listed, "years": sorted({one.period.year for one in months}, reverse=True)}
        if name == "rules":
            changes = [
                (words.moment(one.at.astimezone(UTC)), one.profile, one.entry) for one in state.history
            ]
            return {
                "ages": list(age_rows(state.profile, words)),
                "rows": list(rule_rows(state.profile, words)),
                "changes": changes,
            }
        if name == "assessment" and self.spoken is not None:
            return {**self._tellers(), "of": self.spoken.told, "verdicts": [one.value for one in Colour]}
        if name == "verify":
            example = months[-1].period if months else Month.of(state.at)
            return {"verifier": FILE, "verifier_digest": verifier_digest(), "example": str(example)}
        if name == "contact":
            told = [(one, form_path(OF_MATTER[one]) if state.intake else "") for one in Matter]
            return {"matters": [(one.value, state.contact.get(one, ""), form) for one, form in told]}
        return {}

    @property
    def spoken(self) -> AssessmentShown | None:
        """The assessment in this language, or in English where it was not frozen in this one."""
        found = self.state.assessments
        return found.get(self.words.language) or found.get(ENGLISH)

    def _principle(self, one: PrincipleTold) -> dict[str, object]:
        spoken = self.spoken
        if spoken is None:
            return {}
        numbers = [each.number for each in spoken.told.principles]
        return {**self._tellers(), "one": one, "plan": spoken.actions, "numbers": numbers}

    def _tellers(self) -> dict[str, object]:
        """What tells of an assessment in the language that it was frozen in: its own texts and ours alike."""
        spoken = ENGLISH if self.spoken is None else self.spoken.told.language
        words = next((one for one in self.languages if one.language == spoken), self.words)

        def tell(text: str, **given: str | int) -> str:
            return words.say(f"assessment.page.{text}", **given)

        def word(kind: str, name: str) -> str:
            return words.say(f"assessment.{kind}.{name}")

        return {"tell": tell, "word": word, "doc_lang": spoken}

    def _leading(self, months: Sequence[ReadPublication]) -> dict[str, object] | None:
        if not months:
            return None
        last = months[-1]
        shown = {one.id: value_said(one.value, one.unit, self.words) for one in last.figures}
        rows = [(name, shown[name]) for name in _LEADING if name in shown]
        return {"period": str(last.period), "said": month_said(last.period, self.words), "rows": rows}

    def _month(self, one: ReadPublication) -> dict[str, object]:
        words = self.words
        return {
            "of": one,
            "said": month_said(one.period, words),
            "since": words.moment(one.period.since),
            "until": words.moment(one.period.until),
            "settled": words.moment(one.settled),
            "groups": month_groups(one, words),
            "facts": list(facts_said(one, words)),
            "notes": self.state.notes(one.period),
        }

    def _run(self, run: Run) -> dict[str, object]:
        return {
            "first": month_said(run.first, self.words),
            "last": month_said(run.last, self.words),
            "months": run.months,
            "groups": longer_groups(run.figures, self.words),
        }

    def answer(self, path: str, name: str, more: dict[str, object]) -> bytes:
        """Return a page made for one answer, at whatever address; `path` is the file nearest to it."""
        return self._page(path, name, more, rooted=True)

    def _page(self, path: str, name: str, more: dict[str, object], *, rooted: bool = False) -> bytes:
        state, words = self.state, self.words
        # What is not there may be missing at any depth: only from the root do its links lead anywhere.
        rooted = rooted or name == "missing"
        up = "/" + self._place(words) if rooted else "../" * path.count("/")
        base = "/" if rooted else up if words.language == ENGLISH else f"../{up}"
        newest = max((one.period for one in state.published if one.number == 0), default=None)
        assessment = self.spoken

        def say(text: str, **given: str | int) -> str:
            return words.say(f"site.{text}", **given)

        def say_form(text: str, **given: str | int) -> str:
            return words.say(f"intake.{text}", **given)

        text = (
            _templates()
            .get_template(f"{name}.html")
            .render(
                say=say,
                say_form=say_form,
                intake=state.intake,
                posts=state.intake if name in ANSWERS else "",
                within=last_days(str(more["kind"]), state.profile) if name == "ask" else None,
                forget_days=state.profile.rights.forget_days.value,
                number=words.number,
                lang=words.language,
                page=name,
                path=path,
                up=up,
                base=base,
                menu=MENU,
                sizes=SIZES,
                colours=COLOURS,
                others=[(one.language, self._place(one)) for one in self.languages if one is not words],
                name=state.name,
                made=words.moment(state.at.astimezone(UTC)),
                newest=None if newest is None else month_said(newest, words),
                next_due=None if newest is None else words.day(state.due(newest)),
                copy_by=words.day(state.promises["copy"].astimezone(UTC)),
                figures_old=state.figures_old,
                assessment_old=state.assessment_old,
                assessment=assessment,
                assessment_end=""
                if assessment is None or assessment.told.language == ENGLISH
                else f"-{assessment.told.language}",
                measured=None if assessment is None else words.day(assessment.measured_at.astimezone(UTC)),
                fresh_days=state.fresh_days,
                profile=state.profile,
                rules=state.rules,
                log=state.log,
                **more,
            )
        )
        return text.encode("utf-8")

    @staticmethod
    def _place(one: Catalogue) -> str:
        """The folder of a language, from the site's root."""
        return "" if one.language == ENGLISH else f"{one.language}/"


@lru_cache(maxsize=1)
def style() -> str:
    """Return the style of all pages."""
    return _read("style.css")


def _read(name: str) -> str:
    return resources.files("openanpr.publish.site").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(_read),
        trim_blocks=True,
        lstrip_blocks=True,
    )
