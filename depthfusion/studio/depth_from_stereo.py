"""Depth of a photo with two eyes, as `import` wants it."""

from depthfusion.generation.stereo_depth import OdsOptions, distance_from_ods
from depthfusion.studio.depth_sources import SourcedDepth
from depthfusion.studio.import_options import ImportOptions
from depthfusion.types import Progress
from depthfusion.types.arrays import UInt8


def depth_from_stereo(
    left: UInt8, right: UInt8, options: ImportOptions, progress: Progress
) -> SourcedDepth:
    """Measure distance by the two eyes of omni-directional stereo.

    Parameters
    ----------
    left, right : uint8 [H, 2H, 3], sRGB.
    options : for `ipd`.
    progress : may raise `Cancelled`.

    Raises
    ------
    InputError
        The eyes show the same, or nothing in common.
    """
    found = distance_from_ods(left, right, OdsOptions(ipd=options.ipd), progress)
    facts = {
        "eyes_swapped": found.swapped,
        "reach_m": round(found.reach, 1),
        "measured": round(found.measured, 3),
        "far": round(found.far, 3),
        "sky": round(found.sky, 3),
        "confidence": round(float(found.confidence.mean()), 3),
    }
    how = (
        f"measured by both eyes, {options.ipd * 1000:g} mm apart, to {found.reach:.0f} m; "
        f"mean confidence {found.confidence.mean():.2f}"
    )
    return SourcedDepth(found.panorama, "stereo", how, found.notes, facts=facts)
