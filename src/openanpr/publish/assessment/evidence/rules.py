"""Evidence of the rules in force, and of how the node is guarded."""

from __future__ import annotations

from openanpr.publish.assessment.evidence.look import Measuring, evidence
from openanpr.publish.assessment.facts import GuardFacts, RuleFacts
from openanpr.publish.assessment.finding import Figure, Found, Standing, Yardstick


def rules_in_force(of: RuleFacts, at: Measuring) -> Found:
    """Whether the rules hold today, and the log says since when."""
    figures = (
        Figure("profile", of.profile),
        Figure("valid-from", of.valid_from),
        Figure("rules-version", of.digest[:12]),
    )
    if at.now.date() < of.valid_from:
        return Found(Standing.CONTRADICTS, "not-yet-valid", figures)
    if of.logged_at is None:
        return Found(Standing.CONTRADICTS, "not-logged", figures)
    return Found(Standing.SUPPORTS, "in-force", (*figures, Figure("in-force-since", of.logged_at)))


def rules_sourced(of: RuleFacts, at: Measuring) -> Found:
    """Which numbers of the profile somebody has read at their source; all others are yardsticks here."""
    del at
    sources = [one.source for one in of.numbers.values()]
    read = sum(one is not None and one.verified for one in sources)
    unread = sum(one is not None and not one.verified for one in sources)
    figures = (
        Figure("numbers", len(sources)),
        Figure("numbers-read", read),
        Figure("numbers-unread", unread),
        Figure("numbers-judged", sum(one is None for one in sources)),
    )
    loose = (Yardstick.of(name, number) for name, number in sorted(of.numbers.items()))
    yardsticks = tuple(one for one in loose if not one.verified)
    return Found(Standing.SUPPORTS, "some-unread" if yardsticks else "all-read", figures, yardsticks)


def traffic_encrypted(of: GuardFacts, at: Measuring) -> Found:
    """Whether all that listens beyond this machine does so under TLS."""
    del at
    figures = Figure("listeners", of.listeners), Figure("listeners-clear", of.clear)
    if of.clear:
        return Found(Standing.CONTRADICTS, "some-clear", figures)
    return Found(Standing.SUPPORTS, "all-encrypted", figures)


def devices_proved(of: GuardFacts, at: Measuring) -> Found:
    """How what delivers reads proves who it is."""
    del at
    figures = Figure("devices-signing", of.signing), Figure("feeds-unsigned", of.by_token)
    if not of.signing and not of.by_token:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    return Found(Standing.SUPPORTS, "some-unsigned" if of.by_token else "all-sign", figures)


EVIDENCES = (
    evidence("rules-in-force", lambda facts: facts.rules, rules_in_force),
    evidence("rules-sourced", lambda facts: facts.rules, rules_sourced),
    evidence("traffic-encrypted", lambda facts: facts.guard, traffic_encrypted),
    evidence("devices-proved", lambda facts: facts.guard, devices_proved),
)
