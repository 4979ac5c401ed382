// What the viewer uses of three.js; README.md in this folder says how three.js beside it is made.
export {
  Box3,
  DoubleSide,
  Group,
  LinearMipmapLinearFilter,
  LinearFilter,
  MeshBasicMaterial,
  NoToneMapping,
  PerspectiveCamera,
  Scene,
  ShaderMaterial,
  SRGBColorSpace,
  StereoCamera,
  Vector2,
  Vector3,
  WebGLRenderer,
} from 'three';
export { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
