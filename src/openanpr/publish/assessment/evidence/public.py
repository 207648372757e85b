"""Evidence of what the public is told, and of how it is answered."""

from __future__ import annotations

from openanpr.publish.assessment.evidence.look import Measuring, evidence
from openanpr.publish.assessment.facts import AssessmentFacts, PublicationFacts, RightsFacts
from openanpr.publish.assessment.finding import Counted, Figure, Found, Standing


def figures_published(of: PublicationFacts, at: Measuring) -> Found:
    """When figures were last made public."""
    del at
    if of.figures_at is None:
        return Found(Standing.MISSING, "never")
    return Found(Standing.SUPPORTS, "published", (Figure("figures-at", of.figures_at),), dated=of.figures_at)


def contact_published(of: PublicationFacts, at: Measuring) -> Found:
    """Whether the public page says whom to turn to."""
    del at
    if of.contact_at is None:
        return Found(Standing.MISSING, "never")
    return Found(Standing.SUPPORTS, "published", (Figure("contact-at", of.contact_at),))


def assessment_published(of: AssessmentFacts, at: Measuring) -> Found:
    """When an assessment such as this was last published."""
    del at
    if of.published_at is None:
        return Found(Standing.MISSING, "never")
    figures = (Figure("assessment-at", of.published_at),)
    return Found(Standing.SUPPORTS, "published", figures, dated=of.published_at)


def complaints_answered(of: RightsFacts, at: Measuring) -> Found:
    """Whether complaints are answered by their day."""
    del at
    figures = (
        Figure("complaints", Counted(of.complaints)),
        Figure("complaints-late", Counted(of.complaints_late)),
    )
    if of.complaints_late:
        return Found(Standing.CONTRADICTS, "some-late", figures)
    if not of.complaints:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    return Found(Standing.SUPPORTS, "in-time", figures)


def requests_answered(of: RightsFacts, at: Measuring) -> Found:
    """Whether people who ask what is held about them, or want it put right, are answered by their day."""
    del at
    figures = (
        Figure("requests", Counted(of.requests)),
        Figure("requests-late", Counted(of.requests_late)),
    )
    if of.requests_late:
        return Found(Standing.CONTRADICTS, "some-late", figures)
    if not of.requests:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    return Found(Standing.SUPPORTS, "in-time", figures)


EVIDENCES = (
    evidence(
        "figures-published",
        lambda facts: facts.publication,
        figures_published,
        fresh=lambda of: of.figures_days,
    ),
    evidence("contact-published", lambda facts: facts.publication, contact_published),
    evidence(
        "assessment-published",
        lambda facts: facts.assessments,
        assessment_published,
        fresh=lambda of: of.assessment_days,
    ),
    evidence("complaints-answered", lambda facts: facts.rights, complaints_answered),
    evidence("requests-answered", lambda facts: facts.rights, requests_answered),
)
