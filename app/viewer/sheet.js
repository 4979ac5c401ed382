/**
 * The scene as one stretched sheet, as it was usual: what is seen from the middle, each point at its
 * own distance, and nothing behind. It is made of the layers themselves, drawn from the origin towards
 * the six sides of a cube.
 */

import {
  BufferAttribute,
  BufferGeometry,
  ClampToEdgeWrapping,
  DoubleSide,
  Group,
  LinearFilter,
  Mesh,
  PerspectiveCamera,
  ShaderMaterial,
  WebGLRenderTarget,
} from 'three';

/** Cells of the sheet along a side of the cube: one in 0.5 degrees. */
const CELLS = 180;
const FINEST = 1024; // pixels of a side's picture
/** Yaw and pitch, in quarter turns, of the six sides. */
const SIDES = [
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 0],
  [0, 1],
  [0, -1],
];

export class OneSheet {
  #targets = [];

  /** @param {import('viewer/stage.js').Stage} stage whose layers are looked at. */
  constructor({ renderer, layers, camera }) {
    this.root = new Group();
    const size = Math.min(FINEST, renderer.capabilities.maxTextureSize);
    const eye = new PerspectiveCamera(90, 1, camera.near, camera.far);
    eye.rotation.order = 'YXZ';
    for (const [round, up] of SIDES) {
      eye.rotation.set((up * Math.PI) / 2, (-round * Math.PI) / 2, 0);
      const place = this.#places(renderer, layers, eye);
      const target = this.#colours(renderer, layers, eye, size);
      this.root.add(meshOf(place, target.texture));
    }
    layers.show('colour');
  }

  /** A vertex for each corner of the cells, at the distance that is seen there. */
  #places(renderer, layers, eye) {
    const count = CELLS + 1;
    eye.fov = 2 * Math.atan(count / CELLS) * (180 / Math.PI); // the outermost pixels' middles lie on the edges
    const target = new WebGLRenderTarget(count, count);
    layers.show('numbers');
    draw(renderer, layers, eye, target);
    const codes = new Uint8Array(4 * count * count);
    renderer.readRenderTargetPixels(target, 0, 0, count, count, codes);
    target.dispose();
    const place = new Float32Array(3 * count * count);
    const [nearest, farthest] = [1 / layers.near, 1 / layers.far];
    for (let i = 0; i < count * count; i += 1) {
      const share = (65536 * codes[4 * i] + 256 * codes[4 * i + 1] + codes[4 * i + 2]) / 16777215;
      const ray = [2 * ((i % count) / CELLS) - 1, 2 * (Math.floor(i / count) / CELLS) - 1, -1];
      const scale = 1 / (farthest + share * (nearest - farthest)) / Math.hypot(...ray);
      ray.forEach((along, k) => (place[3 * i + k] = along * scale));
    }
    const attribute = new BufferAttribute(place, 3);
    attribute.applyMatrix4(eye.matrixWorld);
    return attribute;
  }

  #colours(renderer, layers, eye, size) {
    eye.fov = 90;
    const target = new WebGLRenderTarget(size, size, {
      minFilter: LinearFilter,
      magFilter: LinearFilter,
      wrapS: ClampToEdgeWrapping,
      wrapT: ClampToEdgeWrapping,
    });
    layers.show('colour');
    draw(renderer, layers, eye, target);
    this.#targets.push(target);
    return target;
  }

  dispose() {
    for (const target of this.#targets) target.dispose();
    for (const { geometry, material } of this.root.children) {
      geometry.dispose();
      material.dispose();
    }
  }
}

function draw(renderer, layers, eye, target) {
  eye.updateProjectionMatrix();
  eye.updateMatrixWorld();
  layers.keepInView(eye);
  renderer.setRenderTarget(target);
  renderer.render(layers.root, eye);
  renderer.setRenderTarget(null);
}

function meshOf(place, map) {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', place);
  geometry.setAttribute('uv', grid.uv);
  geometry.setIndex(grid.corners);
  const paint = new ShaderMaterial({
    side: DoubleSide,
    uniforms: { map: { value: map } },
    vertexShader:
      'varying vec2 at; void main() { at = uv; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }',
    fragmentShader:
      'uniform sampler2D map; varying vec2 at; void main() { gl_FragColor = vec4(texture2D(map, at).rgb, 1.0); }',
  });
  const mesh = new Mesh(geometry, paint);
  mesh.frustumCulled = false;
  return mesh;
}

const grid = (() => {
  const count = CELLS + 1;
  const uv = new Float32Array(2 * count * count);
  const corners = new Uint32Array(6 * CELLS * CELLS);
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      const at = row * count + column;
      uv.set([column / CELLS, row / CELLS], 2 * at);
      if (row < CELLS && column < CELLS) {
        const from = 6 * (row * CELLS + column);
        corners.set([at, at + 1, at + count, at + 1, at + count + 1, at + count], from);
      }
    }
  }
  return { uv: new BufferAttribute(uv, 2), corners: new BufferAttribute(corners, 1) };
})();
