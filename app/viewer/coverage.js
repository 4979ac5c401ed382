/**
 * Tells a layer's triangles apart by their alpha: nothing there, wholly solid, or with a rim.
 *
 * Most of a layer is solid. Drawn without an alpha test, a solid triangle hides what lies behind it
 * before that is even textured; only the rims are drawn twice, and what is empty not at all.
 */

/** One cell of the alpha map is so many texels wide. */
const CELL = 4;
const [WHOLLY, BARELY] = [254, 1];

/**
 * @param {import('viewer/reading.js').Sheet} sheet
 * @returns {{solid: Uint32Array, rim: Uint32Array}} the corners of either sort's triangles.
 */
export function sortByAlpha({ uv, corners, map, kind }) {
  const cells = kind === 'solid' ? null : alphaCells(map?.image);
  if (!cells) {
    const all = Uint32Array.from(corners);
    return kind === 'solid' ? { solid: all, rim: new Uint32Array() } : { solid: new Uint32Array(), rim: all };
  }
  const parts = { solid: new Uint32Array(corners.length), rim: new Uint32Array(corners.length) };
  const filled = { solid: 0, rim: 0 };
  for (let t = 0; t < corners.length; t += 3) {
    const sort = cells.sortOf(uv, corners[t], corners[t + 1], corners[t + 2]);
    if (!sort) continue;
    parts[sort].set(corners.subarray(t, t + 3), filled[sort]);
    filled[sort] += 3;
  }
  return { solid: parts.solid.slice(0, filled.solid), rim: parts.rim.slice(0, filled.rim) };
}

/** The alpha of a picture in cells, or null where the picture cannot be looked at. */
function alphaCells(image) {
  const width = Math.max(1, Math.floor((image?.width ?? 0) / CELL));
  const height = Math.max(1, Math.floor((image?.height ?? 0) / CELL));
  try {
    const pad = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    pad.imageSmoothingQuality = 'medium'; // mean over the cell, not a texel of it
    pad.drawImage(image, 0, 0, width, height);
    return new AlphaCells(pad.getImageData(0, 0, width, height).data, width, height);
  } catch {
    return null;
  }
}

/** Sums over rectangles of cells (integral images) of how many have a gap, and how many have anything. */
class AlphaCells {
  constructor(rgba, width, height) {
    this.width = width;
    this.height = height;
    const stride = width + 1;
    this.gaps = new Uint32Array(stride * (height + 1));
    this.any = new Uint32Array(stride * (height + 1));
    for (let y = 0; y < height; y += 1) {
      let [gaps, any] = [0, 0];
      for (let x = 0; x < width; x += 1) {
        const alpha = rgba[4 * (y * width + x) + 3];
        gaps += alpha < WHOLLY ? 1 : 0;
        any += alpha >= BARELY ? 1 : 0;
        const at = (y + 1) * stride + x + 1;
        this.gaps[at] = this.gaps[at - stride] + gaps;
        this.any[at] = this.any[at - stride] + any;
      }
    }
  }

  /** @returns {'solid' | 'rim' | ''} of a triangle; '' where it shows nothing. */
  sortOf(uv, a, b, c) {
    const [ua, ub, uc] = [uv[2 * a], uv[2 * b], uv[2 * c]];
    const [va, vb, vc] = [uv[2 * a + 1], uv[2 * b + 1], uv[2 * c + 1]];
    const left = Math.floor(Math.min(ua, ub, uc) * this.width) - 1;
    const right = Math.floor(Math.max(ua, ub, uc) * this.width) + 1;
    const top = Math.max(0, Math.floor(Math.min(va, vb, vc) * this.height) - 1);
    const bottom = Math.min(this.height - 1, Math.floor(Math.max(va, vb, vc) * this.height) + 1);
    if (left < 0 || right >= this.width) return 'rim'; // across the seam: few, and not worth the care
    if (this.#sum(this.gaps, left, top, right, bottom) === 0) return 'solid';
    return this.#sum(this.any, left, top, right, bottom) === 0 ? '' : 'rim';
  }

  #sum(table, left, top, right, bottom) {
    const stride = this.width + 1;
    const [up, down] = [top * stride, (bottom + 1) * stride];
    return table[down + right + 1] - table[up + right + 1] - table[down + left] + table[up + left];
  }
}
