"""The app's tabs, one file each: a function that places components and joins thin callbacks."""

from app.tabs.bring import bring_tab
from app.tabs.create import create_tab
from app.tabs.library import library_tab
from app.tabs.look import look_tab
from app.tabs.take_away import take_away_tab

__all__ = ["bring_tab", "create_tab", "library_tab", "look_tab", "take_away_tab"]
