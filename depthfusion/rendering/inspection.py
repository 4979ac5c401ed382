"""A scene looked over the way a person would: from its middle, and leaning to every side.

Holes are counted in pictures, not argued from the mesh; what is stretched is measured by what an
eye at the rim of the head box would see it stretched to.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from depthfusion.geometry.cameras import Equirectangular
from depthfusion.rendering.renderer import Frame, Renderer
from depthfusion.scene.discontinuities import EdgeOptions
from depthfusion.types import LayeredScene, Pose, Progress, TexturedMesh, silent
from depthfusion.types.arrays import Bool, Float64

STRETCHED = 2.0  # texels that an edge of one texel may grow to before it looks like rubber
EYES = (512, 256)  # pixels of the panoramas in which holes are counted
GLANCE = (256, 128)  # the same where a scene is made and nobody wants to wait
RUBBER = 0.01  # share of the picture that may be stretched before a person minds
SHRINK = 0.8  # what the head box is taken in by while it still shows holes or rubber
MOST_SHRINKS = 12  # down to a fifteenth; where they show even there, nowhere is safe


@dataclass(frozen=True)
class Scorecard:
    """How sound a scene is.

    Parameters
    ----------
    layers, triangles, vertices : counts; triangles also by layer in `triangles_by_layer`.
    head_box : radius the scene was built for, in its unit.
    safe_head_box : largest radius, up to that, from whose rim no pixel is empty and no more than
        `RUBBER` of what is seen is stretched.
    nearest : distance of the nearest thing shown.
    hole_share : share of pixels with nothing to show, over all directions, from the rim of the
        head box.
    stretched_triangles : triangles that an eye there may see drawn out to more than twice their
        length.
    stretched_share : what they take up of all that eyes there see.
    boundary_edges : edges of a single triangle where the texture shows something; 0 is closed.
    seam_error, pole_error : how far apart vertices lie that stand on the same direction at the
        seam, and at a pole; in the scene's unit.
    """

    layers: int
    triangles: int
    vertices: int
    triangles_by_layer: dict[str, int]
    head_box: float
    safe_head_box: float
    nearest: float
    hole_share: float
    stretched_triangles: int
    stretched_share: float
    boundary_edges: int
    seam_error: float
    pole_error: float

    def as_json(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return asdict(self)


def inspect_scene(
    layered: LayeredScene,
    meshes: Sequence[TexturedMesh],
    renderer: Renderer,
    progress: Progress = silent,
) -> Scorecard:
    """Measure a scene; the renderer, which must draw equirectangular cameras, gets it loaded.

    Parameters
    ----------
    layered : the scene.
    meshes : as `mesh_scene` made them from it.
    """
    limits = [stretching_radius(mesh) for mesh in meshes]
    holes, stretched = _look(
        layered.head_box, meshes, limits, renderer, EYES, eye_positions, progress
    )
    safe = layered.head_box
    if holes > 0 or stretched > RUBBER:
        safe = safe_radius(SHRINK * safe, meshes, renderer, EYES, eye_positions, progress=progress)
    seams, poles = zip(*(_closing_errors(mesh) for mesh in meshes), strict=True)
    return Scorecard(
        layers=len(layered.layers),
        triangles=sum(len(mesh.faces) for mesh in meshes),
        vertices=sum(len(mesh.vertices) for mesh in meshes),
        triangles_by_layer={mesh.name: len(mesh.faces) for mesh in meshes},
        head_box=layered.head_box,
        safe_head_box=safe,
        nearest=min(
            float(layer.distance[layer.rgba[..., 3] > 0].min(initial=np.inf))
            for layer in layered.layers
        ),
        hole_share=holes,
        stretched_triangles=int(sum((limit < layered.head_box).sum() for limit in limits)),
        stretched_share=stretched,
        boundary_edges=sum(_open_edges(mesh) for mesh in meshes),
        seam_error=max(seams),
        pole_error=max(poles),
    )


def eye_positions(radius: float) -> Float64:
    """Eyes on the rim of a head box [14, 3]: along the axes and the diagonals."""
    signs = np.array(np.meshgrid(*[(-1, 1)] * 3)).reshape(3, -1).T / np.sqrt(3)
    return np.concatenate([axis_positions(radius), radius * signs])


def axis_positions(radius: float) -> Float64:
    """Eyes on the rim of a head box [6, 3]: along the axes."""
    return radius * np.concatenate([np.eye(3), -np.eye(3)])


def safe_radius(
    radius: float,
    meshes: Sequence[TexturedMesh],
    renderer: Renderer,
    size: tuple[int, int] = GLANCE,
    eyes: Callable[[float], Float64] = axis_positions,
    *,
    rubber: float = RUBBER,
    progress: Progress = silent,
) -> float:
    """The largest radius, up to `radius`, that a head may move within; 0 where there is none.

    From its rim no pixel is empty, and no more than `rubber` of what is seen is stretched.

    Parameters
    ----------
    radius : where to begin, in the scene's unit.
    meshes : the scene.
    renderer : one that draws equirectangular cameras; gets the scene loaded.
    size : width and height of the panoramas that are looked through.
    eyes : gives the places [N, 3] on a radius' rim.
    rubber : share, 0 … 1; at 1 only holes count.
    progress : told "Leaning to every side".
    """
    limits = [stretching_radius(mesh) for mesh in meshes]
    for _ in range(MOST_SHRINKS):
        holes, stretched = _look(radius, meshes, limits, renderer, size, eyes, progress)
        if holes == 0 and stretched <= rubber:
            return radius
        # What is stretched grows about with the square of the movement: skip what cannot do.
        excess = np.log(max(stretched / rubber, 1)) / 2 if rubber > 0 else 0
        radius *= SHRINK ** max(1, round(excess / -np.log(SHRINK)))
    return 0.0


def _look(
    radius: float,
    meshes: Sequence[TexturedMesh],
    limits: Sequence[Float64],
    renderer: Renderer,
    size: tuple[int, int],
    eyes: Callable[[float], Float64],
    progress: Progress,
) -> tuple[float, float]:
    """Shares of what eyes on a rim see that are empty, and stretched."""
    parts = [
        part
        for mesh, limit in zip(meshes, limits, strict=True)
        for part in _marked(mesh, limit < radius)
    ]
    renderer.load(parts)
    views = list(_views(eyes(radius), renderer, size, progress))
    holes = float(np.mean([view.holes for view in views]))
    return holes, float(np.mean([view.rgb for view in views])) / 255


def _views(
    eyes: Float64, renderer: Renderer, size: tuple[int, int], progress: Progress
) -> Iterator[Frame]:
    """What each eye sees all round."""
    camera = Equirectangular(*size)
    for number, eye in enumerate(eyes):
        progress("Leaning to every side", number / len(eyes))
        yield renderer.render(camera, Pose.at(eye))


def _marked(mesh: TexturedMesh, bad: Bool) -> Iterator[TexturedMesh]:
    """The mesh in two: what is sound in black, what is stretched in white, alpha as it was."""
    alpha = np.full(mesh.texture.shape[:2], 255, np.uint8)
    if mesh.alpha_mode != "opaque" and mesh.texture.shape[2] == 4:
        alpha = mesh.texture[..., 3]
    for faces, colour in ((mesh.faces[~bad], 0), (mesh.faces[bad], 255)):
        if len(faces):
            texture = np.full((*alpha.shape, 4), colour, np.uint8)
            texture[..., 3] = alpha
            yield replace(mesh, faces=faces, texture=texture)


def _shows(mesh: TexturedMesh, uvs: np.ndarray) -> Bool:
    """Whether the texture shows anything at texture coordinates [..., 2]."""
    if mesh.alpha_mode == "opaque" or mesh.texture.shape[2] == 3:
        return np.ones(uvs.shape[:-1], np.bool_)
    height, width = mesh.texture.shape[:2]
    x = np.clip((uvs[..., 0] * width).astype(np.intp), 0, width - 1)
    y = np.clip((uvs[..., 1] * height).astype(np.intp), 0, height - 1)
    return mesh.texture[y, x, 3] >= 128


def stretching_radius(mesh: TexturedMesh) -> Float64:
    """How far an eye may move before each triangle may look drawn out, [F]; +inf where none can.

    An edge that spans a jump in inverse distance grows by the jump times the eye's movement.
    """
    if not len(mesh.faces):
        return np.zeros(0)
    texel = 2 * np.pi / mesh.texture.shape[1]
    corners = mesh.vertices[mesh.faces].astype(np.float64)  # [F, 3, 3]
    distance = np.linalg.norm(corners, axis=-1)
    rays = corners / distance[..., None]
    after = np.roll(rays, -1, axis=1)
    length = np.arctan2(np.linalg.norm(np.cross(rays, after), axis=-1), (rays * after).sum(-1))
    cut = EdgeOptions().least(mesh.texture.shape[1]) * texel  # what opens less is not meant to be
    borne = np.maximum(cut, (STRETCHED - 1) * np.maximum(length, texel))
    jump = np.abs(1 / distance - 1 / np.roll(distance, -1, axis=1))
    radius = (borne / np.maximum(jump, 1e-12)).min(axis=1)
    return np.where(_shows(mesh, mesh.uvs[mesh.faces].mean(axis=1)), radius, np.inf)


def _open_edges(mesh: TexturedMesh) -> int:
    """Edges of one triangle only, corners merged by position, where the texture shows something."""
    _, same = np.unique(mesh.vertices, axis=0, return_inverse=True)
    faces = same.reshape(-1)[mesh.faces]
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    corners = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]])
    keep = edges[:, 0] != edges[:, 1]
    _, first, count = np.unique(edges[keep], axis=0, return_index=True, return_counts=True)
    single = corners[keep][first[count == 1]]
    return int(_shows(mesh, mesh.uvs[single].mean(axis=1)).sum())


def _closing_errors(mesh: TexturedMesh) -> tuple[float, float]:
    """Distance between vertices of one direction across the seam, and at either pole."""
    u, v = mesh.uvs[:, 0], mesh.uvs[:, 1]
    inner = (v > 0) & (v < 1)
    left, right = inner & (u == 0), inner & (u == 1)
    at = {
        float(row): mesh.vertices[k] for row, k in zip(v[left], np.flatnonzero(left), strict=True)
    }
    seam = max(
        (
            float(np.linalg.norm(mesh.vertices[k] - at[float(v[k])]))
            for k in np.flatnonzero(right)
            if float(v[k]) in at
        ),
        default=0.0,
    )
    pole = 0.0
    for row in (0.0, 1.0):
        corners = mesh.vertices[v == row]
        if len(corners):
            pole = max(pole, float(np.linalg.norm(corners - corners[0], axis=1).max()))
    return seam, pole
