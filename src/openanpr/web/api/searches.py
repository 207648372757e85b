"""Searches over the API: measured, asked, approved, run, looked at. Nothing is judged here: the desk does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from openanpr.core.purpose import Category, Stance
from openanpr.people.desk import Desk
from openanpr.policy.ask import Act
from openanpr.policy.request_json import decision_json
from openanpr.search.ask import Ask, Asker, ForWhom, OralAuthority, Recipient
from openanpr.search.desk import SearchDesk
from openanpr.search.faults import NotFoundError
from openanpr.search.shown import Form, Picture, Row, RowsOf, Sheet
from openanpr.web.api.questions import Instant, QuestionForm
from openanpr.web.api.route import (
    ApiRoute,
    Call,
    File,
    LongText,
    Nothing,
    Optional,
    Pool,
    Reply,
    Text,
    form_of,
    get,
    post,
)
from openanpr.web.api.search_told import (
    CameraTold,
    MeterTold,
    OpenedTold,
    ResultsTold,
    SearchBrief,
    SearchTold,
    camera_told,
    meter_told,
    opened_told,
    results_told,
    search_brief,
    search_told,
)
from openanpr.web.judging import policy_person

Number = Annotated[int, Meta(ge=1, le=1_000_000)]
_MOST_ROWS = 2_000
_MOST_QUESTION_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class SearchRoutes:
    """What searches over the API need."""

    people: Desk
    desk: SearchDesk

    def asker(self, call: Call) -> Asker:
        """Return who asks, with the roles of this moment."""
        standing = call.person.present.standing
        account = standing.account
        trainings = self.people.store.trainings_of(account.account_id)
        return Asker(policy_person(standing, trainings, now=call.now), account.name, call.asked.source)


class ForWhomForm(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom it is asked: an account's id, or the name of a person who has none."""

    account: Optional = ""
    name: Optional = ""


class OralForm(Struct, frozen=True, forbid_unknown_fields=True):
    """An authority that was given by word of mouth: by whom (a sign-in name), and when."""

    by: Text
    given_at: Instant


class AskForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked, what for, and why. `oral`: an authority given by word of mouth, if it is urgent."""

    question: QuestionForm
    category: Category
    stance: Stance
    reference: Optional
    reason: Annotated[str, Meta(max_length=4000)]
    objective: Annotated[str, Meta(max_length=4000)] = ""
    urgent: bool = False
    for_whom: ForWhomForm | None = None
    oral: OralForm | None = None

    def ask(self) -> Ask:
        """Return what is asked, checked; raises ValueError."""
        whom = None if self.for_whom is None else ForWhom(self.for_whom.account, self.for_whom.name)
        return Ask(
            self.question.question(),
            self.category,
            self.stance,
            self.reference,
            self.reason,
            self.objective,
            whom,
            self.urgent,
        )


class MeasureForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A question to be measured; with `category` and what goes with it, the decision is foreseen."""

    question: QuestionForm
    category: Category | None = None
    stance: Stance = Stance.REACTIVE
    reference: Optional = ""
    reason: Annotated[str, Meta(max_length=4000)] = ""
    objective: Annotated[str, Meta(max_length=4000)] = ""
    urgent: bool = False


class Measured(Struct, frozen=True):
    """The meter; and what would be decided, if it were asked so (null where no category was said)."""

    meter: MeterTold
    foreseen: msgspec.Raw | None


class ReasonForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Why."""

    reason: LongText


class RowForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A row of an answer: of which run, and its number there."""

    run: Number
    number: Number

    def row(self) -> Row:
        """Return the row."""
        return Row(self.run, self.number)


class PictureForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A row, and which of its pictures."""

    run: Number
    number: Number
    picture: Picture = Picture.PATCH


class RowsForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Chosen rows of one run."""

    run: Number
    numbers: Annotated[list[Number], Meta(min_length=1, max_length=_MOST_ROWS)]

    def rows(self, search_id: str) -> RowsOf:
        """Return the rows of that search."""
        return RowsOf(search_id, tuple(Row(self.run, number) for number in self.numbers))


