"""A panorama's surfaces, taken apart where one ends in front of another.

The first layer is the panorama without a strip of the farther surface along each border. These
strips, and their continuation underneath, are the second layer; what ends in front of something
there loses its strip to the background, if it lies on it, or to a few layers more. Foliage goes on
behind itself. Behind all of them stand the background and the sky. Seen from the centre, the layers
together are the photo again.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import binary_dilation, minimum_filter

from depthfusion.geometry.equirectangular import directions
from depthfusion.scene.backdrop import BEHIND, background
from depthfusion.scene.bleeding import bleed
from depthfusion.scene.continuation import continue_distance
from depthfusion.scene.discontinuities import EdgeOptions, Edges, find_edges
from depthfusion.scene.envelope import bounded
from depthfusion.scene.exemplars import textured
from depthfusion.scene.filling import carry_on
from depthfusion.scene.parting import part
from depthfusion.scene.planes import large_planes
from depthfusion.scene.pyramid import continue_smoothly
from depthfusion.scene.reveal import NOWHERE, sources
from depthfusion.scene.rims import Rims, soften
from depthfusion.scene.slices import beside, each
from depthfusion.scene.surface import NO_PLANE, HiddenSurface
from depthfusion.scene.thicket import thicket
from depthfusion.types import Layer, Progress, RGBDPanorama, silent
from depthfusion.types.arrays import Bool, Float32, Int32

STRIP = 5  # pixels of the farther surface that go to the next layer
CONTEXT = 12  # pixels of a surface from which its hidden part is continued
SAME = 2.0  # texels of uncovering by which the background may be off its surface
LEFTOVER_LAYERS = 3  # at most, for seen strips that fit into no sheet
WORTH_A_LAYER = 5e-5  # share of the sphere below which leftovers are left to the background
CLEARANCE = 17  # pixels a side within which the background is nowhere nearer than what is seen
LEAST_ALPHA = 0.3  # below which a rim's colour is not the pixel's own


@dataclass(eq=False)
class Sheet:
    """One surface a pixel: colour [H, W, 3] 0…255, inverse distance [H, W] (0 is sky), and where.

    `seen` are the pixels that show the panorama itself, not a guess.
    """

    colour: Float32
    inverse: Float32
    held: Bool
    seen: Bool


@dataclass(eq=False)
class Cut:
    """What a sheet's borders say: which pixels move back, and what goes on beneath which."""

    edges: Edges
    rims: Rims
    inner: Bool
    strip: Bool
    source: Int32
    away: Float32


@dataclass(eq=False)
class Front:
    """A layer in the making: colour [H, W, 3] 0…255, inverse distance [H, W], alpha 0…1 [H, W]."""

    colour: Float32
    inverse: Float32
    alpha: Float32


def build_layers(
    panorama: RGBDPanorama,
    reach: float,
    options: EdgeOptions | None = None,
    progress: Progress = silent,
) -> tuple[Layer, ...]:
    """Layers near to far, sky last where there is any, for an eye that moves within `reach`.

    Parameters
    ----------
    panorama : colour and distance.
    reach : radius of the head box, > 0, in the panorama's unit.
    options : what counts as a border.
    progress : told "Building layers".
    """
    options = options or EdgeOptions()
    inverse = (1 / panorama.distance).astype(np.float32)
    everywhere = np.ones(inverse.shape, np.bool_)
    sheet = Sheet(panorama.rgb.astype(np.float32), inverse, everywhere, everywhere)
    scale = reach * panorama.width / (2 * np.pi)

    progress("Building layers", 0.0)
    edges = find_edges(inverse, everywhere, reach, options)
    first, large = beside(
        lambda: _cut(sheet, edges, reach),
        lambda: large_planes(inverse, edges.near() | edges.far(), scale),
    )
    fronts = [_front(sheet, first)]
    sky = _sky(sheet, first)
    progress("Building layers", 0.25)
    second = _behind(sheet, first, large, scale)
    progress("Building layers", 0.45)
    cut = _cut(second, find_edges(second.inverse, second.held, reach, options), reach)
    fronts.append(_front(second, cut))
    progress("Building layers", 0.65)
    needed = first.strip | cut.strip | (first.source != NOWHERE) | (cut.source != NOWHERE)
    if needed.any():
        back = _backdrop(sheet, second, first, needed, large, scale)
        fronts += _leftovers(second, cut, back, reach, options)
        fronts += _crown(sheet, edges, back)
        fronts.append(_kept_behind(back, fronts, inverse))
    progress("Building layers", 0.8)
    _agree(sheet, second, fronts, sky)
    layers = each(_finished, [front for front in fronts if (front.alpha > 0).any()])
    if sky is not None:
        layers.append(_sky_layer(sky))
    progress("Building layers", 1.0)
    return tuple(layers)


