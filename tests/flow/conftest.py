"""The browser of the tests of pages, for stories that are told in one."""

from tests.pages.conftest import browser

__all__ = ["browser"]
