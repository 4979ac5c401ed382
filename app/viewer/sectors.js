/**
 * Cuts a layer into sectors of direction, so that only those in view are drawn.
 *
 * From inside, most of a scene lies beside or behind one: with a view 86° wide, three triangles
 * in four. A sector is a cone from the origin; it may be left out when the cone, widened by what
 * the head's offset can shift, lies outside one of the four sides of the view.
 */

import { BufferAttribute, BufferGeometry, Mesh, Vector3 } from 'three';

/** A sector is worth a draw call of its own from about so many triangles on. */
const WORTH = 600;
/** Sectors round and high, finest first. */
const GRIDS = [
  [16, 8],
  [8, 4],
  [4, 2],
];

/**
 * @param {{place: BufferAttribute, uv: BufferAttribute}} attributes shared by all sectors.
 * @param {Uint32Array} corners three vertices a triangle.
 * @returns {{mesh: Mesh, axis: Vector3, half: number, nearest: number}[]} angles in radians.
 */
export function cutIntoSectors({ place, uv }, corners) {
  const [round, high] = GRIDS.find(([r, h]) => corners.length / 3 > r * h * WORTH) ?? GRIDS[GRIDS.length - 1];
  const { sorted, starts } = bySector(place.array, corners, round, high);
  const sectors = [];
  for (let s = 0; s < round * high; s += 1) {
    const part = sorted.subarray(starts[s], starts[s + 1]);
    if (part.length) sectors.push({ mesh: meshOf(place, uv, part), ...coneOf(place.array, part) });
  }
  return sectors;
}

/** Corners sector by sector, and where each sector begins (a counting sort). */
function bySector(place, corners, round, high) {
  const count = corners.length / 3;
  const home = new Uint8Array(count);
  const starts = new Uint32Array(round * high + 1);
  for (let t = 0; t < count; t += 1) {
    const [a, b, c] = [3 * corners[3 * t], 3 * corners[3 * t + 1], 3 * corners[3 * t + 2]];
    const x = place[a] + place[b] + place[c];
    const y = place[a + 1] + place[b + 1] + place[c + 1];
    const z = place[a + 2] + place[b + 2] + place[c + 2];
    const column = Math.floor((Math.atan2(x, -z) / (2 * Math.PI) + 0.5) * round);
    const row = Math.floor((Math.atan2(y, Math.sqrt(x * x + z * z)) / Math.PI + 0.5) * high);
    home[t] = Math.min(row, high - 1) * round + Math.min(column, round - 1);
    starts[home[t] + 1] += 3;
  }
  for (let s = 0; s < round * high; s += 1) starts[s + 1] += starts[s];
  const next = starts.slice();
  const sorted = new Uint32Array(corners.length);
  for (let t = 0; t < count; t += 1) {
    const to = next[home[t]];
    next[home[t]] += 3;
    sorted[to] = corners[3 * t];
    sorted[to + 1] = corners[3 * t + 1];
    sorted[to + 2] = corners[3 * t + 2];
  }
  return { sorted, starts };
}

function meshOf(place, uv, corners) {
  const part = new BufferGeometry();
  part.setAttribute('position', place);
  part.setAttribute('uv', uv);
  part.setIndex(new BufferAttribute(corners.slice(), 1));
  const mesh = new Mesh(part);
  mesh.frustumCulled = false; // `keepInView` decides
  return mesh;
}

/** The narrowest cone round the mean direction that holds all corners, and the nearest one's distance. */
function coneOf(place, corners) {
  let [x, y, z, nearest] = [0, 0, 0, Infinity];
  for (const v of corners) {
    const [px, py, pz] = [place[3 * v], place[3 * v + 1], place[3 * v + 2]];
    const r = Math.sqrt(px * px + py * py + pz * pz);
    if (r < nearest) nearest = r;
    x += px / r;
    y += py / r;
    z += pz / r;
  }
  const axis = new Vector3(x, y, z).normalize();
  let cosine = 1;
  for (const v of corners) {
    const [px, py, pz] = [place[3 * v], place[3 * v + 1], place[3 * v + 2]];
    const along = (px * axis.x + py * axis.y + pz * axis.z) / Math.sqrt(px * px + py * py + pz * pz);
    if (along < cosine) cosine = along;
  }
  return { axis, half: Math.acos(Math.max(-1, cosine)), nearest };
}

const normal = new Vector3();

/**
 * Show the sectors that a view may see, hide the others.
 *
 * @param {number[]} halves half angles of the view, across and upright, radians.
 * @param {import('three').Quaternion} turned the camera's orientation.
 * @param {number} offset of the head from the origin.
 */
export function keepInView(sectors, halves, turned, offset) {
  const sides = [];
  halves.forEach((half, upright) => {
    for (const sign of [1, -1]) {
      normal.set(0, 0, -Math.sin(half)).setComponent(upright, sign * Math.cos(half));
      sides.push(normal.clone().applyQuaternion(turned));
    }
  });
  for (const { mesh, axis, half, nearest } of sectors) {
    const widened = half + Math.asin(Math.min(1, offset / nearest));
    const limit = widened < Math.PI / 2 ? -Math.sin(widened) : -1;
    mesh.visible = sides.every((side) => side.dot(axis) >= limit);
  }
}
