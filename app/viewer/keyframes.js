/** A camera's way through views that were kept, in the form that `depthfusion video --path FILE` reads. */

import { degrees, radians } from 'viewer/numbers.js';
import { spline } from 'viewer/spline.js';

/** Seconds from one view to the next, where none are given. */
const STEP = 2;
const FIELDS = ['x', 'y', 'z', 'yaw', 'pitch'];

export class Keyframes {
  /** @type {{x: number, y: number, z: number, yaw: number, pitch: number, seconds: number}[]} */
  list = [];
  closed = false;

  /** Keep a view; `seconds` is how long the way to it takes. */
  add({ x, y, z, yaw, pitch }) {
    const last = this.list.at(-1);
    const turn = last ? yaw - last.yaw : 0;
    this.list.push({ x, y, z, yaw: (last?.yaw ?? 0) + (last ? nearer(turn) : yaw), pitch, seconds: STEP });
  }

  remove(index) {
    this.list.splice(index, 1);
  }

  /** When each view is reached, from 0; a closed way comes back to the first at the end. */
  get times() {
    let at = 0;
    const times = this.list.map(({ seconds }, i) => (at += i ? seconds : 0));
    return this.#loops ? [...times, at + this.list[0].seconds] : times;
  }

  get seconds() {
    return this.times.at(-1) ?? 0;
  }

  get #loops() {
    return this.closed && this.list.length > 1;
  }

  /** @returns {(time: number) => object} the view at a time. */
  way() {
    if (this.list.length === 1) return () => pick(this.list[0]);
    const views = this.#views();
    const curves = FIELDS.map((name) => {
      const values = views.map((view) => view[name]);
      const whole = this.#loops ? values.at(-1) - values[0] : 0; // turns made in all, spread evenly
      const flat = values.map((value, i) => value - (whole * this.times[i]) / this.seconds);
      const curve = spline(this.times, flat, this.#loops);
      return [name, (time) => curve(time) + (whole * time) / this.seconds];
    });
    return (time) => Object.fromEntries(curves.map(([name, curve]) => [name, curve(time)]));
  }

  #views() {
    if (!this.#loops) return this.list;
    const [first, last] = [this.list[0], this.list.at(-1)];
    return [...this.list, { ...first, yaw: last.yaw + nearer(first.yaw - last.yaw) }];
  }

  toJSON() {
    const views = this.#views();
    return {
      keyframes: this.times.map((time, i) => ({
        time: rounded(time),
        position: ['x', 'y', 'z'].map((axis) => rounded(views[i][axis])),
        yaw_deg: rounded(degrees(views[i].yaw)),
        pitch_deg: rounded(degrees(views[i].pitch)),
      })),
      closed: this.#loops,
    };
  }

  /** Take over what `toJSON` wrote. */
  read({ keyframes, closed }) {
    this.closed = closed === true;
    this.list = keyframes.map(({ time, position: [x, y, z], yaw_deg = 0, pitch_deg = 0 }, i) => ({
      ...{ x, y, z, yaw: radians(yaw_deg), pitch: radians(pitch_deg) },
      seconds: i ? time - keyframes[i - 1].time : STEP,
    }));
    if (this.closed) this.list[0].seconds = this.list.pop().seconds;
  }
}

const pick = (view) => Object.fromEntries(FIELDS.map((name) => [name, view[name]]));
const rounded = (value) => +value.toFixed(5);
/** An angle as the shorter way round. */
const nearer = (angle) => Math.atan2(Math.sin(angle), Math.cos(angle));
