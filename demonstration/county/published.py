"""What the county has published: the months that are due, a note, and a self assessment that was signed.

By the node's own socket, each step by whoever may take it, as people would.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from demonstration.people import Office, Session
from openanpr.run.exit_code import RefusedError
from openanpr.run.local.ask import ask

_NOTE: Final = "A storm put some cameras out of order for two days: fewer reads were made than usual."
_TRIES: Final = 3
_WORDS: Final = {
    "yes": "It is so, and what the system measures bears it out.",
    "partly": "In part: what is measured shows what is still to be done, and by when we will do it.",
}
_PLANS: Final = (
    ("ANPR manager", "Find out what keeps the measure from bearing it out, and mend that."),
    (
        "Data protection officer",
        "Have the document that is named read at its source, and the rules say so.",
    ),
    ("Head of information", "Publish what is missing, and look again at the next assessment."),
)


def publish(office: Office, now: datetime) -> None:
    """Publish months and note, then write, sign and publish the assessment; raises RefusedError."""
    months = ask(office.data, "POST", "/figures/publish", form={})["published"]
    with office.session("pia") as pia:
        for month in months[:1]:
            _local(pia, f"/figures/{month}/notes", {"note": _NOTE, "by": "pia"})
        number = _write(pia, now)
    with office.session("rae") as rae:
        _sign(rae, number)
    with office.session("pia") as pia:
        _local(pia, f"/assessments/{number}/publish", {"by": "pia"})


def _write(pia: Session, now: datetime) -> int:
    """An answer to each question, as the evidence stands; an action wherever it is not borne out."""
    number = int(_local(pia, "/assessments", {"by": "pia"})["number"])
    for question in _questions(_look(pia, number)):
        well = all(one["standing"] == "supports" for one in question["evidence"])
        kind = "yes" if well else "partly"
        form = {"by": "pia", "question": question["id"], "answer": kind, "words": _WORDS[kind]}
        _local(pia, f"/assessments/{number}/answers", form)
    for n, question in enumerate(_questions(_look(pia, number))):
        if question["verdict"]["colour"] not in {"green", "not-applicable"}:
            owner, what = _PLANS[n % len(_PLANS)]
            due = str((now + timedelta(days=60 + 15 * (n % 4))).date())
            form = {"by": "pia", "question": question["id"], "what": what, "owner": owner, "due": due}
            _local(pia, f"/assessments/{number}/actions", form)
    return number


def _sign(rae: Session, number: int) -> None:
    """Sign what was looked at; where evidence moved meanwhile, look again, as a person would."""
    for tries_left in reversed(range(_TRIES)):
        try:
            seen = _look(rae, number)["code"]
            _local(rae, f"/assessments/{number}/sign", {"by": "rae", "seen": seen})
        except RefusedError:
            if not tries_left:
                raise
        else:
            return


def _questions(whole: Mapping[str, Any]) -> list[Any]:
    return [one for principle in whole["document"]["principles"] for one in principle["questions"]]


def _look(who: Session, number: int) -> Any:  # noqa: ANN401 - JSON
    return _local(who, f"/assessments/{number}", None)


def _local(who: Session, path: str, form: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - JSON
    """Ask the socket itself, for what has no part in the API; with a form it is an act."""
    headers = {"authorization": f"Bearer {who.token}"}
    if form is None:
        answer = who.client.get(path, headers=headers)
    else:
        answer = who.client.post(path, json=dict(form), headers=headers)
    if not answer.is_success:
        raise RefusedError(f"{path}: {answer.json().get('message', answer.status_code)}")
    return answer.json()
