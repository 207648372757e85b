"""What could be different about a request: single changes, said in words, to ask the rules about again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.role import Rank, Role
from openanpr.policy.ask import (
    Account,
    Act,
    Approval,
    AskedSearch,
    AskedSite,
    AskedSubject,
    HeldRole,
    Material,
    Person,
    Purpose,
    Request,
    Search,
)
from openanpr.policy.profile import Profile
from openanpr.policy.search_numbers import SearchNumbers

QUIET = frozenset({Act.SEE_COVERT, Act.SEE_PLACE, Act.SEE_SITE_PLACE, Act.ANSWER_ALERT}) | {
    Act.SEE_RIGHTS,
    Act.WORK_RIGHTS,
}
"""Acts of which a refusal says nothing more: what would help would tell of what is hidden."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. Of one `about` at most one is made; `narrows` if it asks for less than before."""

    about: str
    step: str
    apply: Callable[[Request], Request]
    narrows: bool = False
    rank: Rank = Rank.NONE


def changes(request: Request, profile: Profile, roles: Sequence[Role]) -> tuple[Change, ...]:
    """Every change that makes some difference, the mildest first; `roles` are tried, authorities left out."""
    if request.act in QUIET:
        return ()
    told = [*_of_person(request)]
    if request.purpose is not None:
        told += _of_purpose(request.purpose, request.search)
    if request.search is not None:
        told += _of_search(request.search, profile.search)
        told += _of_category(request)
    if request.material is not None:
        told += _of_material(request.act, request.material, request.person)
    if request.asked is not None:
        told += _of_asked(request.act, request.asked, request.person)
    if request.site is not None:
        told += _of_site(request.site, request.person)
    if request.subject is not None:
        told += _of_subject(request.subject)
    if request.account == Account(request.person.id):
        told.append(Change("person", "by another administrator", _another_account))
    return (*told, *_of_roles(request, roles))


def authorities(request: Request, profile: Profile) -> tuple[Change, ...]:
    """The approvals that a search could be given, the lowest rank first; none for other acts."""
    if request.act is not Act.SEARCH:
        return ()
    return tuple(
        Change("authority", f"the authority of a {rank}", _approved(rank), rank=rank)
        for rank in profile.search.ranks()
    )


def another(than: str) -> str:
    """An id that is not this one."""
    return f"not {than}"


def _of_person(request: Request) -> Iterator[Change]:
    person, today = request.person, request.today
    if person.training_until is None or person.training_until < today:
        trained = replace(person, training_until=today)
        yield Change("training", "training renewed", lambda of: replace(of, person=trained))
    held = person.roles_on(today)
    ended = [one.role for one in person.roles if one.role not in held]
    for role in dict.fromkeys(ended):
        yield Change("renewal", f"the role {role} given anew", _renewed(role))


def _of_roles(request: Request, roles: Sequence[Role]) -> Iterator[Change]:
    held = request.person.roles_on(request.today)
    for role in roles:
        if held != (role,):
            yield Change("role", f"asked by a person whose role is {role}", _as_role(role))


def _of_purpose(purpose: Purpose, search: Search | None) -> Iterator[Change]:
    if purpose.reference is not ReferenceState.OPEN:
        step = "a reference that the case system knows as open"
        yield Change("reference", step, _purposed(lambda of: replace(of, reference=ReferenceState.OPEN)))
    if not purpose.reason_given:
        step = "the reason written: why it is necessary and proportionate"
        yield Change("reason", step, _purposed(lambda of: replace(of, reason_given=True)))
    if purpose.own_interest:
        step = "asked by somebody without an interest in the vehicle"
        yield Change("interest", step, _purposed(lambda of: replace(of, own_interest=False)))
    of_company = search is not None and search.kind is SearchKind.CONVOY
    if not purpose.objective_given and (of_company or purpose.stance is Stance.PROACTIVE):
        step = "the objective of the intelligence written"
        yield Change("objective", step, _purposed(lambda of: replace(of, objective_given=True)))
    if purpose.stance is Stance.PROACTIVE:
        step = "a known incident instead of a pattern"
        yield Change("stance", step, _purposed(lambda of: replace(of, stance=Stance.REACTIVE)), narrows=True)


def _of_search(search: Search, numbers: SearchNumbers) -> Iterator[Change]:
    ages = {row.to_days for row in numbers.rows} | {numbers.ordinary_days.value}
    for days in sorted((age for age in ages if age < search.oldest_days), reverse=True):
        step = f"ask at most {days} days back"
        yield Change("age", step, _narrower(oldest_days=days), narrows=True)
    bulk = _within(search, numbers)
    if search.reads > numbers.broad_reads.value:
        most = numbers.broad_reads.value
        yield Change("breadth", f"at most {most} reads", _narrower(reads=most), narrows=True)
    if bulk:
        step = "at most " + ", ".join(f"{most} {what}" for what, most in bulk.items())
        yield Change("breadth", step, _narrower(**bulk), narrows=True)


