"""The codes of EXT_meshopt_compression, undone by the decoder that the viewer brings."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from depthfusion.io.meshopt import (
    decoded_exponential,
    encode_attributes,
    encode_exponential,
    encode_triangles,
    in_order_of_use,
)

TESTS = Path(__file__).resolve().parent
VENDOR = TESTS.parent / "app" / "viewer" / "vendor" / "three.js"
SCRIPT = """
import { readFileSync } from "node:fs";
const { MeshoptDecoder } = await import(process.argv[1]);
await MeshoptDecoder.ready;
const undo = (job) => {
  const out = new Uint8Array(job.count * job.stride);
  const packed = Uint8Array.from(Buffer.from(job.data, "base64"));
  MeshoptDecoder.decodeGltfBuffer(out, job.count, job.stride, packed, job.mode, job.filter);
  return Buffer.from(out).toString("base64");
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0)).map(undo)));
"""


def job(data: bytes, count: int, stride: int, mode: str, filter_: str = "NONE") -> dict[str, Any]:
    """What the decoder has to know."""
    return {
        "data": base64.b64encode(data).decode(), "count": count, "stride": stride,
        "mode": mode, "filter": filter_,
    }  # fmt: skip


def decoded(*jobs: dict[str, Any]) -> list[NDArray[np.uint8]]:
    done = subprocess.run(
        ["node", "--input-type=module", "-e", SCRIPT, VENDOR.as_uri()],
        input=json.dumps(jobs), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [np.frombuffer(base64.b64decode(text), np.uint8) for text in json.loads(done.stdout)]


def walk(count: int, columns: int, step: int) -> NDArray[np.int32]:
    """Numbers that change little from row to row, and by every width of difference."""
    chance = np.random.default_rng(count)
    steps = chance.integers(-step, step + 1, (count, columns))
    steps[chance.random(count) < 0.6] = 0
    return np.cumsum(steps, axis=0).astype("<i4")


def test_numbers_come_back_as_they_were() -> None:
    tables = [
        walk(count, columns, step)
        for count in (1, 15, 16, 17, 256, 700)
        for columns, step in ((1, 1), (3, 9), (2, 100_000))
    ]
    jobs = [
        job(encode_attributes(table), len(table), table[0].nbytes, "ATTRIBUTES") for table in tables
    ]
    for table, back in zip(tables, decoded(*jobs), strict=True):
        np.testing.assert_array_equal(back.view("<i4").reshape(table.shape), table)


def test_what_hardly_changes_takes_little() -> None:
    table = walk(4000, 3, 3)
    assert len(encode_attributes(table)) < table.nbytes / 6


@pytest.mark.parametrize("spread", [3, 40, 100_000])
def test_triangles_come_back_in_their_order(spread: int) -> None:
    chance = np.random.default_rng(spread)
    first = np.cumsum(chance.integers(-spread, spread + 1, 900)) % 60_000
    near = chance.integers(0, spread, (900, 2))
    faces = np.stack([first, *(first + 1 + near.T) % 60_000], axis=-1).astype(np.int32)
    faces[450:453] = [[0, 1, 2], [2, 1, 3], [0, 1, 2]]  # starts anew
    assert_same_triangles(faces)


def test_a_grid_of_triangles_takes_about_a_byte_each() -> None:
    j, i = np.mgrid[0:30, 0:40]
    corner = (41 * j + i).ravel()
    faces = np.stack([corner, corner + 41, corner + 1, corner + 1, corner + 41, corner + 42], -1)
    order, faces = in_order_of_use(faces.reshape(-1, 3).astype(np.int32), 31 * 41)
    assert sorted(order) == list(range(31 * 41))
    assert len(encode_triangles(faces)) < 1.3 * len(faces)
    assert_same_triangles(faces)


def assert_same_triangles(faces: NDArray[np.int32]) -> None:
    (back,) = decoded(job(encode_triangles(faces), faces.size, 4, "TRIANGLES"))
    back = back.view("<u4").reshape(-1, 3)
    turned = [np.roll(back, turn, axis=1) for turn in range(3)]
    assert np.any([(one == faces).all(axis=1) for one in turned], axis=0).all()


def test_positions_keep_their_direction_to_a_hundredth_of_a_texel() -> None:
    chance = np.random.default_rng(4)
    places = chance.normal(size=(2000, 3)) * np.exp(chance.uniform(-3, 8, (2000, 1)))
    places = np.concatenate([places, [[0, 0, -2], [0, 0, 0], [1, 1, 1]]]).astype(np.float32)
    coded = encode_exponential(places)
    told = decoded_exponential(coded)
    (back,) = decoded(job(encode_attributes(coded), len(coded), 12, "ATTRIBUTES", "EXPONENTIAL"))
    np.testing.assert_array_equal(back.view("<f4").reshape(-1, 3), told)
    off = np.linalg.norm(told - places, axis=1)
    assert (off <= 0.02 * 2 * np.pi / 2048 * np.linalg.norm(places, axis=1)).all()
