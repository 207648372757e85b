"""The files that cases are begun with: every key of a form, what each is for, and nothing said yet."""

from __future__ import annotations

from typing import Final

_HEAD: Final = '''\
# The case for a site. Fill in what you know; `openanpr sites missing SITE` says what is lacking.
# Who sees the cases for cameras sees all of this but lat, lon and looks: those are for who may see places.
title = "{title}"
form = "{form}"
area = "" # as routing names it

# Confidential beyond what all places are: that the camera is there is then for these people alone.
confidential = false
confidential_why = ""
named = [] # sign-in names (whoever is to authorise it too), or "team:NAME", which sees no place

need = """
"""
assessment = """
"""
doing_nothing = """
"""
local_views = """
"""
wider_views = """
"""
duplication = """
"""
'''
_OWN: Final = {
    "fixed": '''\

[[cameras]]
camera = "53/1/1" # force/source/camera
# lat = 51.0 # degrees, WGS 84
# lon = -2.0
looks = """
"""
''',
    "moveable": '''\

stays_days = 28 # at one place at most

# Where it is to stand first.
[[cameras]]
camera = "53/1/1" # force/source/camera
# lat = 51.0 # degrees, WGS 84
# lon = -2.0
looks = """
"""
''',
    "vehicle-mounted": '''\

vehicles = """
"""
driven_for = """
"""

[[cameras]]
camera = "53/2/1" # force/source/camera
''',
}
_REST: Final = """\

# One for each ground that is claimed: national-security, serious-crime, local-crime,
# community-confidence, prevention.
[[claims]]
ground = "local-crime"

# [[claims.evidence]]
# what = ""
# reference = ""
# on = 2026-01-31
# by = ""

# One at least that intrudes less, and one that intrudes more.
# [[alternatives]]
# than = "less"
# what = ""
# why_not = ""

# What is expected in a year: reads, hits, outcomes, arrests, seizures. The review holds it against what came.
# [[expected]]
# measure = "outcomes"
# at_least = 1
# why = ""

# The data-protection impact assessment.
# [dpia]
# reference = ""
# on = 2026-01-31
# by = ""
# risks = ""

# Everybody who was asked.
# [[consulted]]
# who = ""
# on = 2026-01-31
# said = ""
# answered = ""
"""
FORMS: Final = tuple(_OWN)


def template(form: str) -> str:
    """Return the text of a file that begins a case of this form, one of FORMS; it can be drafted as it is."""
    return _HEAD.format(title="A site without a name", form=form) + _OWN[form] + _REST
