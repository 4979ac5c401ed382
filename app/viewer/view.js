/** Where the person looks from and to, and how it gets there: smoothly, or at once. */

import { clamp, degrees, radians } from 'viewer/numbers.js';

/** Degrees over the longer side; the first is the thumbnail's, so that one fades into the other. */
const FOV = { first: 86, narrowest: 25, widest: 120 };
const STEEPEST = radians(89);
/** How fast the shown view follows the wanted one, per second. */
const FOLLOW = 16;

export class View {
  /** @param {number} yaw radians, positive to the right. @param {number} room radius of the head box, metres. */
  constructor({ yaw = 0, room = 0, still = false }) {
    this.home = yaw;
    this.room = room;
    this.still = still;
    this.wanted = this.#start();
    this.shown = this.#start();
    this.turning = 0;
  }

  #start() {
    return { yaw: this.home, pitch: 0, roll: 0, fov: FOV.first, x: 0, y: 0, z: 0 };
  }

  reset() {
    const turns = Math.round((this.wanted.yaw - this.home) / (2 * Math.PI));
    this.wanted = { ...this.#start(), yaw: this.home + turns * 2 * Math.PI };
    this.turning = 0;
  }

  /** Be at a view at once; what it asks for beyond the head box or the zoom is taken in. */
  jump(view) {
    const [x, y, z] = inside([view.x, view.y, view.z], this.room);
    const pitch = clamp(view.pitch, -STEEPEST, STEEPEST);
    const fov = clamp(view.fov ?? this.wanted.fov, FOV.narrowest, FOV.widest);
    this.wanted = { yaw: view.yaw, pitch, roll: 0, fov, x, y, z };
    this.shown = { ...this.wanted };
  }

  look(right, up) {
    this.wanted.yaw += right;
    this.wanted.pitch = clamp(this.wanted.pitch + up, -STEEPEST, STEEPEST);
  }

  zoom(factor) {
    this.wanted.fov = clamp(this.wanted.fov * factor, FOV.narrowest, FOV.widest);
  }

  /** Move the head by metres in its own axes (right, up, back); the farther out, the less it gives. */
  lean(right, up, back) {
    const [sin, cos] = [Math.sin(this.wanted.yaw), Math.cos(this.wanted.yaw)];
    const { x, y, z } = this.wanted;
    const step = [right * cos - back * sin, up, right * sin + back * cos];
    [this.wanted.x, this.wanted.y, this.wanted.z] = held([x, y, z], step, this.room);
  }

  /** How near the head is to the wall of its box, 0 in the middle, 1 there. */
  get edge() {
    const { x, y, z } = this.shown;
    return this.room ? Math.hypot(x, y, z) / this.room : 0;
  }

  /** Where the head is in its own axes, right and up, as shares of the box's radius. */
  get leaning() {
    if (!this.room) return [0, 0];
    const { yaw, x, y, z } = this.shown;
    return [(x * Math.cos(yaw) + z * Math.sin(yaw)) / this.room, y / this.room];
  }

  /** Radians on one pixel of a canvas of this size, in the middle of the picture. */
  perPixel(width, height) {
    return (2 * Math.tan(radians(this.shown.fov) / 2)) / Math.max(width, height);
  }

  /** Advance by `seconds`; true while still on the way. */
  step(seconds) {
    this.wanted.yaw += this.turning * seconds;
    const share = this.still ? 1 : 1 - Math.exp(-FOLLOW * seconds);
    let left = 0;
    for (const key of Object.keys(this.shown)) {
      const gap = this.wanted[key] - this.shown[key];
      const scale = key === 'fov' ? 200 : 1;
      if (Math.abs(gap) / scale < 1e-5) {
        this.shown[key] = this.wanted[key];
      } else {
        this.shown[key] += gap * share;
        left = 1;
      }
    }
    return left > 0 || this.turning !== 0;
  }

  /** Turn and place a camera; `fov` belongs to the longer side of the picture. */
  aim(camera) {
    const { yaw, pitch, roll, fov, x, y, z } = this.shown;
    camera.rotation.set(pitch, -yaw, roll);
    camera.position.set(x, y, z);
    const half = Math.tan(radians(fov) / 2) / Math.max(camera.aspect, 1);
    camera.fov = degrees(2 * Math.atan(half));
    camera.updateProjectionMatrix();
  }
}

/** Add a step to a place inside a ball: free in the middle, softer outwards, never through. */
function held(place, step, room) {
  if (room <= 0) return [0, 0, 0];
  const r = Math.hypot(...place) / room;
  const outward = place.reduce((sum, p, i) => sum + p * step[i], 0) > 0;
  const give = outward ? Math.max(0, 1 - r ** 4) : 1;
  const next = place.map((p, i) => p + step[i] * give);
  return inside(next, room);
}

/** The place itself, or the one on the box's wall in front of it. */
function inside(place, room) {
  const far = Math.hypot(...place) / room;
  if (!(room > 0)) return [0, 0, 0];
  return far > 1 ? place.map((p) => p / far) : place;
}
