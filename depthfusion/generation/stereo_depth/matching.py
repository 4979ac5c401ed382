"""Whole-pixel matches of one eye's rows with the other's, round the seam, each way checked."""

from dataclasses import dataclass

import cv2
import numpy as np

from depthfusion.types.arrays import Bool, Float32, UInt8

BLOCK = 5
SMALL_STEP, LARGE_STEP = 8, 32  # what a slope and a jump cost, per pixel of the block and channel
STEP = 16  # SGBM counts disparities in sixteenths, and takes numbers of them that 16 divides
APART = 1.5  # pixels by which both ways may differ


@dataclass(frozen=True, eq=False)
class Matches:
    """What matches what: for each eye, how far to the left (in the right eye) its pixels lie.

    Parameters
    ----------
    left, right : float32 [H, W], pixels: left[y, x] is matched by the right eye's column
        x − left[y, x], right[y, x] by the left eye's column x + right[y, x].
    left_sure, right_sure : bool [H, W], where both ways agree.
    """

    left: Float32
    right: Float32
    left_sure: Bool
    right_sure: Bool


def match(left: UInt8, right: UInt8, least: int, most: int) -> Matches:
    """Match two pictures of one scene row by row.

    Semi-global matching: Hirschmüller, "Stereo Processing by Semiglobal Matching and Mutual
    Information", PAMI 2008, in OpenCV's form.

    Parameters
    ----------
    left, right : uint8 [H, W, 3].
    least, most : disparities looked for, pixels; negative ones show eyes that are swapped.
    """
    forth = _one_way(left, right, least, most)
    back = _one_way(right[:, ::-1], left[:, ::-1], least, most)[:, ::-1]
    return Matches(forth, back, _agree(forth, back, -1, least), _agree(back, forth, 1, least))


def _one_way(left: UInt8, right: UInt8, least: int, most: int) -> Float32:
    """Disparities [H, W]; below `least` where nothing was found."""
    count = -(-(most - least) // STEP) * STEP
    margin = count + abs(least) + BLOCK
    wide = [
        np.ascontiguousarray(np.concatenate([eye[:, -margin:], eye, eye[:, :margin]], axis=1))
        for eye in (left, right)
    ]
    area = BLOCK * BLOCK
    matcher = cv2.StereoSGBM_create(  # type: ignore[attr-defined]
        minDisparity=least,
        numDisparities=count,
        blockSize=BLOCK,
        P1=SMALL_STEP * area,
        P2=LARGE_STEP * area,
        disp12MaxDiff=-1,
        uniquenessRatio=3,
        mode=cv2.STEREO_SGBM_MODE_SGBM,
    )
    found = matcher.compute(*wide)[:, margin:-margin]
    return found.astype(np.float32) / STEP


def _agree(here: Float32, there: Float32, way: int, least: int) -> Bool:
    """Where the other eye's pixel leads back."""
    width = here.shape[1]
    found = here > least - 0.5
    column = np.rint(np.arange(width) + way * np.where(found, here, 0)).astype(np.intp) % width
    other = np.take_along_axis(there, column, axis=1)
    return found & (np.abs(other - here) <= APART)
