/** An address that opens the same scene at the same view. */

import { degrees, radians } from 'viewer/numbers.js';

/** A view as "yaw,pitch,fov,x,y,z": degrees and metres. */
export function written({ yaw, pitch, fov, x, y, z }) {
  const turn = ((degrees(yaw) % 360) + 360) % 360;
  return [turn, degrees(pitch), fov, x, y, z].map((value) => +value.toFixed(value === fov ? 1 : 3)).join(',');
}

/** The view in an address, or null where there is none or it makes no sense. */
export function viewIn(search) {
  const given = new URLSearchParams(search).get('view');
  const [yaw, pitch, fov, x, y, z] = given?.split(',').map(Number) ?? [];
  if (![yaw, pitch, fov, x, y, z].every(Number.isFinite)) return null;
  return { yaw: radians(yaw), pitch: radians(pitch), fov, x, y, z };
}

/** This page's address with a view, and with a way of seeing where it is not the usual one. */
export function linkTo(view, way, address = location) {
  const link = new URL(address.href);
  link.searchParams.set('view', written(view));
  if (way === 'colour') link.searchParams.delete('see');
  else link.searchParams.set('see', way);
  // Commas, slashes and colons may stand as they are: the address stays readable.
  link.search = link.search.replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':');
  return link.href;
}
