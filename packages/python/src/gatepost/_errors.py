"""What is raised when there is no decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._bindings import Misuse, SettingFinding


class SettingsError(Exception):
    """The settings, or an API key's terms, have mistakes."""

    findings: Sequence[SettingFinding]
    """Every mistake. Show them to the administrator."""

    def __init__(self, findings: Sequence[SettingFinding]) -> None:
        super().__init__("; ".join(f"{found.path}: {found.message}" for found in findings))
        self.findings = findings


class MisuseError(Exception):
    """The facts are such that no decision can be made from them.

    Nothing was decided: store nothing, and answer with a server error (500).
    """

    misuse: Misuse
    """What is wrong with them."""

    def __init__(self, misuse: Misuse) -> None:
        super().__init__(str(misuse))
        self.misuse = misuse


class PluginError(Exception):
    """The plugin failed, or it needed more time or memory than it may have.

    Nothing was decided: store nothing, and answer with a server error (500). The next call is answered by a new
    instance.
    """
