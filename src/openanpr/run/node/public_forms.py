"""The pages that answer a form of the public, made of the site as it is shown, and the app with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from openanpr.publish.site.forms import FIELDS, MATTER_OF, STATUS_PAGE, form_path, form_values
from openanpr.publish.site.pages import Pages
from openanpr.publish.site.state import Matter, PublicState
from openanpr.publish.words import ENGLISH, Catalogue, catalogue, shipped_languages
from openanpr.rights.desk import Received
from openanpr.rights.form import FormTokens, WrittenForm
from openanpr.rights.intake import CaseTold, intake_of
from openanpr.run.node.public_settings import PublicIntake
from openanpr.run.node.public_site import NodePublicSite
from openanpr.run.node.righting import Righting
from openanpr.web.public.intake import IntakeApp, limits_of


@dataclass(frozen=True, slots=True)
class FormPages:
    """As `web.public.intake.Pages`, over the state that the site was made of last."""

    site: NodePublicSite

    def __call__(self, name: str, kind: str, values: Mapping[str, object], lang: str) -> bytes | None:
        """Return a page; None before the first pages were made."""
        state, spoken = self.site.state, lang if lang in shipped_languages() else ENGLISH
        if state is None:
            return None
        if name == "busy":
            return self.site.ready.get((str(values["why"]), spoken))
        words = catalogue(spoken)
        pages = Pages(state, words, tuple(catalogue(one) for one in shipped_languages()))
        return pages.answer(_near(name, kind), name, _told(name, kind, values, words, state))


def busy_pages(state: PublicState) -> dict[tuple[str, str], bytes]:
    """Return the pages that are shown where nothing is taken in, by why and language."""
    every = tuple(catalogue(one) for one in shipped_languages())
    rings = list(dict.fromkeys(state.contact[one] for one in Matter if one in state.contact))
    return {
        (why, words.language): Pages(state, words, every).answer(
            "contact.html", "busy", {"why": why, "rings": rings}
        )
        for words in every
        for why in ("limit", "down", "strange")
    }


def forms_app(
    site: NodePublicSite,
    righting: Righting,
    said: PublicIntake,
    clock: Callable[[], datetime],
) -> IntakeApp:
    """Return the app that takes the forms: of the node it has the two functions of `intake_of` alone."""
    desk = righting.desk
    return IntakeApp(
        intake=intake_of(desk, clock),
        tokens=FormTokens(desk.keys.forms),
        pages=FormPages(site),
        limits=limits_of(cases=said.cases_an_hour, cases_each=said.cases_an_hour_each),
        clock=clock,
        origin=said.url,
        proxies=said.proxies,
        told=righting.forms,
    )


def _near(name: str, kind: str) -> str:
    """Return the file of the site that is nearest to an answer: where another language leads to."""
    if name in {"track", "stands"} or not kind:
        return STATUS_PAGE
    return form_path(kind)


def _told(
    name: str, kind: str, values: Mapping[str, object], words: Catalogue, state: PublicState
) -> dict[str, object]:
    if name in {"ask", "check"}:
        form = cast("WrittenForm", values["form"])
        said = {one: str(getattr(form, one)) for one in FIELDS[kind]}
        if name == "ask":
            return form_values(kind, said, cast("Mapping[str, str]", values["faults"]))
        return {**values, "kind": kind, "fields": FIELDS[kind], "said": said}
    if name == "track":
        return dict(values)
    got = _days(cast("Received | CaseTold", values["got"]), words)
    matter = MATTER_OF.get(kind, Matter.QUESTION)
    ring = state.contact.get(matter) or next(iter(state.contact.values()), "")
    return {**values, "got": got, "ring": ring}


def _days(of: Received | CaseTold, words: Catalogue) -> dict[str, object]:
    """Return what is told of a case, its days as people write them."""
    told: dict[str, object] = {
        "reference": of.reference,
        "kind": of.kind.value,
        "owner": of.owner.value,
        "received": words.day(of.received),
        "answer_by": None if of.answer_by is None else words.day(of.answer_by),
    }
    if isinstance(of, Received):
        return {**told, "code": of.code}
    answered = None if of.answered is None else words.day(of.answered)
    return {**told, "answered": answered, "extended": of.extended}
