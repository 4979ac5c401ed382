"""What every renderer is: meshes in once, then any number of pictures out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np

from depthfusion.geometry.cameras import Camera
from depthfusion.types import Pose, TexturedMesh
from depthfusion.types.arrays import Bool, Float32, UInt8, frozen


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture.

    Parameters
    ----------
    rgb : uint8 [H, W, 3], sRGB.
    distance : float32 [H, W], along the ray from the eye; +inf where there is nothing.
    holes : bool [H, W], where the scene had nothing to show.
    """

    rgb: UInt8
    distance: Float32
    holes: Bool

    def __post_init__(self) -> None:
        """Verify that the three belong to one picture."""
        rgb = frozen("rgb", self.rgb, np.uint8, (None, None, 3))
        object.__setattr__(self, "rgb", rgb)
        for name, dtype in (("distance", np.float32), ("holes", np.bool_)):
            object.__setattr__(self, name, frozen(name, getattr(self, name), dtype, rgb.shape[:2]))


class Renderer(ABC):
    """Draws meshes as a camera sees them. Load once, render often, close at the end."""

    name: str

    @abstractmethod
    def draws(self, camera: Camera) -> bool:
        """Whether this renderer knows the camera's model."""

    @abstractmethod
    def load(self, meshes: Sequence[TexturedMesh]) -> None:
        """Take the scene in place of the one before; uploads happen here, not per frame."""

    @abstractmethod
    def render(self, camera: Camera, pose: Pose, samples: int = 1) -> Frame:
        """Draw the loaded scene; `samples`² rays a pixel, averaged."""

    def close(self) -> None:  # noqa: B027 - most have nothing to give back
        """Give back what was held."""

    def __enter__(self) -> "Renderer":
        """Close at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()
