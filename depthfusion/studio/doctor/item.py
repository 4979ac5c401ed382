"""What an examination finds."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["present", "optional", "absent"]


@dataclass(frozen=True)
class Item:
    """One thing looked at.

    Parameters
    ----------
    name : what it is.
    state : "present"; "optional" where it lacks and DepthFusion works without; "absent" where it
        lacks and something that every user needs fails.
    says : what was found, or what its lack means.
    remedy : the exact command, or the one thing to do; `None` where nothing has to be done.
    """

    name: str
    state: State
    says: str
    remedy: str | None = None


@dataclass(frozen=True)
class Report:
    """All items, in order."""

    items: tuple[Item, ...]

    @property
    def ok(self) -> bool:
        """Whether everything required is there."""
        return all(item.state != "absent" for item in self.items)

    def as_json(self) -> dict[str, Any]:
        """Give the report as JSON values."""
        return {"ok": self.ok, "items": [asdict(item) for item in self.items]}