def grow(region: Bool, edges: Edges, steps: int, within: Bool) -> Bool:
    """Grow a region along its surface, pixel by pixel, never across a border."""
    open_right, open_down = edges.right == 0, edges.down[:-1] == 0
    for _ in range(steps):
        wider = region.copy()
        wider |= np.roll(region & open_right, 1, 1)
        wider |= np.roll(region, -1, 1) & open_right
        wider[1:] |= region[:-1] & open_down
        wider[:-1] |= region[1:] & open_down
        region = wider & within
    return region


def _cut(sheet: Sheet, edges: Edges, reach: float) -> Cut:
    """Find what a sheet's borders ask of it."""
    solid = sheet.held & (sheet.inverse > 0)
    # The outermost pixel of a strip shows in both layers, so that no seam opens between them.
    inner = grow(edges.far() & solid, edges, STRIP - 2, solid)
    strip = grow(inner, edges, 1, solid)
    (source, away), rims = beside(
        lambda: sources(sheet.inverse, sheet.held, edges, reach),
        lambda: soften(sheet.colour, sheet.inverse, sheet.held, edges),
    )
    source[strip | ~solid] = NOWHERE
    return Cut(edges, rims, inner, strip, source, away)


def _front(sheet: Sheet, cut: Cut) -> Front:
    """The sheet without its strips, its rims clean and soft."""
    shown = sheet.held & (sheet.inverse > 0) & ~cut.inner
    near, rims = cut.edges.near(), cut.rims
    beyond = rims.reached & ~shown
    soft = (near & shown) | beyond
    alpha = np.where(soft, rims.alpha, shown.astype(np.float32))
    colour = np.where((soft & rims.reached)[..., None], rims.front, sheet.colour)
    return Front(colour, np.where(beyond, rims.front_inverse, sheet.inverse), alpha)


def _unmixed(sheet: Sheet, cut: Cut) -> Float32:
    """The sheet's colours with what nearer rims mixed into its borders taken out."""
    rims = cut.rims
    share = rims.alpha[..., None]
    pure = (sheet.colour - share * rims.front) / np.maximum(1 - share, 0.5)
    low, high = np.minimum(rims.back, sheet.colour) - 8, np.maximum(rims.back, sheet.colour) + 8
    pure = np.clip(np.clip(pure, low, high), 0, 255)
    border = cut.edges.far() & np.isfinite(rims.back[..., 0])
    return np.where(border[..., None], pure, sheet.colour).astype(np.float32)


def _behind(sheet: Sheet, cut: Cut, large: Float32, scale: float) -> Sheet:
    """The strips that a sheet's borders uncover, and their continuation underneath."""
    solid = sheet.held & (sheet.inverse > 0)
    clean = ~(cut.edges.near() & ~cut.edges.far())
    context = grow(cut.strip, cut.edges, CONTEXT, solid & clean)
    under = cut.source != NOWHERE
    ceiling = sheet.inverse - 0.3 / scale
    hidden = continue_distance(
        sheet.inverse, context, cut.source, ceiling, large, tolerance=0.3 / scale
    )
    clear = solid & ~(cut.edges.near() | cut.edges.far())
    on_large = replace(hidden, wanted=under & (hidden.number != NO_PLANE))
    on_large = bounded(on_large, sheet.inverse, clear, large, ceiling, tolerance=1 / scale)
    hidden = replace(on_large, wanted=under)
    colour = carry_on(
        _unmixed(sheet, cut), hidden.inverse, context, under, cut.away, tolerance=1 / scale
    )
    colour = textured(colour, hidden, sheet.colour, sheet.inverse, clear, tolerance=1 / scale)
    return Sheet(colour, hidden.inverse, cut.strip | under, cut.strip & sheet.seen)


def _plain(colour: Float32, inverse: Float32, where: Bool) -> Front:
    return Front(colour, inverse, where.astype(np.float32))


def _backdrop(
    sheet: Sheet, second: Sheet, cut: Cut, needed: Bool, large: Float32, scale: float
) -> Front:
    """The background, wherever something may be looked past."""
    border = cut.edges.near() | cut.edges.far()
    back = background(sheet.colour, sheet.inverse, border, scale)
    where = binary_dilation(needed, iterations=3) & back.extent
    # Around what is needed it stays at what is seen, so that nothing opens in between.
    facing = back.inverse[..., None] * directions(*back.inverse.shape)
    nowhere = np.full(where.shape, NO_PLANE, np.int8)
    hidden = bounded(
        HiddenSurface(needed & where & ~back.known, back.inverse, nowhere, facing),
        sheet.inverse, back.known, large, BEHIND * sheet.inverse, tolerance=1 / scale,
    )  # fmt: skip
    same = hidden.wanted & second.held & (np.abs(second.inverse - hidden.inverse) * scale < 1)
    colour = np.where(same[..., None], second.colour, back.colour)
    hidden = replace(hidden, wanted=hidden.wanted & ~same)
    colour = textured(colour, hidden, sheet.colour, sheet.inverse, back.known, tolerance=1 / scale)
    # A continuation that would end at the sky must still be somewhere.
    inverse = np.maximum(hidden.inverse, 0.5 * sheet.inverse[sheet.inverse > 0].min())
    return _plain(colour, inverse, where)


