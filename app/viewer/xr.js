/** Into a headset and back: the head's own place moves you, metres for metres. */

import { Quaternion, Vector3 } from 'three';
import { HandMenu } from 'viewer/hand_menu.js';

/** Half angles that no headset's view exceeds, both eyes together, with a frame of turning to spare. */
const WIDE = [1.25, 1.15];
const turned = new Quaternion();
const place = new Vector3();

/** Why VR cannot start here, in one sentence; '' where it can. */
export async function whyNoVR() {
  if (!window.isSecureContext)
    return 'VR needs a secure address: open this page by https, or on this computer itself.';
  if (!navigator.xr)
    return 'This browser has no WebXR: try Chrome or Edge with a headset, or the headset’s own browser.';
  const works = await navigator.xr.isSessionSupported('immersive-vr').catch(() => false);
  return works ? '' : 'No headset was found: connect one, or open this page in the headset’s browser.';
}

export class Headset {
  #stage;
  #view;
  #session = null;
  #changed;
  #scale = 1;

  /** @param {(presenting: boolean) => void} changed called on entering and on leaving. */
  constructor(stage, view, changed) {
    this.#stage = stage;
    this.#view = view;
    this.#changed = changed;
    stage.renderer.xr.enabled = true;
    stage.renderer.xr.setReferenceSpaceType('local'); // the eyes start at the origin, where the picture was taken
  }

  /** How large the place is shown; 1 is life size. */
  get scale() {
    return this.#scale;
  }

  rescale(scale) {
    this.#scale = scale;
    this.#stage.layers.root.scale.setScalar(scale);
  }

  leave() {
    return this.#session?.end();
  }

  /** Enter VR, or leave it. */
  async toggle() {
    if (this.#session) return this.leave();
    const { renderer, rig } = this.#stage;
    const session = await navigator.xr.requestSession('immersive-vr', {
      optionalFeatures: ['local', 'hand-tracking'],
    });
    this.#session = session;
    session.addEventListener('end', () => setTimeout(() => this.#leave())); // after three.js has left
    rig.rotation.y = -this.#view.shown.yaw;
    this.menu ??= new HandMenu(renderer, rig, this);
    await renderer.xr.setSession(session);
    renderer.setAnimationLoop(() => this.#draw());
    this.#changed(true);
    return undefined;
  }

  #draw() {
    const { renderer, scene, camera, layers } = this.#stage;
    const head = renderer.xr.getCamera();
    this.menu.follow(head);
    const offset = head.getWorldPosition(place).length() / this.#scale;
    layers.keepWithin(WIDE, head.getWorldQuaternion(turned), offset);
    renderer.render(scene, camera);
  }

  #leave() {
    this.#session = null;
    this.#stage.renderer.setAnimationLoop(null);
    this.#stage.rig.rotation.y = 0;
    this.menu.hide();
    this.rescale(1);
    this.#changed(false);
  }
}
