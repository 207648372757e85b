"""What whoever keeps sites must hold to, for the one in memory and the one in the database."""

from __future__ import annotations

import pytest

from openanpr.sites.life import SiteStep, Step
from openanpr.sites.ports import ChangedSinceError
from tests.sites.scene import ANN, CASE, DAY, NOW

FIRST = SiteStep(step=Step.DRAFTED, at=NOW, by=ANN, case=CASE)
SECOND = SiteStep(step=Step.WITHDRAWN, at=NOW + DAY, by=ANN, why="another place")


class SitesContract:
    """Fixture `sites`: keeps none yet."""

    def test_a_site_is_found_with_its_steps_in_their_order(self, sites) -> None:
        assert sites.find("a") is None
        sites.append("a", 0, FIRST)
        sites.append("a", 1, SECOND)
        assert sites.find("a").steps == (FIRST, SECOND)
        assert sites.find("b") is None

    @pytest.mark.parametrize("number", [0, 2, 7])
    def test_a_step_that_is_not_the_next_is_not_kept(self, sites, number) -> None:
        sites.append("a", 0, FIRST)
        with pytest.raises(ChangedSinceError):
            sites.append("a", number, SECOND)
        assert sites.find("a").steps == (FIRST,)

    def test_all_sites_come_by_when_they_were_drafted(self, sites) -> None:
        assert list(sites.every()) == []
        sites.append("b", 0, FIRST)
        sites.append("z", 0, SiteStep(step=Step.DRAFTED, at=NOW - DAY, by=ANN, case=CASE))
        assert [life.site_id for life in sites.every()] == ["z", "b"]
