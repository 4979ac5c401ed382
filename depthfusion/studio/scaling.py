"""The one measure that most people know: how high the camera stood."""

from dataclasses import replace

import numpy as np

from depthfusion.scene.ground import flat_floor, floor_height
from depthfusion.studio.depth_sources import SourcedDepth
from depthfusion.studio.import_options import ImportOptions
from depthfusion.types import RGBDPanorama

FARTHEST = 300.0  # metres that a fitted distance may reach
NEAREST = 0.1


def with_camera_height(found: SourcedDepth, options: ImportOptions) -> SourcedDepth:
    """Bring depth without a unit to metres by the height of the camera over the floor.

    Depth that is in metres already keeps them, and the person is told.

    Parameters
    ----------
    found : panorama with distance; `affine` where its inverse is known up to factor and shift.
    options : its `camera_height`; `None` leaves everything as it is.
    """
    wanted, panorama = options.camera_height, found.panorama
    if wanted is None:
        return found
    height = found.floor or floor_height(panorama.distance)
    if panorama.scale == "metric":
        stands = "" if height is None else f" and puts the camera {height:.2f} m above the floor"
        note = f"the depth is in metres already{stands}; --camera-height was left aside"
        return replace(found, notes=(*found.notes, note))
    fitted = _flattened(panorama, wanted) if found.affine else None
    if fitted is not None:
        note = f"scale and shift of the depth were fitted to a flat floor {wanted:g} m below"
        return replace(found, panorama=fitted, floor=wanted, notes=(*_unitless(found), note))
    if height is None:
        note = "nothing lies below the camera, so --camera-height could not be used"
        return replace(found, notes=(*found.notes, note))
    factor = wanted / height
    scaled = RGBDPanorama(panorama.rgb, panorama.distance * np.float32(factor), "metric")
    note = f"everything was scaled by {factor:.3g} to put the camera {wanted:g} m above the floor"
    return replace(found, panorama=scaled, floor=wanted, notes=(*_unitless(found), note))


def _unitless(found: SourcedDepth) -> list[str]:
    """The notes without the one that says there is no unit: now there is."""
    return [note for note in found.notes if "has no unit" not in note]


def _flattened(panorama: RGBDPanorama, camera_height: float) -> RGBDPanorama | None:
    inverse = 1 / panorama.distance.astype(np.float64)
    fitted = flat_floor(inverse, camera_height)
    if fitted is None:
        return None
    factor, shift = fitted
    inverse = np.clip(factor * inverse + shift, 1 / FARTHEST, 1 / NEAREST)
    distance = np.where(np.isinf(panorama.distance), np.inf, 1 / inverse)
    return RGBDPanorama(panorama.rgb, distance.astype(np.float32), "metric")
