"""The adaptive grid: never a crack, never further off than it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depthfusion.scene.adaptive import grid_errors, support_table, triangles
from depthfusion.scene.sphere import grid_directions

ROWS = 32
COLUMNS = 2 * ROWS


def random_grid(seed: int, rows: int = ROWS) -> np.ndarray:
    """Distances [rows + 1, 2·rows + 1] with rough and flat parts, seam and poles joined."""
    random = np.random.default_rng(seed)
    distance = np.full((rows + 1, 2 * rows + 1), 3.0, np.float32)
    for _ in range(4):
        j, i = random.integers(0, rows), random.integers(0, 2 * rows)
        size = int(random.integers(1, rows))
        part = distance[j : j + size, i : i + size]
        part[:] = random.uniform(1, 5, part.shape) if random.random() < 0.5 else 1.5
    distance[:, -1] = distance[:, 0]
    distance[0], distance[-1] = distance[0, 0], distance[-1, 0]
    return distance


def leaves(distance: np.ndarray, tolerance: float, support: np.ndarray | None = None) -> np.ndarray:
    rows = len(distance) - 1
    table = support_table(support, 2 * rows, rows)
    error = grid_errors(
        grid_directions(2 * rows, rows), distance, table, texel=np.pi / rows, reach=0.2
    )
    return triangles(error, tolerance, table)


def identified(corners: np.ndarray, rows: int) -> np.ndarray:
    """Vertex numbers [N, 3]: the seam's two columns are one, each pole row is one point."""
    j, i = corners[..., 0].astype(np.int64), corners[..., 1] % (2 * rows)
    return np.where((j == 0) | (j == rows), j * 2 * rows, j * 2 * rows + i)


def defects(corners: np.ndarray, rows: int) -> tuple[int, int, int, int]:
    """Unmatched and doubled directed edges, flat triangles, Euler characteristic."""
    faces = identified(corners, rows)
    a, b = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    edges = a * 10**7 + b
    unique, times = np.unique(edges, return_counts=True)
    unmatched = (~np.isin(unique % 10**7 * 10**7 + unique // 10**7, unique)).sum()
    euler = len(np.unique(faces)) - len(unique) // 2 + len(faces)
    return int(unmatched), int((times > 1).sum()), int((a == b).sum()), int(euler)


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.floats(-5, 20), st.sampled_from([16, 32, 64]))
def test_no_crack_at_any_tolerance(seed: int, exponent: float, rows: int) -> None:
    corners = leaves(random_grid(seed, rows), 2.0**exponent)
    assert defects(corners, rows) == (0, 0, 0, 2)


def test_with_no_tolerance_every_vertex_stays() -> None:
    corners = leaves(random_grid(1), -1.0)
    assert len(np.unique(identified(corners, ROWS))) == COLUMNS * (ROWS - 1) + 2
    assert len(corners) == 2 * COLUMNS * (ROWS - 1)


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_a_finer_tolerance_only_adds(seed: int) -> None:
    """Restricted triangulations nest: what a coarse one has, a finer one has too."""
    distance = random_grid(seed)
    before: set[int] = set()
    for tolerance in (8.0, 2.0, 0.5, 0.1):
        now = set(np.unique(identified(leaves(distance, tolerance), ROWS)).tolist())
        assert before <= now
        before = now


def test_flat_is_few_and_rough_is_many() -> None:
    flat = np.full((ROWS + 1, COLUMNS + 1), 3, np.float32)
    rough = flat.copy()
    rough[10:20, 10:20] = np.random.default_rng(0).uniform(1, 5, (10, 10))
    corners = leaves(rough, 1.0)
    assert len(leaves(flat, 1.0)) < len(corners) / 2
    centre = corners.mean(axis=1)
    inside = ((centre > 9) & (centre < 21)).all(axis=1)
    area = np.abs(np.linalg.det(np.diff(corners, axis=1).astype(float))) / 2
    assert area[inside].mean() < area[~inside].mean() / 4


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.floats(0, 1), st.floats(-3, 6))
def test_all_support_is_covered_and_rims_are_fine(seed: int, share: float, exponent: float) -> None:
    random = np.random.default_rng(seed)
    support = np.kron(random.random((ROWS // 4, COLUMNS // 4)) < share, np.ones((4, 4))) > 0
    support &= random.random(support.shape) < 0.9
    # At a pole a triangle is wider than its corners say; test_meshing looks at those by rays.
    support[: ROWS // 4] = support[-ROWS // 4 :] = False
    corners = leaves(random_grid(seed), 2.0**exponent, support)
    covered = np.zeros((ROWS, COLUMNS), np.int64)
    for a, b, c in corners.astype(np.float64):
        j, i = (np.arange(min(a[k], b[k], c[k]), max(a[k], b[k], c[k])).astype(int) for k in (0, 1))
        for dj, di in ((0.3, 0.5), (0.7, 0.5), (0.5, 0.3), (0.5, 0.7)):  # a cell has two halves
            y, x = j[:, None] + dj, i + di
            sides = [
                (q[0] - o[0]) * (x - o[1]) - (q[1] - o[1]) * (y - o[0])
                for o, q in ((a, b), (b, c), (c, a))
            ]
            within = (np.min(sides, axis=0) > 0) | (np.max(sides, axis=0) < 0)
            covered[np.ix_(j, i % COLUMNS)] += within
    assert (covered[support] == 4).all()
    assert (covered <= 4).all()
    # Triangles that are partly on nothing are no larger than the finest rim.
    table = support_table(support, COLUMNS, ROWS)
    low, high = corners.min(axis=1), corners.max(axis=1)
    count = (
        table[high[:, 0], high[:, 1]] - table[low[:, 0], high[:, 1]]
        - table[high[:, 0], low[:, 1]] + table[low[:, 0], low[:, 1]]
    )  # fmt: skip
    partly = count < (high - low).prod(axis=1)
    assert (high - low)[partly].max(initial=0) <= 4


@pytest.mark.parametrize(("height", "rows"), [(5, 32), (17, 32), (30, 32), (32, 32), (27, 32)])
def test_the_table_marks_every_cell_that_a_pixel_touches(height: int, rows: int) -> None:
    for row, column in ((0, 0), (height // 2, height), (height - 1, 2 * height - 1), (3, 7)):
        support = np.zeros((height, 2 * height), bool)
        support[row, column] = True
        table = support_table(support, 2 * rows, rows)
        cells = np.diff(np.diff(table, axis=0), axis=1)
        top, bottom = row * rows / height, (row + 1) * rows / height
        left, right = column * rows / height, (column + 1) * rows / height
        j, i = np.mgrid[0:rows, 0 : 2 * rows]
        touched = (j + 1 > top) & (j < bottom) & (i + 1 > left) & (i < right)
        np.testing.assert_array_equal(cells > 0, touched)


def test_nothing_supported_gives_nothing() -> None:
    assert not len(leaves(random_grid(0), 0.1, np.zeros((ROWS, COLUMNS), bool)))


@pytest.mark.parametrize(("rows", "columns"), [(24, 48), (32, 32)])
def test_a_grid_that_cannot_be_halved_is_refused(rows: int, columns: int) -> None:
    with pytest.raises(ValueError, match="the grid must be"):
        grid_errors(
            grid_directions(columns, rows),
            np.ones((rows + 1, columns + 1), np.float32),
            support_table(None, columns, rows),
            texel=0.1,
            reach=0.1,
        )
