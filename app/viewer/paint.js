/** How a layer is painted: its colours as they are, its distance as a ramp or as numbers, its mesh. */

import { DoubleSide, ShaderMaterial } from 'three';

/** Alpha from `WHOLE` on is solid; below `FAINTEST` it is nothing at all. */
const WHOLE = 0.98;
const FAINTEST = 0.004;
const HALF = 0.5;

const CORNER = /* glsl */ `
  varying vec2 at;
  #ifdef PLACED
    varying vec3 place;
  #endif
  void main() {
    at = uv;
    #ifdef PLACED
      place = position;
    #endif
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }`;

/** Colours pass as the file has them, sRGB in and out: nothing is lit, so nothing needs linear light. */
const COLOUR = /* glsl */ `
  uniform sampler2D map; uniform vec2 between; varying vec2 at;
  void main() {
    vec4 colour = texture2D(map, at);
    #ifdef RIM
      if (colour.a < between.x || colour.a >= between.y) discard;
    #else
      colour.a = 1.0;
    #endif
    gl_FragColor = colour;
  }`;

/** Near is light, far is dark, evenly in inverse distance: the ramp is inferno's, as a polynomial. */
const DEPTH = /* glsl */ `
  uniform sampler2D map; uniform vec2 inverse; uniform vec2 between;
  varying vec2 at; varying vec3 place;
  vec3 inferno(float t) {
    return vec3(0.000219, 0.001651, -0.019481)
      + t * (vec3(0.106513, 0.563956, 3.932712) + t * (vec3(11.602493, -3.972854, -15.942394)
      + t * (vec3(-41.703996, 17.436399, 44.354146) + t * (vec3(77.162936, -33.402359, -81.807309)
      + t * (vec3(-71.319428, 32.626064, 73.209520) + t * vec3(25.131126, -12.242669, -23.070325))))));
  }
  void main() {
    if (texture2D(map, at).a < between.x) discard;
    float t = clamp((1.0 / length(place) - inverse.y) / (inverse.x - inverse.y), 0.0, 1.0);
    #ifdef NUMBERS
      float whole = t * 16777215.0;
      gl_FragColor = vec4(floor(whole / 65536.0), mod(floor(whole / 256.0), 256.0), mod(whole, 256.0), 255.0) / 255.0;
    #else
      gl_FragColor = vec4(clamp(inferno(0.06 + 0.92 * t), 0.0, 1.0), 1.0);
    #endif
  }`;

/** Of what is not to be seen in a way of seeing. */
export const unseen = new ShaderMaterial({ visible: false });

/**
 * The materials of one layer, by way of seeing; `rim` goes over the cut edge of a blended layer.
 *
 * @param {import('viewer/reading.js').Sheet} sheet
 * @param {number[]} reach distances between which depth is shown.
 */
export function materials({ map, kind }, reach) {
  const inverse = { value: reach.map((distance) => 1 / distance) };
  const paint = (fragmentShader, defines, between, more = {}) =>
    new ShaderMaterial({
      vertexShader: CORNER,
      fragmentShader,
      defines,
      uniforms: { map: { value: map }, inverse, between: { value: between } },
      side: DoubleSide,
      ...more,
    });
  const cut = kind === 'blend' || kind === 'soft' ? WHOLE : HALF;
  return {
    solid: paint(COLOUR, {}, [0, 2]),
    edge: paint(COLOUR, { RIM: '' }, [cut, 2]),
    rim:
      (kind === 'blend' || kind === 'fringe') &&
      paint(COLOUR, { RIM: '' }, [FAINTEST, WHOLE], {
        transparent: true,
        depthWrite: false,
        forceSinglePass: true,
      }),
    depth: paint(DEPTH, { PLACED: '' }, [kind === 'solid' ? 0 : HALF, 2]),
    numbers: paint(DEPTH, { PLACED: '', NUMBERS: '' }, [kind === 'solid' ? 0 : HALF, 2]),
    mesh: paint(COLOUR, { RIM: '' }, [kind === 'solid' ? 0 : HALF, 2], { wireframe: true }),
  };
}
