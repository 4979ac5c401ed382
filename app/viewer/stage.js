/** The canvas: draws a frame when something changed, and not otherwise. */

import { Group, LinearSRGBColorSpace, NoToneMapping, PerspectiveCamera, Scene, WebGLRenderer } from 'three';
import { drawingContext } from 'viewer/gpu.js';
import { onePicture } from 'viewer/passes.js';
import { SceneError } from 'viewer/source.js';

/** A frame that takes longer than this (seconds) asks for fewer pixels while things move. */
const SLOW = 1 / 15;
const COARSEST = 0.5;

export class Stage {
  #tick;
  #asked = 0;
  #last = 0;
  #coarse = 1;
  #slow = 0;
  #size = null;

  /** @param {(seconds: number) => boolean} tick advances the view; true while it still moves. */
  constructor(canvas, tick) {
    this.#tick = tick;
    const { canvas: drawn, context, card } = drawingContext(canvas);
    this.canvas = drawn;
    if (!context) throw new SceneError('This browser cannot draw in 3D: WebGL is switched off or missing.');
    this.renderer = new WebGLRenderer({ canvas: drawn, context });
    this.renderer.outputColorSpace = LinearSRGBColorSpace; // colours pass unchanged, see paint.js
    this.renderer.toneMapping = NoToneMapping;
    this.renderer.setClearColor(0x0b0d0f);
    /** How textures are read; see layers.js. */
    this.sampling = {
      anisotropy: card ? Math.min(this.renderer.capabilities.getMaxAnisotropy(), 4) : 1,
      plain: !card,
    };
    this.scene = new Scene();
    this.camera = new PerspectiveCamera(60, 1, 0.01, 1000);
    this.camera.rotation.order = 'YXZ';
    this.rig = new Group();
    this.rig.add(this.camera);
    this.scene.add(this.rig);
    /** Draws one frame; see passes.js. */
    this.pass = onePicture;
    /** Called when the graphics card lets go of the scene. */
    this.lost = () => {};
    /** Called when the picture has another shape. */
    this.fitted = () => {};
    /** Whether a slow machine may be given fewer pixels while things move. */
    this.governed = true;
    new ResizeObserver(() => this.#fit()).observe(drawn);
    drawn.addEventListener('webglcontextlost', () => this.lost());
    drawn.addEventListener('webglcontextrestored', () => this.invalidate());
    this.#fit();
  }

  /** Put a scene's layers on the stage, in the place of what was there. */
  set(layers) {
    if (this.layers) {
      this.scene.remove(this.layers.root);
      this.layers.dispose();
    }
    this.layers = layers;
    this.scene.add(layers.root);
    this.camera.near = Math.max(layers.near * 0.02, layers.extent * 1e-6);
    this.camera.far = layers.extent * 1.5;
    this.camera.updateProjectionMatrix();
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
    if (this.layers) this.pass.draw(this);
    else this.renderer.clear();
  }

  /** Width and height of the picture in pixels. */
  get pixels() {
    return [this.canvas.width, this.canvas.height];
  }

  /** The longest side of a picture that can be drawn here. */
  get longest() {
    const gl = this.renderer.getContext();
    const [width, height] = gl.getParameter(gl.MAX_VIEWPORT_DIMS);
    return Math.min(width, height, gl.getParameter(gl.MAX_RENDERBUFFER_SIZE), 8192);
  }

  /**
   * The present view as a picture.
   *
   * @param {number[] | null} size width and height in pixels; as it is on the screen where absent.
   * @param {string} kind media type.
   * @returns {Promise<Blob>}
   */
  async picture(size = null, kind = 'image/png') {
    this.#coarse = 1;
    this.#size = size;
    this.#fit();
    this.draw();
    const blob = await new Promise((resolve) => this.canvas.toBlob(resolve, kind, 0.92));
    this.#size = null;
    this.#fit();
    if (!blob) throw new SceneError('This machine has not the memory for so large a picture.');
    return blob;
  }

  /** Resolves when what was drawn is on the screen. */
  async shown() {
    this.draw();
    for (let i = 0; i < 2; i += 1) await new Promise(requestAnimationFrame);
  }

  /** Bring the layers' pictures to the graphics card, one a frame, so that nothing stands still. */
  async upload(layers, report = () => {}) {
    for (const [number, map] of layers.textures.entries()) {
      this.renderer.initTexture(map);
      report((number + 1) / layers.textures.length);
      await new Promise(requestAnimationFrame);
    }
    await this.renderer.compileAsync(layers.root, this.camera, this.scene);
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
    if (!moving || !this.governed) {
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
    const { clientWidth, clientHeight } = this.canvas;
    const [width, height] = this.#size ?? [clientWidth, clientHeight];
    if (!width || !height || this.renderer.xr.isPresenting) return;
    this.renderer.setPixelRatio(this.#size ? 1 : Math.min(devicePixelRatio, 2) * this.#coarse);
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.fitted();
    this.invalidate();
  }
}
