"""Plates drawn from the statutory figures: glyphs, marks, layouts, wear and weather."""
