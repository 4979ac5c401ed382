/** The scene's meshes, drawn in the right order and in three ways: colour, depth, mesh. */

import { Box3, DoubleSide, GLTFLoader, LinearMipmapLinearFilter, MeshBasicMaterial, ShaderMaterial, Vector3 } from 'three';
import { SceneError } from 'viewer/source.js';

/** Alpha below this is nothing at all, and must not hide what lies behind it. */
const FAINTEST = 0.01;

/** Read a GLB's layers, near to far as the file has them. */
export async function readLayers(bytes) {
  let gltf;
  try {
    gltf = await new GLTFLoader().parseAsync(bytes, '');
  } catch {
    throw new SceneError('scene.glb is damaged: it could not be read.');
  }
  const meshes = [];
  gltf.scene.traverse((node) => node.isMesh && meshes.push(node));
  if (!meshes.length) throw new SceneError('scene.glb holds no picture.');
  return { root: gltf.scene, meshes };
}

export class Layers {
  /** @param {number} anisotropy what the GPU offers, 1 where it offers none. */
  constructor({ root, meshes }, { near, far }, anisotropy) {
    this.root = root;
    this.meshes = meshes;
    meshes.forEach((mesh, index) => this.#prepare(mesh, meshes.length - index, anisotropy));
    const { nearest, farthest } = reach(meshes);
    this.near = near ?? nearest;
    this.far = far ?? farthest;
    this.extent = farthest;
    this.#dress();
  }

  /** Far layers first: a blended rim mixes with what is already there. */
  #prepare(mesh, order, anisotropy) {
    mesh.renderOrder = order;
    mesh.frustumCulled = false;
    const { map, transparent, alphaTest } = mesh.material;
    if (map) {
      map.anisotropy = Math.min(anisotropy, 4);
      map.minFilter = LinearMipmapLinearFilter;
    }
    // One sheet seldom covers itself, so a rim may write depth: what it hides was drawn before it.
    mesh.material = new MeshBasicMaterial({
      map, transparent, side: DoubleSide, depthWrite: true, toneMapped: false,
      alphaTest: transparent ? FAINTEST : alphaTest,
    });
    mesh.userData.ways = { colour: mesh.material };
  }

  #dress() {
    for (const mesh of this.meshes) {
      const { colour } = mesh.userData.ways;
      mesh.userData.ways.depth = depthMaterial(colour, this.near, this.far);
      mesh.userData.ways.mesh = new MeshBasicMaterial({
        map: colour.map, wireframe: true, alphaTest: Math.max(colour.alphaTest, FAINTEST), toneMapped: false,
      });
    }
  }

  /** @param {'colour' | 'depth' | 'mesh'} way */
  show(way) {
    for (const mesh of this.meshes) mesh.material = mesh.userData.ways[way];
  }
}

function reach(meshes) {
  let nearest = Infinity;
  let farthest = 0;
  const corner = new Vector3();
  for (const { geometry } of meshes) {
    const place = geometry.attributes.position;
    for (let i = 0; i < place.count; i += 1) {
      const r = corner.fromBufferAttribute(place, i).lengthSq();
      if (r < nearest) nearest = r;
    }
    const box = new Box3().setFromBufferAttribute(place);
    farthest = Math.max(farthest, box.min.length(), box.max.length());
  }
  return { nearest: Math.sqrt(nearest), farthest };
}

/** Near is light, far is dark, evenly in inverse distance: the ramp is inferno's, as a polynomial. */
function depthMaterial({ map, transparent, alphaTest }, near, far) {
  return new ShaderMaterial({
    transparent, side: DoubleSide, toneMapped: false,
    uniforms: { map: { value: map }, inverse: { value: [1 / near, 1 / far] }, faintest: { value: alphaTest } },
    vertexShader: `
      varying vec2 at; varying vec3 place;
      void main() {
        at = uv; place = (modelMatrix * vec4(position, 1.0)).xyz;
        gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
      }`,
    fragmentShader: `
      uniform sampler2D map; uniform vec2 inverse; uniform float faintest;
      varying vec2 at; varying vec3 place;
      vec3 inferno(float t) {
        return vec3(0.000219, 0.001651, -0.019481)
          + t * (vec3(0.106513, 0.563956, 3.932712) + t * (vec3(11.602493, -3.972854, -15.942394)
          + t * (vec3(-41.703996, 17.436399, 44.354146) + t * (vec3(77.162936, -33.402359, -81.807309)
          + t * (vec3(-71.319428, 32.626064, 73.209520) + t * vec3(25.131126, -12.242669, -23.070325))))));
      }
      void main() {
        float alpha = texture2D(map, at).a;
        if (alpha < faintest) discard;
        float t = clamp((1.0 / length(place) - inverse.y) / (inverse.x - inverse.y), 0.0, 1.0);
        gl_FragColor = vec4(clamp(inferno(0.06 + 0.92 * t), 0.0, 1.0), alpha);
      }`,
  });
}
