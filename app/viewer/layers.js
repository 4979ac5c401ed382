/** The scene's meshes, drawn in the right order and in three ways: colour, depth, mesh. */

import {
  DoubleSide,
  Group,
  GLTFLoader,
  LinearMipmapLinearFilter,
  Mesh,
  MeshBasicMaterial,
  Quaternion,
  ShaderMaterial,
  Vector3,
} from 'three';
import { cutIntoSectors, keepInView } from 'viewer/sectors.js';
import { SceneError } from 'viewer/source.js';

/** Alpha from `WHOLE` on is solid; below `FAINTEST` it is nothing at all. */
const WHOLE = 0.98;
const FAINTEST = 0.004;

/** Read a GLB's layers, far to near as the file has them: the order in which they are drawn. */
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
  /** @param {number} anisotropy samples along a slanted texture, 1 or more. */
  constructor({ root, meshes }, { near, far }, anisotropy) {
    const { nearest, farthest } = reach(meshes);
    this.near = near ?? nearest;
    this.far = far ?? farthest;
    this.extent = farthest;
    this.root = new Group();
    root.updateMatrixWorld(true);
    this.layers = meshes.map((mesh, order) => {
      const sectors = cutIntoSectors(mesh.geometry.applyMatrix4(mesh.matrixWorld));
      const ways = materials(mesh.material, this.near, this.far, anisotropy);
      for (const sector of sectors) {
        if (ways.rim) sector.mesh.add(rimOf(sector.mesh, ways.rim, order));
        this.root.add(sector.mesh);
      }
      return { sectors, ways };
    });
    this.show('colour');
  }

  /** @param {'colour' | 'depth' | 'mesh'} way */
  show(way) {
    for (const { sectors, ways } of this.layers) {
      for (const { mesh } of sectors) {
        mesh.material = ways[way];
        for (const rim of mesh.children) rim.visible = way === 'colour';
      }
    }
  }

  /** Leave out what a camera cannot see; its matrices are up to date. */
  keepInView(camera) {
    const { elements } = camera.projectionMatrix;
    const halves = [Math.atan(1 / elements[0]), Math.atan(1 / elements[5])];
    this.keepWithin(halves, camera.getWorldQuaternion(turned), camera.getWorldPosition(place).length());
  }

  /** As `keepInView`, for half angles, an orientation and an offset from the origin. */
  keepWithin(halves, orientation, offset) {
    for (const { sectors } of this.layers) keepInView(sectors, halves, orientation, offset);
  }
}

const turned = new Quaternion();
const place = new Vector3();

/** The soft edge of a part, drawn over what is solid; far layers first, so that they mix in order. */
function rimOf(solid, material, order) {
  const rim = new Mesh(solid.geometry, material);
  rim.renderOrder = order;
  rim.frustumCulled = false;
  return rim;
}

/**
 * A layer's materials. One that is blended is drawn twice: what is solid as if it were opaque, in any
 * order, and then its rim, which hides nothing. So a rim never cuts a hole into what lies behind it.
 */
function materials({ map, transparent, alphaTest }, near, far, anisotropy) {
  if (map) {
    map.anisotropy = anisotropy;
    map.minFilter = LinearMipmapLinearFilter;
  }
  const cut = transparent ? WHOLE : alphaTest;
  const plain = { map, side: DoubleSide, toneMapped: false };
  return {
    colour: new MeshBasicMaterial({ ...plain, alphaTest: cut }),
    depth: depthMaterial(map, transparent ? 0.5 : alphaTest, near, far),
    mesh: new MeshBasicMaterial({ ...plain, alphaTest: transparent ? 0.5 : alphaTest, wireframe: true }),
    rim:
      transparent &&
      new MeshBasicMaterial({
        ...plain,
        alphaTest: FAINTEST,
        transparent: true,
        depthWrite: false,
        forceSinglePass: true,
      }),
  };
}

/** Distances from the origin of the nearest and the farthest vertex. */
function reach(meshes) {
  let [nearest, farthest] = [Infinity, 0];
  for (const { geometry } of meshes) {
    const { array } = geometry.attributes.position;
    for (let i = 0; i < array.length; i += 3) {
      const square = array[i] ** 2 + array[i + 1] ** 2 + array[i + 2] ** 2;
      if (square < nearest) nearest = square;
      if (square > farthest) farthest = square;
    }
  }
  return { nearest: Math.sqrt(nearest), farthest: Math.sqrt(farthest) };
}

/** Near is light, far is dark, evenly in inverse distance: the ramp is inferno's, as a polynomial. */
function depthMaterial(map, cut, near, far) {
  return new ShaderMaterial({
    side: DoubleSide,
    toneMapped: false,
    uniforms: { map: { value: map }, inverse: { value: [1 / near, 1 / far] }, cut: { value: cut } },
    vertexShader: `
      varying vec2 at; varying vec3 place;
      void main() {
        at = uv; place = (modelMatrix * vec4(position, 1.0)).xyz;
        gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
      }`,
    fragmentShader: `
      uniform sampler2D map; uniform vec2 inverse; uniform float cut;
      varying vec2 at; varying vec3 place;
      vec3 inferno(float t) {
        return vec3(0.000219, 0.001651, -0.019481)
          + t * (vec3(0.106513, 0.563956, 3.932712) + t * (vec3(11.602493, -3.972854, -15.942394)
          + t * (vec3(-41.703996, 17.436399, 44.354146) + t * (vec3(77.162936, -33.402359, -81.807309)
          + t * (vec3(-71.319428, 32.626064, 73.209520) + t * vec3(25.131126, -12.242669, -23.070325))))));
      }
      void main() {
        if (texture2D(map, at).a < cut) discard;
        float t = clamp((1.0 / length(place) - inverse.y) / (inverse.x - inverse.y), 0.0, 1.0);
        gl_FragColor = vec4(clamp(inferno(0.06 + 0.92 * t), 0.0, 1.0), 1.0);
      }`,
  });
}
