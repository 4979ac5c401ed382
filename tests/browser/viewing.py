"""What tests of the viewer do and see."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from viewer_sample import PATCH

CLOSE = 12  # of 255: what filtering may do to a colour

Visit = Callable[..., Any]
AXE = Path(__file__).parents[1] / "tools" / "node_modules" / "axe-core" / "axe.min.js"


def opened(page: Any) -> Any:
    page.wait_for_selector("body.whole")
    settle(page)
    return page


def settle(page: Any) -> None:
    """Wait until the view has arrived where it was wanted."""
    page.evaluate(
        """async () => {
          const { view } = await depthfusion;
          const names = Object.keys(view.shown);
          const there = () => names.every((name) => view.shown[name] === view.wanted[name]);
          while (!there() || view.turning) await new Promise(requestAnimationFrame);
        }"""
    )


def hold(page: Any, key: str, until: str) -> None:
    """Hold a key until something is true of the view that is wanted."""
    page.keyboard.down(key)
    view = "(await depthfusion).view.wanted"
    page.wait_for_function(f"async () => {{ const v = {view}; return {until} }}")
    page.keyboard.up(key)
    settle(page)


def view(page: Any) -> dict[str, float]:
    return page.evaluate("async () => (await depthfusion).view.shown")


def picture(page: Any, size: tuple[int, int] | None = None) -> np.ndarray:
    """What the stage shows, without the bar and words over it, [H, W, 3]."""
    data = page.evaluate(
        """async (size) => {
          const { stage } = await depthfusion;
          const file = await stage.picture(size);
          return [...new Uint8Array(await file.arrayBuffer())];
        }""",
        size,
    )
    return np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGB")).astype(int)


def colour_at(page: Any, x: float, y: float) -> tuple[int, ...]:
    """The colour at a share of the picture's width and height."""
    shown = picture(page)
    return tuple(shown[int(y * shown.shape[0]), int(x * shown.shape[1])])


def is_close(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return max(abs(p - q) for p, q in zip(a, b, strict=True)) <= CLOSE


def patch_centre(page: Any) -> float:
    """Where the near patch is, as a share of the width."""
    shown = picture(page)
    found = (np.abs(shown - PATCH).max(-1) <= 40).nonzero()[1]
    assert len(found) > 50
    return float(found.mean() / shown.shape[1])


def look(page: Any, **view: float) -> None:
    """Be at a view at once; what is not named is as at the start."""
    page.evaluate(
        """async (asked) => {
          const { view, stage } = await depthfusion;
          view.jump({ yaw: view.home, pitch: 0, fov: 86, x: 0, y: 0, z: 0, ...asked });
          stage.invalidate();
        }""",
        view,
    )
    settle(page)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """How alike two pictures of 8 bits are, decibels."""
    error = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def barriers(page: Any) -> list[str]:
    """What axe-core holds to be serious or worse; skip, or fail under CI, where it is missing."""
    if not AXE.is_file():
        remedy = "axe-core is missing: install Node, then `npm ci --prefix tests/tools`"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(remedy)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(
        """async () => (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'best-practice'] }))
          .violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join()}`)"""
    )
