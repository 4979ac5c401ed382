/** The scene's layers on the stage: cut into sectors, and drawn in the order that spares most work. */

import {
  BufferAttribute,
  Group,
  LinearFilter,
  LinearMipmapLinearFilter,
  Mesh,
  NoColorSpace,
  Quaternion,
  Vector3,
} from 'three';
import { sortByAlpha } from 'viewer/coverage.js';
import { materials, unseen } from 'viewer/paint.js';
import { cutIntoSectors, keepInView } from 'viewer/sectors.js';

/** Radii that `outline` gives, all the way round. */
const SPOKES = 96;
/** Pixels round a panorama of which a view on a screen shows less than it has room for. */
const HARDLY_SHRUNK = 2048;
const EYE_HEIGHT = 0.22; // tangent of the elevation up to which things count as around one

export class Layers {
  #parts;

  /**
   * @param {import('viewer/reading.js').Sheet[]} sheets far to near.
   * @param {{near?: number, far?: number}} info distances of what the photo shows.
   * @param {{anisotropy: number, plain: boolean}} sampling samples along a slanted texture, 1 or more; `plain`
   *   spares a processor in the place of a card the smaller copies of pictures that are hardly ever shrunk.
   */
  constructor(sheets, { near, far }, { anisotropy, plain }) {
    const { nearest, farthest } = reach(sheets);
    this.near = near ?? nearest;
    this.far = far ?? farthest;
    this.extent = farthest;
    this.root = new Group();
    this.textures = [...new Set(sheets.map(({ map }) => map).filter(Boolean))];
    for (const map of this.textures) {
      map.anisotropy = anisotropy;
      map.generateMipmaps = !(plain && map.image.width <= HARDLY_SHRUNK);
      map.minFilter = map.generateMipmaps ? LinearMipmapLinearFilter : LinearFilter;
      map.colorSpace = NoColorSpace; // shown as it is, see paint.js
    }
    this.#parts = sheets.flatMap((sheet, order) => this.#placed(sheet, order, sheets.length));
    this.outline = outline(sheets);
    this.show('colour');
  }

  /** A layer's solid part and its rim. What is solid goes near to far, rims far to near over it. */
  #placed(sheet, order, count) {
    const attributes = { place: new BufferAttribute(sheet.place, 3), uv: new BufferAttribute(sheet.uv, 2) };
    const ways = materials(sheet, [this.near, this.far]);
    const near = count - order;
    if (sheet.kind === 'fringe') return [this.#fringe(sheet, attributes, ways, 2 * count + order)];
    return Object.entries(sortByAlpha(sheet)).map(([sort, corners]) => {
      const sectors = cutIntoSectors(attributes, corners);
      for (const { mesh } of sectors) {
        mesh.renderOrder = sort === 'solid' ? near : count + near;
        if (sort === 'rim' && ways.rim) mesh.add(rimOf(mesh, ways.rim, 2 * count + order));
        this.root.add(mesh);
      }
      return { sectors, ways: { ...ways, colour: sort === 'solid' ? ways.solid : ways.edge } };
    });
  }

  /** The soft edge alone of a rim that the file holds beside it. */
  #fringe(sheet, attributes, ways, order) {
    const sectors = cutIntoSectors(attributes, sortByAlpha(sheet).rim);
    for (const { mesh } of sectors) {
      mesh.renderOrder = order;
      this.root.add(mesh);
    }
    return { sectors, ways: { colour: ways.rim, depth: unseen, numbers: unseen, mesh: unseen } };
  }

  /** @param {'colour' | 'depth' | 'mesh' | 'numbers'} way */
  show(way) {
    for (const { sectors, ways } of this.#parts) {
      for (const { mesh } of sectors) {
        mesh.material = ways[way];
        for (const rim of mesh.children) rim.visible = way === 'colour';
      }
    }
  }

  /** Leave out what a camera cannot see; its matrices are up to date. */
  keepInView(camera) {
    const { elements: e } = camera.projectionMatrix;
    const halves = [Math.atan((1 + Math.abs(e[8])) / e[0]), Math.atan((1 + Math.abs(e[9])) / e[5])];
    this.keepWithin(halves, camera.getWorldQuaternion(turned), camera.getWorldPosition(place).length());
  }

  /** As `keepInView`, for half angles, an orientation and an offset from the origin. */
  keepWithin(halves, orientation, offset) {
    for (const { sectors } of this.#parts) keepInView(sectors, halves, orientation, offset);
  }

  dispose() {
    for (const map of this.textures) {
      map.dispose();
      map.image?.close?.();
    }
    for (const { sectors, ways } of this.#parts) {
      for (const { mesh } of sectors) mesh.geometry.dispose();
      for (const material of Object.values(ways)) if (material && material !== unseen) material.dispose();
    }
  }
}

const turned = new Quaternion();
const place = new Vector3();

function rimOf(solid, material, order) {
  const rim = new Mesh(solid.geometry, material);
  rim.renderOrder = order;
  rim.frustumCulled = false;
  return rim;
}

/** Distances from the origin of the nearest and the farthest vertex. */
function reach(sheets) {
  let [nearest, farthest] = [Infinity, 0];
  for (const { place: at } of sheets) {
    for (let i = 0; i < at.length; i += 3) {
      const square = at[i] ** 2 + at[i + 1] ** 2 + at[i + 2] ** 2;
      if (square < nearest) nearest = square;
      if (square > farthest) farthest = square;
    }
  }
  return { nearest: Math.sqrt(nearest), farthest: Math.sqrt(farthest) };
}

/** How far things are at eye height: one radius for each of `SPOKES` directions, from −Z to the right. */
function outline(sheets) {
  const radii = new Float32Array(SPOKES).fill(Infinity);
  for (const { place: at } of sheets) {
    for (let i = 0; i < at.length; i += 3) {
      const flat = Math.sqrt(at[i] ** 2 + at[i + 2] ** 2);
      if (Math.abs(at[i + 1]) > EYE_HEIGHT * flat) continue;
      const spoke = Math.floor((Math.atan2(at[i], -at[i + 2]) / (2 * Math.PI) + 1) * SPOKES) % SPOKES;
      if (flat < radii[spoke]) radii[spoke] = flat;
    }
  }
  return radii;
}
