"""The sieve of a wildcard lets through whatever has its form, and little else."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.traffic import marks
from openanpr.core.shape import shape_key
from openanpr.store.sieve import WIDTH, sieve

FEW = "0A1B"
VRM = st.text(FEW + "OI", min_size=1, max_size=WIDTH)
FORM = st.text(FEW + "?*", min_size=1, max_size=12)


def passes(form: str, vrm: str) -> bool:
    code = int.from_bytes(vrm.encode().rjust(WIDTH, b"\0"), "big")
    return any(code & pair.mask == pair.value for pair in sieve(form))


def has_form(form: str, vrm: str) -> bool:
    pattern = "".join({"?": ".", "*": ".*"}.get(c, c) for c in form)
    return re.fullmatch(pattern, shape_key(vrm)) is not None


@given(FORM, VRM)
@example("*BA", "AAAAAABA")
@example("*BA*", "BA")
@example("AB*", "AB")
@example("A*B*", "AB")
@example("????????", "AAAAAAAA")
@example("*0101", "OIOI")
@example("*01*", "O1AAAAAA")
@example("*B*", "BAAAAAAA")
@example("*B*", "AAAAAAAB")
@example("*", "00000000")
def test_no_vrm_of_the_form_is_sifted_out(form, vrm) -> None:
    assert len(sieve(form)) == WIDTH
    if has_form(form, vrm):
        assert passes(form, vrm)


@given(st.text("AB?", min_size=1, max_size=WIDTH), st.text("AB", min_size=1, max_size=WIDTH))
def test_a_form_without_a_run_lets_through_its_own_length_and_letters_alone(form, vrm) -> None:
    padded, wanted = vrm.rjust(WIDTH), form.rjust(WIDTH)
    other = any(there != c for there, c in zip(padded, wanted, strict=True) if c not in "? ")
    assert passes(form, vrm) is not (other or len(vrm) > len(form))


@pytest.mark.parametrize("form", ["*CDE", "??12C??", "*2CD*", "AB*", "?B?2?D?", "*C0E"])
def test_a_form_with_one_part_is_sifted_exactly(form) -> None:
    drawn = [*marks(20_000, 1), "AB12CDE", "XY12CDF", "ABI2CDE", "OB12C0E", "OB12COE"]
    assert [mark for mark in drawn if passes(form, mark)] == [mark for mark in drawn if has_form(form, mark)]
