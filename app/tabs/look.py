"""Look: the viewer, as wide as the page."""

from app.desk import Desk


def look_tab(desk: Desk) -> None:
    """Place the tab."""
    desk.viewer.render()
