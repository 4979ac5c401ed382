/** What one can do inside the headset: make the place larger or smaller, and leave. */

import {
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  Group,
  Mesh,
  MeshBasicMaterial,
  PlaneGeometry,
  Raycaster,
  Vector3,
} from 'three';
import { said } from 'viewer/words.js';

const WIDE = 0.2; // metres
const ROW = 0.05;
const [LEAST, MOST] = [0.25, 4];
const STEP = 1.25;
const PIXELS = 2000; // of the writing, for a metre

/** @typedef {{scale: number, leave: () => void, rescale: (scale: number) => void}} Deeds */

export class HandMenu {
  #rows;
  #ray = new Raycaster();
  #panel = new Group();
  #hands = [];

  /** @param {Deeds} deeds */
  constructor(renderer, rig, deeds) {
    this.#rows = [
      ['Larger', () => deeds.rescale(Math.min(MOST, deeds.scale * STEP))],
      ['Smaller', () => deeds.rescale(Math.max(LEAST, deeds.scale / STEP))],
      ['Life size', () => deeds.rescale(1)],
      ['Leave VR', () => deeds.leave()],
    ].map(([words, act], row) => this.#button(words, act, row));
    this.#panel.visible = false;
    rig.add(this.#panel);
    for (const index of [0, 1]) this.#hands.push(this.#hand(renderer.xr, rig, index));
  }

  #button(words, act, row) {
    const mesh = new Mesh(
      new PlaneGeometry(WIDE, ROW * 0.92),
      new MeshBasicMaterial({ map: lettering(words) }),
    );
    mesh.material.depthTest = false;
    mesh.renderOrder = 10_000;
    mesh.position.y = (1.5 - row) * ROW;
    this.#panel.add(mesh);
    return { mesh, act, words };
  }

  /** A hand or controller: a ray to point with, and what a press does. */
  #hand(xr, rig, index) {
    const pointer = xr.getController(index);
    const grip = xr.getControllerGrip(index);
    const hand = { pointer, grip, side: '' };
    pointer.add(beam());
    pointer.addEventListener('connected', ({ data }) => (hand.side = data.handedness));
    pointer.addEventListener('disconnected', () => (hand.side = ''));
    pointer.addEventListener('select', () => this.#press(hand));
    rig.add(pointer, grip);
    return hand;
  }

  /** Keep to the left hand where there is one; otherwise a press puts the menu before the eyes. */
  follow(camera) {
    const left = this.#hands.find(({ side, grip }) => side === 'left' && grip.visible);
    if (left) {
      this.#panel.visible = true;
      this.#panel.position.copy(left.grip.position).y += 0.16;
      this.#panel.lookAt(camera.getWorldPosition(place));
    }
    for (const { mesh } of this.#rows) mesh.material.color.setScalar(0.8);
    for (const hand of this.#hands) this.#aimed(hand)?.mesh.material.color.setScalar(1.2);
  }

  #aimed({ pointer }) {
    if (!this.#panel.visible || !pointer.visible) return null;
    pointer.updateWorldMatrix(true, false);
    this.#panel.updateWorldMatrix(true, true);
    this.#ray.setFromXRController(pointer);
    return this.#rows.find(({ mesh }) => this.#ray.intersectObject(mesh, false).length) ?? null;
  }

  #press(hand) {
    const aimed = this.#aimed(hand);
    if (aimed) return aimed.act();
    if (this.#hands.some(({ side, grip }) => side === 'left' && grip.visible)) return undefined;
    this.#panel.visible = !this.#panel.visible;
    return this.#place(hand);
  }

  /** Before the hand, an arm's length away. */
  #place({ pointer }) {
    pointer.updateWorldMatrix(true, false);
    this.#panel.position.copy(place.set(0, 0, -0.6).applyMatrix4(pointer.matrix));
    this.#panel.lookAt(pointer.getWorldPosition(place));
  }

  /** Where a button is, in the world; for tests. */
  placeOf(words) {
    const { mesh } = this.#rows.find((row) => row.words === words);
    mesh.updateWorldMatrix(true, false);
    return mesh.getWorldPosition(new Vector3());
  }

  hide() {
    this.#panel.visible = false;
  }
}

const place = new Vector3();

function lettering(words) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [WIDE * PIXELS, ROW * PIXELS];
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#16181b';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = '#f1ede5';
  pen.font = `500 ${0.42 * canvas.height}px 'Instrument Sans', sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(said(words), canvas.width / 2, canvas.height / 2);
  return new CanvasTexture(canvas);
}

/** A thin ray, two metres long. */
function beam() {
  const geometry = new BufferGeometry();
  geometry.setAttribute(
    'position',
    new BufferAttribute(new Float32Array([-0.001, 0, 0, 0.001, 0, 0, 0, 0, -2]), 3),
  );
  const mesh = new Mesh(geometry, new MeshBasicMaterial({ color: 0xf2b04a, side: 2 }));
  mesh.frustumCulled = false;
  return mesh;
}