class ExportForm(RowsForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Chosen rows, in which form, and to whom they go.

    `consulted`: for reads of another force, who of it was consulted, when and how.
    """

    form: Literal["csv", "json"]
    recipient: Text
    consulted: Annotated[str, Meta(max_length=4000)] = ""


class Searches(Struct, frozen=True):
    """Searches, the newest first."""

    searches: list[SearchTold]


class Waiting(Struct, frozen=True):
    """Searches that wait for an authority that one could give, or that one must confirm; the oldest first."""

    searches: list[SearchBrief]


class Cancelled(Struct, frozen=True):
    """It was asked to stop."""

    cancelled: bool


def search_routes(of: SearchRoutes) -> list[ApiRoute]:
    """Return the routes of searches and authorities."""
    return [*_asking(of), *_running(of), *_found(of), *_handing_out(of), *_authorities(of)]


def _asking(of: SearchRoutes) -> list[ApiRoute]:
    act = Act.SEARCH
    wide = [
        post(
            "/searches/measure",
            "Measure a question before it is asked",
            act,
            MeasureForm,
            Measured,
            lambda call, form: _measure(of, call, form),
        ),
        post(
            "/searches",
            "Ask for a search: it is judged, logged and kept",
            act,
            AskForm,
            SearchTold,
            lambda call, form: ask_for(of, call, form),
        ),
    ]
    return [
        *(replace(one, most_body_bytes=_MOST_QUESTION_BYTES) for one in wide),
        get("/searches", "My searches", act, Searches, lambda call: my_searches(of, call)),
        get("/searches/{search}", "One search of mine", act, SearchTold, lambda call: _one(of, call)),
        post(
            "/searches/{search}/withdraw",
            "Take a search back",
            act,
            Nothing,
            SearchTold,
            lambda call, _: search_told(of.desk.withdraw(_id(call), of.asker(call))),
        ),
    ]


def _running(of: SearchRoutes) -> list[ApiRoute]:
    act = Act.SEARCH
    return [
        post(
            "/searches/{search}/run",
            "Run a search: judged again, logged, answered",
            act,
            Nothing,
            ResultsTold,
            lambda call, _: results_told(of.desk.run(_id(call), of.asker(call))),
            pool=Pool.SEARCHES,
        ),
        post(
            "/searches/{search}/cancel",
            "Stop a search that runs",
            act,
            Nothing,
            Cancelled,
            lambda call, _: _cancel(of, call),
        ),
        post(
            "/searches/{search}/results",
            "Show the answer of the last run once more",
            act,
            Nothing,
            ResultsTold,
            lambda call, _: results_told(of.desk.results(_id(call), of.asker(call))),
        ),
    ]


def _found(of: SearchRoutes) -> list[ApiRoute]:
    return [
        post(
            "/searches/{search}/open-read",
            "Open a read",
            Act.OPEN_READ,
            RowForm,
            OpenedTold,
            lambda call, form: opened_told(of.desk.open_read(_id(call), form.row(), of.asker(call))),
        ),
        post(
            "/searches/{search}/open-place",
            "Open the place of a read",
            Act.SEE_PLACE,
            RowForm,
            CameraTold,
            lambda call, form: camera_told(of.desk.open_place(_id(call), form.row(), of.asker(call))),
        ),
        _file(
            "/searches/{search}/open-picture",
            "Open a picture of a read",
            Act.OPEN_PICTURE,
            PictureForm,
            lambda call: _picture(of, call),
            "image/jpeg",
        ),
    ]


def _handing_out(of: SearchRoutes) -> list[ApiRoute]:
    return [
        _file(
            "/searches/{search}/print",
            "Print rows",
            Act.PRINT,
            RowsForm,
            lambda call: _sheet(of.desk.print_rows(_rows(call), of.asker(call))),
            "text/plain",
        ),
        _file(
            "/searches/{search}/export",
            "Export rows",
            Act.EXPORT,
            ExportForm,
            lambda call: _export(of, call),
            "application/octet-stream",
        ),
    ]


def _authorities(of: SearchRoutes) -> list[ApiRoute]:
    act = Act.APPROVE

    def decided(name: str, summary: str, does: Callable[[str, Asker, str], SearchTold]) -> ApiRoute:
        return post(
            f"/approvals/{{search}}/{name}",
            summary,
            act,
            ReasonForm,
            SearchTold,
            lambda call, form: does(_id(call), of.asker(call), form.reason),
        )

    desk = of.desk
    return [
        get(
            "/approvals",
            "What waits for an authority of mine",
            act,
            Waiting,
            lambda call: what_waits(of, call),
        ),
        post(
            "/approvals/{search}/look",
            "Look at a search that waits, whole",
            act,
            Nothing,
            SearchTold,
            lambda call, _: search_told(desk.look(_id(call), of.asker(call))),
        ),
        decided(
            "approve",
            "Give the authority",
            lambda one, by, why: search_told(desk.approve(one, by, reason=why)),
        ),
        decided(
            "refuse",
            "Refuse the authority",
            lambda one, by, why: search_told(desk.decline(one, by, reason=why)),
        ),
        decided(
            "confirm",
            "Put an oral authority in writing",
            lambda one, by, why: search_told(desk.confirm(one, by, reason=why)),
        ),
        decided(
            "deny",
            "Deny an oral authority",
            lambda one, by, why: search_told(desk.contradict(one, by, reason=why)),
        ),
    ]


def _file(
    path: str, summary: str, act: Act, takes: type[Struct], does: Callable[[Call], Reply[File]], kind: str
) -> ApiRoute:
    return ApiRoute("POST", path, summary, act, takes, File, does, media_type=kind)


def _id(call: Call) -> str:
    return call.asked.path["search"]


def _measure(of: SearchRoutes, call: Call, form: MeasureForm) -> Measured:
    by, question = of.asker(call), form.question.question()
    if form.category is None:
        return Measured(meter_told(of.desk.measure(question, by)), None)
    ask = Ask(
        question, form.category, form.stance, form.reference, form.reason, form.objective, urgent=form.urgent
    )
    foreseen = of.desk.foresee(ask, by)
    told = decision_json(foreseen.ruling.decision)
    return Measured(meter_told(foreseen.meter), msgspec.Raw(told.encode()))


def ask_for(of: SearchRoutes, call: Call, form: AskForm) -> SearchTold:
    """Ask for a search, upon an oral authority where one is told of; return it as it is kept."""
    by, ask = of.asker(call), form.ask()
    if form.oral is None:
        return search_told(of.desk.ask(ask, by))
    officer = of.people.store.by_login(form.oral.by.strip().lower())
    # An officer who is not there is told like one who cannot give it: the desk says the same of both.
    account = form.oral.by if officer is None else officer.account_id
    return search_told(of.desk.ask_urgently(ask, OralAuthority(account, form.oral.given_at), by))


def my_searches(of: SearchRoutes, call: Call) -> Searches:
    """Return the searches of whoever asks, the newest first."""
    return Searches([search_told(one) for one in of.desk.mine(of.asker(call))])


def _one(of: SearchRoutes, call: Call) -> SearchTold:
    return search_told(of.desk.find(_id(call), of.asker(call)))


def _cancel(of: SearchRoutes, call: Call) -> Cancelled:
    of.desk.cancel(_id(call), of.asker(call))
    return Cancelled(cancelled=True)


def _picture(of: SearchRoutes, call: Call) -> Reply[File]:
    form = form_of(call.asked.body, PictureForm)
    jpeg = of.desk.open_picture(_id(call), Row(form.run, form.number), form.picture, of.asker(call))
    if jpeg is None:
        raise NotFoundError("this picture is not here, or not yet")
    return Reply(File(jpeg, "image/jpeg", f"{form.picture.value}.jpg"))


def _rows(call: Call) -> RowsOf:
    return form_of(call.asked.body, RowsForm).rows(_id(call))


def _export(of: SearchRoutes, call: Call) -> Reply[File]:
    form = form_of(call.asked.body, ExportForm)
    to = Recipient(form.recipient, form.consulted)
    return _sheet(of.desk.export(form.rows(_id(call)), Form(form.form), to, of.asker(call)))


def _sheet(sheet: Sheet) -> Reply[File]:
    return Reply(File(sheet.body, sheet.media_type, sheet.file_name))


def what_waits(of: SearchRoutes, call: Call) -> Waiting:
    """Return what waits for an authority of whoever asks."""
    return Waiting([search_brief(one) for one in of.desk.to_approve(of.asker(call))])
