"""Marks drawn from the layouts themselves, and text of every kind, for the properties."""

from __future__ import annotations

from hypothesis import strategies as st

from openanpr.core.foreign import foreign_layouts
from openanpr.core.gb import british_layouts
from openanpr.core.layout import Layout
from openanpr.core.shape import SHAPES

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@st.composite
def laid_out_marks(draw: st.DrawFn) -> tuple[Layout, str]:
    """A layout, and a mark whose every position it allows (which may not have been issued)."""
    layout = draw(st.sampled_from((*british_layouts(), *foreign_layouts())))
    return layout, "".join(draw(st.sampled_from(characters)) for characters in layout.allowed)


any_marks = st.text(CHARACTERS, min_size=1, max_size=16)
shapes = st.text(SHAPES, max_size=12)
confusable_shapes = st.text("01ABMNZ5", min_size=1, max_size=9)
any_text = st.text(max_size=40)
