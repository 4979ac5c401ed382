"""Rims apart from what is solid, and textures packed: drawn, they are the same as before."""

import numpy as np
import pytest
from numpy.typing import NDArray

from depthfusion.geometry.cameras import Perspective
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.scene import packing
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.scene.meshing import MeshOptions, mesh_scene
from depthfusion.scene.packing import GUTTER, pack_texture, split_rim
from depthfusion.types import LayeredScene, Pose, TexturedMesh
from tests.fixtures.pillars import pillar_room

EYE = Pose.at((0.1, 0.05, 0.1))


@pytest.fixture(scope="module")
def layered() -> LayeredScene:
    return build_scene(pillar_room(128), SceneOptions(head_box=0.3))


@pytest.fixture(scope="module")
def meshes(layered: LayeredScene) -> tuple[TexturedMesh, ...]:
    return mesh_scene(layered, MeshOptions(error=1.0))


def drawn(meshes: list[TexturedMesh], turn: float) -> NDArray[np.uint8]:
    """A view of a quarter turn, from beside the origin."""
    cos, sin = np.cos(turn), np.sin(turn)
    pose = np.array(EYE.world_from_camera)
    pose[:3, :3] = [[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]]
    with CpuRenderer() as renderer:
        renderer.load(meshes)
        return renderer.render(Perspective.from_fov(160, 120, 1.4), Pose(pose)).rgb


def corners(mesh: TexturedMesh) -> NDArray[np.float32]:
    """Triangles by the places of their corners, sorted, [F, 9]."""
    table = mesh.vertices[mesh.faces].reshape(-1, 9)
    return table[np.lexsort(table.T)]


def test_no_triangle_is_lost_and_what_is_solid_shows_nothing_else(
    meshes: tuple[TexturedMesh, ...],
) -> None:
    soft = {mesh: split_rim(mesh) for mesh in meshes if mesh.alpha_mode != "opaque"}
    assert any(len(parts) == 2 for parts in soft.values())
    for mesh, parts in soft.items():
        together = np.concatenate([corners(part) for part in parts])
        np.testing.assert_array_equal(together[np.lexsort(together.T)], corners(mesh))
        assert [part.alpha_mode for part in parts] == ["opaque", mesh.alpha_mode][-len(parts) :]
        if len(parts) == 1:
            continue
        solid = parts[0]
        assert solid.texture.shape[-1] == 3
        height, width = mesh.texture.shape[:2]
        middle = solid.uvs[solid.faces].mean(axis=1) * (width, height)
        column, row = np.minimum(middle.astype(int), (width - 1, height - 1)).T
        assert (mesh.texture[row, column, 3] == 255).all()


def test_an_opaque_mesh_is_one_part_and_one_without_a_solid_triangle_too() -> None:
    texture = np.zeros((8, 16, 4), np.uint8)
    texture[2, 3] = 200
    triangle = np.array([[0, 0, -1], [1, 0, -1], [0, 1, -1]], np.float32)
    uvs = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    face = np.array([[0, 1, 2]], np.int32)
    (rim,) = split_rim(TexturedMesh(triangle, face, uvs, texture, "blend"))
    assert rim.alpha_mode == "blend" and rim.texture.shape[-1] == 4
    (solid,) = split_rim(TexturedMesh(triangle, face, uvs, texture, "opaque"))
    assert solid.texture.shape[-1] == 3


@pytest.mark.parametrize("turn", [0.0, 1.5, 3.1, -1.4])
def test_parted_and_packed_meshes_look_the_same(
    meshes: tuple[TexturedMesh, ...], turn: float
) -> None:
    parts = [pack_texture(part) for mesh in meshes for part in split_rim(mesh)]
    before, after = drawn(list(meshes), turn), drawn(parts, turn)
    assert np.abs(before.astype(int) - after).max() <= 2


def test_every_vertex_finds_its_texels_and_their_neighbours(
    meshes: tuple[TexturedMesh, ...],
) -> None:
    for part in (part for mesh in meshes for part in split_rim(mesh)):
        packed = pack_texture(part)
        old, new = part.texture, packed.texture
        # The faces keep their order, so corners can be told by it.
        was = (part.uvs[part.faces] * old.shape[1::-1]).reshape(-1, 2)
        now = (packed.uvs[packed.faces] * new.shape[1::-1]).reshape(-1, 2)
        shift = np.rint(now - was).astype(int)
        np.testing.assert_allclose(now - was, shift, atol=1e-3)
        for dy in range(-GUTTER, GUTTER):
            for dx in range(-GUTTER, GUTTER):
                at = np.floor(was).astype(int) + np.array([dx, dy])
                row = np.clip(at[:, 1], 0, old.shape[0] - 1)
                there = at + shift
                if part.texture is not packed.texture:
                    inside = (there >= 0).all(axis=1) & (there < new.shape[1::-1]).all(axis=1)
                    assert inside.all()
                    seen = new[there[:, 1], there[:, 0]]
                    np.testing.assert_array_equal(seen, old[row, at[:, 0] % old.shape[1]])


def test_packing_spares_most_of_a_texture_of_which_little_shows(
    meshes: tuple[TexturedMesh, ...],
) -> None:
    rims = [split_rim(mesh)[-1] for mesh in meshes if mesh.alpha_mode != "opaque"]
    for rim in rims:
        assert pack_texture(rim).texture.size < packing.WORTH * rim.texture.size
        even = pack_texture(rim, power_of_two=True).texture
        assert all(side & (side - 1) == 0 for side in even.shape[:2])


def test_blocks_do_not_overlap() -> None:
    sizes = np.random.default_rng(3).integers(9, 90, (200, 2))
    corner, (height, width) = packing._shelves(sizes)
    used = np.zeros((height, width), int)
    for (wide, high), (x, y) in zip(sizes, corner, strict=True):
        used[y : y + high, x : x + wide] += 1
    assert used.max() == 1 and used.sum() == (sizes[:, 0] * sizes[:, 1]).sum()
    assert used.mean() > 0.75
