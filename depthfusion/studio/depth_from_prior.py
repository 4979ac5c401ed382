"""Depth by geometry alone, where there is no file, no second eye and no model."""

import math

from depthfusion.generation.prior.fitting import EYE_HEIGHT, fit_prior
from depthfusion.studio.depth_sources import SourcedDepth
from depthfusion.studio.import_options import ImportOptions
from depthfusion.types import Progress, RGBDPanorama, silent
from depthfusion.types.arrays import UInt8


def depth_from_prior(
    rgb: UInt8, options: ImportOptions, progress: Progress = silent
) -> SourcedDepth:
    """Fit floor, walls and ceiling or sky to a level photo.

    Parameters
    ----------
    rgb : uint8 [H, 2H, 3].
    options : `place`, where the person knows it.
    progress : told each step; may raise `Cancelled`.

    Returns
    -------
    Relative, until the camera's height is said; the floor lies at a standing person's eye height.
    """
    found = fit_prior(rgb, place=options.place, progress=progress)
    over = "sky by colour and position" if found.surroundings == "outdoors" else "a ceiling"
    azimuth = math.degrees(found.azimuth)
    how = (
        f"geometric prior, {found.surroundings}: a flat floor {EYE_HEIGHT:g} below, upright walls "
        f"facing {azimuth:.0f}° and {azimuth + 90:.0f}°, {over}; nothing was measured or learned"
    )
    note = (
        f"the depth is a {how}; things that stand in the open are painted on floor and walls, and "
        "--camera-height makes it metric"
    )
    facts = {"prior": {"place": found.surroundings, "walls_deg": round(azimuth, 2)}}
    panorama = RGBDPanorama(rgb, found.distance, "relative")
    return SourcedDepth(panorama, "prior", how, (note,), facts=facts, floor=found.height)