def _within(search: Search, numbers: SearchNumbers) -> dict[str, int]:
    """What of the search is wider than the bulk numbers, with them."""
    told: dict[str, int] = {}
    if search.kind is SearchKind.PLACE_AND_TIME:
        if search.cameras > numbers.bulk_cameras.value:
            told["cameras"] = numbers.bulk_cameras.value
        if search.days > numbers.bulk_days.value:
            told["days"] = numbers.bulk_days.value
    if search.reads > numbers.bulk_reads.value:
        told["reads"] = numbers.bulk_reads.value
    return told


def _of_category(request: Request) -> Iterator[Change]:
    order = list(Category)
    given = request.purpose.category if request.purpose is not None else order[-1]
    for category in order[order.index(given) + 1 :]:
        step = f"purpose category {category}" + (" or above" if category is not order[-1] else "")
        yield Change("category", step, _purposed(_categorised(category)))


def _of_material(act: Act, material: Material, person: Person) -> Iterator[Change]:
    if person.id not in {material.asked_by, material.asked_for}:
        step = "by who asked for the search, or for whom it was asked"
        yield Change("search", step, _found(lambda of: replace(of, asked_by=person.id)))
    if act is Act.EXPORT and not material.recipient_named:
        yield Change("recipient", "the recipient named", _found(lambda of: replace(of, recipient_named=True)))
    if act is Act.EXPORT and material.of_another_agency and not material.agency_consulted:
        step = "the agency that owns it consulted"
        yield Change("agency", step, _found(lambda of: replace(of, agency_consulted=True)))
    if act is Act.HOLD and not material.end_named:
        yield Change("end", "the last day of the hold named", _found(lambda of: replace(of, end_named=True)))
    if material.case_owner != person.id:
        step = "by the owner of a case that holds it"
        yield Change("owner", step, _found(lambda of: replace(of, case_owner=person.id)))


def _of_asked(act: Act, asked: AskedSearch, person: Person) -> Iterator[Change]:
    if person.id in {asked.asked_by, asked.asked_for}:
        other = another(person.id)
        step = "by somebody who neither asked for it nor was asked for"
        yield Change("person", step, _about(lambda of: replace(of, asked_by=other, asked_for=other)))
    if asked.team == person.team:
        step = "by somebody of another team"
        yield Change("team", step, _about(lambda of: replace(of, team=another(person.team))))
    if person.rank.level < asked.least_rank.level:
        ranked = replace(person, rank=asked.least_rank)
        step = f"by a rank of at least {asked.least_rank}"
        yield Change("rank", step, lambda of: replace(of, person=replace(of.person, rank=ranked.rank)))
    if act is Act.OPEN_IN_REVIEW and not asked.opening_logged:
        yield Change("log", "the opening logged", _about(lambda of: replace(of, opening_logged=True)))


def _of_site(site: AskedSite, person: Person) -> Iterator[Change]:
    if person.id in site.worked_by:
        others = replace(site, worked_by=frozenset({another(person.id)}))
        yield Change("person", "by somebody who did not work on it", lambda of: replace(of, site=others))
    if person.rank.level < site.least_rank.level:
        step = f"by a rank of at least {site.least_rank}"
        yield Change("rank", step, lambda of: replace(of, person=replace(of.person, rank=site.least_rank)))


def _of_subject(subject: AskedSubject) -> Iterator[Change]:
    if not subject.case_open:
        opened = replace(subject, case_open=True)
        yield Change("case", "an open case of whoever asks", lambda of: replace(of, subject=opened))
    if not subject.proved:
        proved = replace(subject, proved=True)
        yield Change("proof", "identity and entitlement seen first", lambda of: replace(of, subject=proved))
    if subject.own_interest:
        free = replace(subject, own_interest=False)
        yield Change(
            "interest",
            "asked by somebody without an interest in the vehicle",
            lambda of: replace(of, subject=free),
        )


def _approved(rank: Rank) -> Callable[[Request], Request]:
    def apply(of: Request) -> Request:
        by = Approval(another(of.person.id), (HeldRole(Role.AUTHORISING_OFFICER),), rank)
        return replace(of, approval=by)

    return apply


def _renewed(role: Role) -> Callable[[Request], Request]:
    return lambda of: replace(of, person=replace(of.person, roles=(*of.person.roles, HeldRole(role))))


def _as_role(role: Role) -> Callable[[Request], Request]:
    return lambda of: replace(of, person=replace(of.person, roles=(HeldRole(role),)))


def _categorised(category: Category) -> Callable[[Purpose], Purpose]:
    return lambda of: replace(of, category=category)


def _narrower(**counts: int) -> Callable[[Request], Request]:
    def apply(of: Request) -> Request:
        return of if of.search is None else replace(of, search=replace(of.search, **counts))

    return apply


def _purposed(change: Callable[[Purpose], Purpose]) -> Callable[[Request], Request]:
    return lambda of: of if of.purpose is None else replace(of, purpose=change(of.purpose))


def _found(change: Callable[[Material], Material]) -> Callable[[Request], Request]:
    return lambda of: of if of.material is None else replace(of, material=change(of.material))


def _about(change: Callable[[AskedSearch], AskedSearch]) -> Callable[[Request], Request]:
    return lambda of: of if of.asked is None else replace(of, asked=change(of.asked))


def _another_account(of: Request) -> Request:
    return replace(of, account=Account(another(of.person.id)))
