/** What one frame consists of: one picture, two beside each other, or two for red-cyan glasses. */

import {
  BufferAttribute,
  BufferGeometry,
  LinearFilter,
  Mesh,
  PerspectiveCamera,
  ShaderMaterial,
  WebGLRenderTarget,
} from 'three';

/** Between the pupils, metres. */
const IPD = 0.064;

/** @typedef {{draw: (stage: import('viewer/stage.js').Stage) => void}} Pass */

/** @type {Pass} */
export const onePicture = {
  draw({ renderer, scene, camera, layers }) {
    layers.keepInView(camera);
    renderer.render(scene, camera);
  },
};

/** Two cameras beside one, their pictures agreeing at the distance where most of the depth is in front and behind. */
class Eyes {
  #pair = [-1, 1].map((side) => ({ side, camera: new PerspectiveCamera() }));

  /** @param {number} aspect of one eye's picture. */
  of({ camera, layers }, aspect) {
    const agree = 2 / (1 / layers.near + 1 / layers.far);
    return this.#pair.map(({ side, camera: eye }) => {
      eye.copy(camera, false);
      eye.aspect = aspect;
      eye.updateProjectionMatrix();
      eye.projectionMatrix.elements[8] = (-side * eye.projectionMatrix.elements[0] * IPD) / 2 / agree;
      eye.projectionMatrixInverse.copy(eye.projectionMatrix).invert();
      eye.translateX((side * IPD) / 2);
      eye.updateMatrixWorld();
      return eye;
    });
  }
}

/** Left and right beside each other, for a phone in a holder or for those who look parallel. */
export class SideBySide {
  #eyes = new Eyes();

  draw(stage) {
    const { renderer, scene, layers, pixels } = stage;
    const [width, height] = pixels.map((count) => count / renderer.getPixelRatio());
    const eyes = this.#eyes.of(stage, width / 2 / height);
    renderer.setScissorTest(true);
    eyes.forEach((eye, right) => {
      const from = [(right * width) / 2, 0, width / 2, height];
      renderer.setViewport(...from);
      renderer.setScissor(...from);
      layers.keepInView(eye);
      renderer.render(scene, eye);
    });
    renderer.setScissorTest(false);
    renderer.setViewport(0, 0, width, height);
  }
}

/**
 * Both eyes in one picture for red-cyan glasses, mixed in linear light as the films are.
 * E. Dubois, "A projection method to generate anaglyph stereo images", ICASSP 2001.
 */
export class Anaglyph {
  #eyes = new Eyes();
  #targets = [0, 1].map(
    () => new WebGLRenderTarget(1, 1, { minFilter: LinearFilter, magFilter: LinearFilter, samples: 0 }),
  );
  #mixed = mixer(this.#targets);

  draw(stage) {
    const { renderer, scene, camera, layers, pixels } = stage;
    this.#eyes.of(stage, camera.aspect).forEach((eye, right) => {
      this.#targets[right].setSize(...pixels);
      renderer.setRenderTarget(this.#targets[right]);
      layers.keepInView(eye);
      renderer.render(scene, eye);
    });
    renderer.setRenderTarget(null);
    renderer.render(this.#mixed, camera);
  }

  dispose() {
    for (const target of this.#targets) target.dispose();
  }
}

function mixer(targets) {
  const corners = new BufferGeometry();
  corners.setAttribute('position', new BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
  const paint = new ShaderMaterial({
    depthTest: false,
    uniforms: { left: { value: targets[0].texture }, right: { value: targets[1].texture } },
    vertexShader:
      'varying vec2 at; void main() { at = 0.5 * position.xy + 0.5; gl_Position = vec4(position, 1.0); }',
    fragmentShader: /* glsl */ `
      uniform sampler2D left, right; varying vec2 at;
      vec3 light(vec3 v) { return mix(pow((v + 0.055) / 1.055, vec3(2.4)), v / 12.92, vec3(lessThanEqual(v, vec3(0.04045)))); }
      vec3 code(vec3 v) { return mix(1.055 * pow(v, vec3(1.0 / 2.4)) - 0.055, v * 12.92, vec3(lessThanEqual(v, vec3(0.0031308)))); }
      const mat3 L = mat3(0.456100, -0.0400822, -0.0152161, 0.500484, -0.0378246, -0.0205971, 0.176381, -0.0157589, -0.00546856);
      const mat3 R = mat3(-0.0434706, 0.378476, -0.0721527, -0.0879388, 0.733640, -0.112961, -0.00155529, -0.0184503, 1.226395);
      void main() {
        vec3 mixed = L * light(texture2D(left, at).rgb) + R * light(texture2D(right, at).rgb);
        gl_FragColor = vec4(code(clamp(mixed, 0.0, 1.0)), 1.0);
      }`,
  });
  const mesh = new Mesh(corners, paint);
  mesh.frustumCulled = false;
  return mesh;
}

/** One stretched sheet on the left of a line, the layers on its right. */
export class Split {
  /** @param {import('viewer/sheet.js').OneSheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    /** Where the line is, as a share of the width. */
    this.share = 0.5;
  }

  draw(stage) {
    const { renderer, scene, camera, layers, pixels } = stage;
    const [width, height] = pixels.map((count) => count / renderer.getPixelRatio());
    const line = Math.round(this.share * width);
    renderer.setScissorTest(true);
    renderer.setScissor(line, 0, width - line, height);
    onePicture.draw(stage);
    renderer.setScissor(0, 0, line, height);
    layers.root.visible = false;
    scene.add(this.sheet.root);
    renderer.render(scene, camera);
    scene.remove(this.sheet.root);
    layers.root.visible = true;
    renderer.setScissorTest(false);
  }

  dispose() {
    this.sheet.dispose();
  }
}
