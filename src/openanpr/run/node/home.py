"""Where a node is at home: its folder and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SETTINGS_FILE = "node.toml"


@dataclass(frozen=True, slots=True)
class Home:
    """Where a node is at home: its folder, and its settings (None: node.toml in the folder, if there).

    `named`: somebody has named the folder, so that settings which say another are not followed.
    """

    folder: Path
    settings: Path | None = None
    named: bool = False

    @property
    def file(self) -> Path | None:
        """The file with the settings; None where there is none."""
        if self.settings is not None:
            return self.settings
        usual = self.folder / SETTINGS_FILE
        return usual if usual.exists() else None
