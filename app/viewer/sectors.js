/**
 * Cuts a layer into sectors of direction, so that only those in view are drawn.
 *
 * From inside, most of a scene lies beside or behind one: with a view 86° wide, three triangles
 * in four. A sector is a cone from the origin; it may be left out when the cone, widened by what
 * the head's offset can shift, lies outside one of the four sides of the view.
 */

import { BufferAttribute, BufferGeometry, Mesh, Vector3 } from 'three';

const ROUND = 16;
const HIGH = 8;

/** @returns {{mesh: Mesh, axis: Vector3, half: number, nearest: number}[]} angles in radians. */
export function cutIntoSectors(geometry) {
  const place = geometry.attributes.position;
  const { corners, groups } = sorted(geometry);
  const sectors = [];
  for (let s = 0; s < ROUND * HIGH; s += 1) {
    const part = corners.subarray(3 * groups[s], 3 * groups[s + 1]);
    if (part.length) sectors.push(sectorOf(geometry, place.array, part));
  }
  return sectors;
}

/** Triangles' corners, sector by sector, and where each sector begins (counting sort). */
function sorted(geometry) {
  const place = geometry.attributes.position.array;
  const index = geometry.index?.array ?? Uint32Array.from({ length: place.length / 3 }, (_, i) => i);
  const count = index.length / 3;
  const home = new Uint8Array(count);
  const groups = new Uint32Array(ROUND * HIGH + 1);
  for (let t = 0; t < count; t += 1) {
    const [a, b, c] = [3 * index[3 * t], 3 * index[3 * t + 1], 3 * index[3 * t + 2]];
    const x = place[a] + place[b] + place[c];
    const y = place[a + 1] + place[b + 1] + place[c + 1];
    const z = place[a + 2] + place[b + 2] + place[c + 2];
    const round = Math.floor((Math.atan2(x, -z) / (2 * Math.PI) + 0.5) * ROUND);
    const high = Math.floor((Math.atan2(y, Math.hypot(x, z)) / Math.PI + 0.5) * HIGH);
    home[t] = Math.min(high, HIGH - 1) * ROUND + Math.min(round, ROUND - 1);
    groups[home[t] + 1] += 1;
  }
  for (let s = 0; s < ROUND * HIGH; s += 1) groups[s + 1] += groups[s];
  const next = groups.slice();
  const corners = new Uint32Array(index.length);
  for (let t = 0; t < count; t += 1) {
    const to = 3 * next[home[t]];
    next[home[t]] += 1;
    corners[to] = index[3 * t];
    corners[to + 1] = index[3 * t + 1];
    corners[to + 2] = index[3 * t + 2];
  }
  return { corners, groups };
}

function sectorOf(geometry, place, corners) {
  const axis = new Vector3();
  const at = new Vector3();
  let nearest = Infinity;
  for (const v of corners) {
    const r = at.fromArray(place, 3 * v).length();
    nearest = Math.min(nearest, r);
    axis.addScaledVector(at, 1 / r);
  }
  axis.normalize();
  let cosine = 1;
  for (const v of corners)
    cosine = Math.min(
      cosine,
      at
        .fromArray(place, 3 * v)
        .normalize()
        .dot(axis),
    );
  const part = new BufferGeometry();
  part.setAttribute('position', geometry.attributes.position);
  part.setAttribute('uv', geometry.attributes.uv);
  part.setIndex(new BufferAttribute(corners.slice(), 1));
  part.boundingSphere = geometry.boundingSphere; // never asked for: `keepInView` decides
  const mesh = new Mesh(part);
  mesh.frustumCulled = false;
  return { mesh, axis, half: Math.acos(Math.max(-1, cosine)), nearest };
}

const normal = new Vector3();

/**
 * Show the sectors that a view may see, hide the others.
 *
 * @param {number[]} halves half angles of the view, across and upright, radians.
 * @param {Quaternion} turned the camera's orientation. @param {number} offset of the head from the origin.
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
