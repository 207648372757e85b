"""Marks as keys: nothing is lost that a plate shows, and two shapes never share a key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.normalise import normalise
from openanpr.core.shape import shape_key
from openanpr.match.pack import LONGEST, key_of, letters_in, pack, shape_at, vrm_at

VRMS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", max_size=LONGEST)


@given(st.lists(st.one_of(VRMS, st.text(max_size=20))))
def test_every_text_has_the_key_of_its_shape(texts) -> None:
    packed = pack(texts)
    for i, text in enumerate(texts):
        shape = shape_key(text)
        if len(shape) <= LONGEST:
            assert (shape_at(int(packed.keys[i])), int(packed.lengths[i])) == (shape, len(shape))
            assert key_of(shape) == packed.keys[i]
        else:
            assert (packed.longer[i], int(packed.keys[i]), key_of(shape)) == (shape, 0, None)


@given(st.lists(VRMS))
def test_a_key_and_its_letters_spell_the_vrm_again(vrms) -> None:
    packed = pack(vrms)
    letters = letters_in(vrms)
    assert [vrm_at(int(key), int(spelt)) for key, spelt in zip(packed.keys, letters, strict=True)] == vrms


@given(st.text())
def test_the_short_way_to_a_shape_is_the_same_as_the_long(text) -> None:
    assert shape_key(text) == normalise(text).replace("I", "1").replace("O", "0")
