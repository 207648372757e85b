"""Evidence of cameras: tested, right, with a clock that is right; and of the case for each of them."""

from __future__ import annotations

from openanpr.publish.assessment.evidence.look import Measuring, evidence
from openanpr.publish.assessment.facts import CameraFacts, SiteFacts
from openanpr.publish.assessment.finding import Counted, Figure, Found, Grounds, Standing, Yardstick

_SETTINGS = "camera_targets"


def cameras_tested(of: CameraFacts, at: Measuring) -> Found:
    """How many cameras were tested on plates that a person had read, not too long ago."""
    figures = (
        Figure("cameras", Counted(of.cameras)),
        Figure("cameras-tested", Counted(of.tested)),
        Figure("cameras-ever-tested", Counted(of.ever_tested)),
    )
    yardsticks = (Yardstick.of("test-days", at.numbers.test_days),)
    if not of.cameras:
        return Found(Standing.SUPPORTS, "none", figures, yardsticks, empty=True)
    if not of.ever_tested:
        return Found(Standing.MISSING, "never", figures, yardsticks)
    if not of.tested:
        return Found(Standing.STALE, "long-ago", figures, yardsticks, of.newest_test_at)
    if of.tested < of.cameras:
        return Found(Standing.CONTRADICTS, "some-not", figures, yardsticks, of.newest_test_at)
    return Found(Standing.SUPPORTS, "all", figures, yardsticks, of.newest_test_at)


def cameras_reach_targets(of: CameraFacts, at: Measuring) -> Found:
    """What those tests came to, against the targets that the settings name."""
    del at
    figures = (
        Figure("cameras-tested", Counted(of.tested)),
        Figure("cameras-reached", Counted(of.reached)),
        Figure("cameras-missed", Counted(of.missed)),
        Figure("cameras-unsure", Counted(of.unsure)),
    )
    yardsticks = tuple(
        Yardstick(f"{one.name}-permille", one.permille, Grounds.SETTING, _SETTINGS) for one in of.targets
    )
    if not of.cameras:
        return Found(Standing.SUPPORTS, "none", figures, yardsticks, empty=True)
    if not of.targets:
        return Found(Standing.MISSING, "no-target", figures)
    if not of.tested:
        return Found(Standing.MISSING, "no-test", figures, yardsticks)
    if of.missed:
        return Found(Standing.CONTRADICTS, "some-missed", figures, yardsticks, of.newest_test_at)
    if of.unsure:
        return Found(Standing.MISSING, "too-few-plates", figures, yardsticks, of.newest_test_at)
    return Found(Standing.SUPPORTS, "all-reached", figures, yardsticks, of.newest_test_at)


def clocks_right(of: CameraFacts, at: Measuring) -> Found:
    """How many of the clocks that were measured on the last day are off by more than the limit."""
    del at
    figures = (
        Figure("cameras", Counted(of.cameras)),
        Figure("cameras-clocked", Counted(of.clocked)),
        Figure("cameras-clock-off", Counted(of.clock_off)),
    )
    yardsticks = (Yardstick.of("clock-alarm-ms", of.clock_limit),)
    if not of.cameras:
        return Found(Standing.SUPPORTS, "none", figures, yardsticks, empty=True)
    if not of.clocked:
        return Found(Standing.MISSING, "not-measured", figures, yardsticks)
    if of.clock_off:
        return Found(Standing.CONTRADICTS, "some-off", figures, yardsticks)
    return Found(Standing.SUPPORTS, "all-right", figures, yardsticks)


def quarantine_tended(of: CameraFacts, at: Measuring) -> Found:
    """Whether reads that could not be trusted are looked at by somebody."""
    longest = at.numbers.quarantine_days
    figures = [Figure("reads-held", Counted(of.held))]
    yardsticks = (Yardstick.of("quarantine-days", longest),)
    if of.held_longest_since is None:
        return Found(Standing.SUPPORTS, "none", tuple(figures), yardsticks, empty=True)
    figures.append(Figure("held-since", of.held_longest_since.date()))
    if of.held_longest_since < at.days_ago(longest):
        return Found(Standing.CONTRADICTS, "some-left", tuple(figures), yardsticks)
    return Found(Standing.SUPPORTS, "tended", tuple(figures), yardsticks)


def sites_justified(of: SiteFacts, at: Measuring) -> Found:
    """Whether each camera in use has a case that somebody else authorised."""
    del at
    figures = Figure("cameras", Counted(of.cameras)), Figure("cameras-justified", Counted(of.justified))
    if not of.cameras:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    if of.justified < of.cameras:
        return Found(Standing.CONTRADICTS, "some-not", figures)
    return Found(Standing.SUPPORTS, "all", figures)


def site_reviews(of: SiteFacts, at: Measuring) -> Found:
    """Whether it is looked again, each year, if a camera is still needed."""
    figures = Figure("cameras", Counted(of.cameras)), Figure("reviews-overdue", Counted(of.overdue))
    yardsticks = (Yardstick.of("site-review-days", at.numbers.site_review_days),)
    if not of.cameras:
        return Found(Standing.SUPPORTS, "none", figures, yardsticks, empty=True)
    if of.newest_review_at is None:
        return Found(Standing.MISSING, "never", figures, yardsticks)
    if of.overdue:
        return Found(Standing.CONTRADICTS, "some-overdue", figures, yardsticks, of.newest_review_at)
    return Found(Standing.SUPPORTS, "in-time", figures, yardsticks, of.newest_review_at)


def impact_assessed(of: SiteFacts, at: Measuring) -> Found:
    """Whether the effect on people's privacy was looked at for each camera, and is looked at again."""
    del at
    figures = (
        Figure("cameras", Counted(of.cameras)),
        Figure("cameras-assessed", Counted(of.assessed)),
        Figure("assessments-overdue", Counted(of.assessments_overdue)),
    )
    if not of.cameras:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    if of.assessed < of.cameras:
        return Found(Standing.CONTRADICTS, "some-not", figures)
    if of.assessments_overdue:
        return Found(Standing.CONTRADICTS, "some-overdue", figures)
    return Found(Standing.SUPPORTS, "all", figures)


def others_consulted(of: SiteFacts, at: Measuring) -> Found:
    """Whether the views of those who live with a camera were heard."""
    del at
    figures = Figure("cameras", Counted(of.cameras)), Figure("cameras-consulted", Counted(of.consulted))
    if not of.cameras:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    if of.consulted < of.cameras:
        return Found(Standing.CONTRADICTS, "some-not", figures)
    return Found(Standing.SUPPORTS, "all", figures)


EVIDENCES = (
    evidence("cameras-tested", lambda facts: facts.cameras, cameras_tested),
    evidence(
        "cameras-reach-targets",
        lambda facts: facts.cameras,
        cameras_reach_targets,
        fresh=lambda of: of.test_days,
    ),
    evidence("clocks-right", lambda facts: facts.cameras, clocks_right),
    evidence("quarantine-tended", lambda facts: facts.cameras, quarantine_tended),
    evidence("sites-justified", lambda facts: facts.sites, sites_justified),
    evidence("site-reviews", lambda facts: facts.sites, site_reviews, fresh=lambda of: of.site_review_days),
    evidence("impact-assessed", lambda facts: facts.sites, impact_assessed),
    evidence("others-consulted", lambda facts: facts.sites, others_consulted),
)
