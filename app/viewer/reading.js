/** A GLB's layers as plain numbers: positions in metres, texture coordinates, corners, a picture. */

import { GLTFLoader, MeshoptDecoder, Vector3 } from 'three';
import { SceneError } from 'viewer/source.js';

/**
 * @typedef {object} Sheet one layer of a scene.
 * @property {Float32Array} place x, y, z of each vertex, metres.
 * @property {Float32Array} uv texture coordinates of each vertex.
 * @property {Uint32Array | Uint16Array} corners three vertices a triangle.
 * @property {import('three').Texture | null} map
 * @property {'solid' | 'cut' | 'soft' | 'fringe' | 'blend'} kind how its alpha is meant: nowhere clear, clear or not,
 *   the whole parts of a rim whose fringe comes by itself, that fringe, or both in one.
 * @property {string} name
 */

/** Read a GLB; layers come far to near, as the file has them. @returns {Promise<Sheet[]>} */
export async function readLayers(bytes) {
  let gltf;
  try {
    gltf = await new GLTFLoader().setMeshoptDecoder(MeshoptDecoder).parseAsync(bytes, '');
  } catch {
    throw new SceneError('scene.glb is damaged: it could not be read.');
  }
  const sheets = [];
  gltf.scene.updateMatrixWorld(true);
  gltf.scene.traverse((node) => node.isMesh && sheets.push(sheetOf(node)));
  if (!sheets.length) throw new SceneError('scene.glb holds no picture.');
  const names = new Set(sheets.map(({ name }) => name));
  for (const sheet of sheets) sheet.kind = kindOf(sheet, names);
  return sheets;
}

/** Our GLBs hold the rims of soft layers twice, as other programs need them: "NAME rim" and "NAME fringe". */
function kindOf({ name, kind }, names) {
  if (kind === 'blend' && names.has(name.replace(/ fringe$/, ' rim')) && name.endsWith(' fringe'))
    return 'fringe';
  if (kind === 'cut' && name.endsWith(' rim') && names.has(name.replace(/ rim$/, ' fringe'))) return 'soft';
  return kind;
}

function sheetOf({ geometry, material, matrixWorld }) {
  const { position, uv } = geometry.attributes;
  const place = floats(position, 3);
  const at = new Vector3();
  for (let i = 0; i < place.length; i += 3) at.fromArray(place, i).applyMatrix4(matrixWorld).toArray(place, i);
  return {
    place,
    uv: laidOut(uv ? floats(uv, 2) : new Float32Array(2 * position.count), material.map),
    corners: geometry.index?.array ?? Uint32Array.from({ length: position.count }, (_, i) => i),
    map: material.map,
    name: material.name,
    kind: material.transparent ? 'blend' : material.alphaTest > 0 ? 'cut' : 'solid',
  };
}

/** An attribute's numbers; quantised ones are unpacked. */
function floats(attribute, size) {
  if (attribute.array instanceof Float32Array && !attribute.isInterleavedBufferAttribute)
    return attribute.array.slice();
  const numbers = new Float32Array(size * attribute.count);
  for (let i = 0; i < attribute.count; i += 1)
    for (let k = 0; k < size; k += 1) numbers[size * i + k] = attribute.getComponent(i, k);
  return numbers;
}

/** Where a file moves its texture coordinates (KHR_texture_transform), move them for good. */
function laidOut(uv, map) {
  if (!map) return uv;
  map.updateMatrix();
  const [a, b, , c, d, , e, f] = map.matrix.elements;
  if (a === 1 && b === 0 && c === 0 && d === 1 && e === 0 && f === 0) return uv;
  for (let i = 0; i < uv.length; i += 2) {
    const [u, v] = [uv[i], uv[i + 1]];
    uv[i] = a * u + c * v + e;
    uv[i + 1] = b * u + d * v + f;
  }
  return uv;
}