def _leftovers(
    sheet: Sheet, cut: Cut, back: Front, reach: float, options: EdgeOptions
) -> list[Front]:
    """Strips that a sheet lost: what lies on the background goes there, the rest apart.

    No layer holds two surfaces that meet at a border, for triangles would stretch between them.
    """
    strip = sheet.seen & cut.strip
    colour = _unmixed(sheet, cut)
    scale = reach * strip.shape[1] / (2 * np.pi)
    same = strip & (back.alpha > 0) & (np.abs(back.inverse - sheet.inverse) * scale < SAME)
    back.colour[same], back.inverse[same] = colour[same], sheet.inverse[same]
    strip &= ~same
    parts = part(strip, find_edges(sheet.inverse, strip, reach, options), LEFTOVER_LAYERS)
    return [_plain(colour, sheet.inverse, where) for where in parts if where.mean() > WORTH_A_LAYER]


def _crown(sheet: Sheet, edges: Edges, back: Front) -> list[Front]:
    """More leaves behind leaves that only the sky stands behind, where there are any."""
    found = thicket(sheet.inverse, edges.near() | edges.far(), back.alpha == 0)
    if found.where.mean() <= WORTH_A_LAYER:
        return []
    return [_plain(sheet.colour, found.inverse, found.where)]


def _kept_behind(back: Front, fronts: list[Front], seen: Float32) -> Front:
    """The background, moved behind whatever stands before it, and behind all that is seen nearby.

    Its triangles span a few pixels; over the rim of what hides it they would else come out in front
    of something far that is seen beside it.
    """
    solid = np.where(seen > 0, seen, np.inf)
    inverse = np.minimum(back.inverse, minimum_filter(solid, CLEARANCE, mode=("nearest", "wrap")))
    for front in fronts:
        inverse = np.where(front.alpha > 0, np.minimum(inverse, BEHIND * front.inverse), inverse)
    return Front(back.colour, inverse.astype(np.float32), back.alpha)


def _sky(sheet: Sheet, cut: Cut) -> Float32 | None:
    """The sky's colour over the whole sphere [H, W, 3], or `None` where there is no sky."""
    sky = sheet.inverse == 0
    if not sky.any():
        return None
    pure = sky & ~cut.edges.far()
    return continue_smoothly(sheet.colour, (pure if pure.any() else sky).astype(np.float32))


def _agree(sheet: Sheet, second: Sheet, fronts: list[Front], sky: Float32 | None) -> None:
    """Choose the rims' colours so that the layers, seen from the centre, are the photo again.

    Where both layers have a say, the first one's soft rim gives way, so that nothing of what stands
    in front stays on the surface behind; only a rim too faint for that leaves it to the second.
    """
    behind = fronts[-1].colour if sky is None else sky
    for number in range(len(fronts) - 1, -1, -1):
        front = fronts[number]
        alpha = front.alpha[..., None]
        if number < 2:
            own, target = front.alpha >= LEAST_ALPHA, sheet.colour
            if number == 1:
                faint = fronts[0].alpha[..., None]
                own &= second.seen & (fronts[0].alpha < LEAST_ALPHA)
                rest = target - faint * fronts[0].colour
                target = (rest / np.maximum(1 - faint, LEAST_ALPHA)).astype(np.float32)
            exact = (target - (1 - alpha) * behind) / np.maximum(alpha, LEAST_ALPHA)
            exact = np.clip(np.clip(exact, sheet.colour - 60, sheet.colour + 60), 0, 255)
            front.colour = np.where(own[..., None], exact, front.colour)
        behind = alpha * front.colour + (1 - alpha) * behind


def _finished(front: Front) -> Layer:
    colour, inverse = bleed(
        front.colour.astype(np.float32), front.inverse.astype(np.float32), front.alpha > 0
    )
    # Beyond the bleeding nothing is drawn; a distance must stand there all the same.
    drawn = inverse[inverse > 0]
    distance = 1 / np.maximum(inverse, drawn.min())
    rgba = np.concatenate([colour, 255 * front.alpha[..., None]], axis=-1)
    return Layer(np.rint(np.clip(rgba, 0, 255)).astype(np.uint8), distance)


def _sky_layer(colour: Float32) -> Layer:
    rgba = np.full((*colour.shape[:2], 4), 255, np.uint8)
    rgba[..., :3] = np.rint(np.clip(colour, 0, 255))
    return Layer(rgba, np.full(colour.shape[:2], np.inf, np.float32))
