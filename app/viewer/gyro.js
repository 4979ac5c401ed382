/** A phone held up is a window: where it points, one looks. */

import { Quaternion, Vector3 } from 'three';
import { radians } from 'viewer/numbers.js';

const X = new Vector3(1, 0, 0);
const Y = new Vector3(0, 1, 0);
const Z = new Vector3(0, 0, 1);
/** From the sensor's axes (north, up out of the screen) to a camera's that looks out of the back. */
const OUT_OF_THE_BACK = new Quaternion(-Math.SQRT1_2, 0, 0, Math.SQRT1_2);
const turn = new Quaternion();
const ahead = new Vector3();
const right = new Vector3();

/** Whether this device says how it is turned, as far as can be told without asking. */
export function mayTurn() {
  return 'DeviceOrientationEvent' in window && matchMedia('(pointer: coarse)').matches;
}

/** Yaw, pitch and roll in radians of a device with these angles in degrees (W3C DeviceOrientation). */
export function heading({ alpha, beta, gamma }, screenTurn) {
  turn
    .setFromAxisAngle(Y, radians(alpha))
    .multiply(new Quaternion().setFromAxisAngle(X, radians(beta)))
    .multiply(new Quaternion().setFromAxisAngle(Z, -radians(gamma)))
    .multiply(OUT_OF_THE_BACK)
    .multiply(new Quaternion().setFromAxisAngle(Z, -radians(screenTurn)));
  ahead.set(0, 0, -1).applyQuaternion(turn);
  right.set(1, 0, 0).applyQuaternion(turn);
  const yaw = Math.atan2(ahead.x, -ahead.z);
  const pitch = Math.asin(Math.min(1, Math.max(-1, ahead.y)));
  const flat = Math.cos(pitch) > 1e-3 ? Math.asin(Math.min(1, Math.max(-1, right.y / Math.cos(pitch)))) : 0;
  return { yaw, pitch, roll: flat };
}

export class Gyro {
  #view;
  #changed;
  #last = null;
  #turned = (event) => this.#follow(event);

  constructor(view, changed) {
    this.#view = view;
    this.#changed = changed;
    this.on = false;
  }

  /** Start or stop; resolves to a sentence where the device does not let us. */
  async toggle() {
    if (this.on) return this.#stop();
    const asks = window.DeviceOrientationEvent?.requestPermission;
    if (asks && (await asks.call(window.DeviceOrientationEvent).catch(() => 'denied')) !== 'granted')
      return 'The phone’s motion sensors are not allowed here: allow them in the browser’s settings.';
    if (!window.isSecureContext) return 'Motion sensors need a secure address: open this page by https.';
    this.on = true;
    this.#last = null;
    window.addEventListener('deviceorientation', this.#turned);
    return '';
  }

  #stop() {
    window.removeEventListener('deviceorientation', this.#turned);
    this.on = false;
    this.#view.wanted.roll = 0;
    this.#changed();
    return '';
  }

  /** Turn by as much as the device turned; so fingers may turn the scene as well. */
  #follow(event) {
    if (event.alpha === null) return;
    const now = heading(event, screen.orientation?.angle ?? 0);
    if (this.#last) {
      const turned = now.yaw - this.#last.yaw;
      this.#view.wanted.yaw += Math.atan2(Math.sin(turned), Math.cos(turned));
    }
    this.#view.wanted.pitch = now.pitch;
    this.#view.wanted.roll = now.roll;
    this.#last = now;
    this.#changed();
  }
}
