"""What comes by a form is the same when it is shown back and sent, and a token is of that form alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from openanpr.rights.case import CaseKind
from openanpr.rights.form import FieldFault, FormTokens, Sending, WrittenForm
from tests.rights.scene import NOW

TOKENS = FormTokens(bytes(range(32)))
FIELDS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([one.value for one in CaseKind]),
        **{name: st.text(max_size=200) for name in ("text", "name", "contact", "vrm")},
    }
)


def fields(form: WrittenForm) -> dict[str, str]:
    told = {name: getattr(form, name) for name in ("text", "name", "contact", "vrm")}
    # A browser sends ends of lines as two characters, whatever stood in the page.
    return {"kind": form.kind.value} | {name: text.replace("\n", "\r\n") for name, text in told.items()}


@given(FIELDS)
def test_what_was_shown_back_is_what_is_sent(said) -> None:
    form = WrittenForm.read(said)
    again = WrittenForm.read(fields(form))
    assert again == form
    token = TOKENS.make(form, bytes(16), NOW)
    assert TOKENS.read(token, again, NOW + timedelta(seconds=5)) == (Sending.GOOD, bytes(16))


@given(FIELDS, FIELDS)
def test_a_token_is_of_one_form(one, other) -> None:
    first, second = WrittenForm.read(one), WrittenForm.read(other)
    token = TOKENS.make(first, bytes(16), NOW)
    found = TOKENS.read(token, second, NOW + timedelta(seconds=5))[0]
    assert (found is Sending.GOOD) is (first == second)


@given(st.text(max_size=300))
def test_any_text_is_a_token_of_nobody(text) -> None:
    form = WrittenForm.read({"kind": "question", "text": "x"})
    assert TOKENS.read(text, form, NOW) == (Sending.STRANGE, b"")


def test_a_word_that_moved_to_another_field_is_another_form() -> None:
    form = WrittenForm.read({"kind": "access", "text": "ab", "name": "c", "contact": "d", "vrm": "e"})
    moved = replace(form, text="a", name="bc")
    assert form.digest() != moved.digest()


def test_a_plate_is_asked_for_where_it_is_needed_and_forgotten_elsewhere() -> None:
    said = {"text": "x", "name": "y", "contact": "z", "vrm": "AB12 CDE"}
    assert WrittenForm.read({**said, "kind": "question"}).words.vrm == ""
    assert WrittenForm.read({**said, "kind": "access"}).words.vrm == "AB12 CDE"
    bare = {**said, "vrm": ""}
    assert WrittenForm.read({**bare, "kind": "access"}).faults() == {}
    assert WrittenForm.read({**bare, "kind": "challenge"}).faults() == {"vrm": FieldFault.MISSING}
    assert WrittenForm.read({**said, "kind": "praise"}) is None
