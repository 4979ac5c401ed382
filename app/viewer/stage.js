/** The canvas: draws a frame when something changed, and not otherwise. */

import { Group, NoToneMapping, PerspectiveCamera, Scene, SRGBColorSpace, WebGLRenderer } from 'three';
import { isSoftware } from 'viewer/gpu.js';
import { SceneError } from 'viewer/source.js';

/** A frame that takes longer than this (seconds) asks for fewer pixels while things move. */
const SLOW = 1 / 24;
const COARSEST = 0.5;

export class Stage {
  #tick;
  #asked = 0;
  #last = 0;
  #coarse = 1;
  #slow = 0;

  /** @param {(seconds: number) => boolean} tick advances the view; true while it still moves. */
  constructor(canvas, tick) {
    this.#tick = tick;
    this.canvas = canvas;
    const card = !isSoftware();
    try {
      this.renderer = new WebGLRenderer({ canvas, antialias: card, powerPreference: 'high-performance' });
    } catch {
      throw new SceneError('This browser cannot draw in 3D: WebGL is switched off or missing.');
    }
    this.renderer.outputColorSpace = SRGBColorSpace;
    this.renderer.toneMapping = NoToneMapping;
    this.renderer.setClearColor(0x0b0d0f);
    /** Samples along a slanted texture. */
    this.anisotropy = card ? Math.min(this.renderer.capabilities.getMaxAnisotropy(), 4) : 1;
    this.scene = new Scene();
    this.camera = new PerspectiveCamera(60, 1, 0.01, 1000);
    this.camera.rotation.order = 'YXZ';
    this.rig = new Group();
    this.rig.add(this.camera);
    this.scene.add(this.rig);
    new ResizeObserver(() => this.#fit()).observe(canvas);
    canvas.addEventListener('webglcontextrestored', () => this.invalidate());
    this.#fit();
  }

  /** Put the scene's meshes on the stage. */
  set(layers) {
    this.layers = layers;
    this.scene.add(layers.root);
    this.camera.near = Math.max(layers.near * 0.02, layers.extent * 1e-6);
    this.camera.far = layers.extent * 1.5;
  }

  /** Ask for a frame. */
  invalidate() {
    if (!this.#asked && !this.renderer.xr.isPresenting) {
      this.#asked = requestAnimationFrame((now) => this.#frame(now));
    }
  }

  /** Draw now. */
  draw() {
    this.camera.updateWorldMatrix(true, false);
    this.layers?.keepInView(this.camera);
    this.renderer.render(this.scene, this.camera);
  }

  /** The present picture as a PNG. */
  async picture() {
    this.#sharpen(1);
    this.draw();
    return new Promise((resolve) => this.canvas.toBlob(resolve, 'image/png'));
  }

  /** Resolves when what was drawn is on the screen. */
  async shown() {
    this.draw();
    for (let i = 0; i < 2; i += 1) await new Promise(requestAnimationFrame);
  }

  #frame(now) {
    this.#asked = 0;
    const seconds = this.#last ? (now - this.#last) / 1000 : 1 / 60;
    const moving = this.#tick(Math.min(seconds, 0.1));
    this.#pace(seconds, moving);
    this.draw();
    this.#last = moving ? now : 0;
    if (moving) this.invalidate();
  }

  /** Fewer pixels where the machine cannot keep up; all of them again at rest. */
  #pace(seconds, moving) {
    if (!moving) {
      this.#slow = 0;
      this.#sharpen(1);
      return;
    }
    this.#slow = this.#last && seconds > SLOW ? this.#slow + 1 : Math.max(0, this.#slow - 1);
    if (this.#slow > 4 && this.#coarse > COARSEST) {
      this.#sharpen(Math.max(COARSEST, this.#coarse * 0.75));
      this.#slow = 0;
    }
  }

  #sharpen(coarse) {
    if (coarse === this.#coarse) return;
    this.#coarse = coarse;
    this.#fit();
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height || this.renderer.xr.isPresenting) return;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2) * this.#coarse);
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.invalidate();
  }
}
