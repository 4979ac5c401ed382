/** Cubic splines with continuous acceleration, as scene/paths.py draws them: at rest at both ends, or round. */

/**
 * @param {number[]} times increasing, at least two.
 * @param {number[]} values one a time; of a closed spline the last repeats the first.
 * @returns {(time: number) => number}
 */
export function spline(times, values, closed) {
  const slopes = slopesOf(times, values, closed);
  return (time) => {
    let i = times.findIndex((t) => t > time) - 1;
    if (i < 0) i = time < times[0] ? 0 : times.length - 2;
    const width = times[i + 1] - times[i];
    const s = Math.min(1, Math.max(0, (time - times[i]) / width));
    const [h00, h10] = [(1 + 2 * s) * (1 - s) ** 2, s * (1 - s) ** 2];
    const [h01, h11] = [s * s * (3 - 2 * s), s * s * (s - 1)];
    return h00 * values[i] + h10 * width * slopes[i] + h01 * values[i + 1] + h11 * width * slopes[i + 1];
  };
}

/** Slopes at the knots for which the second derivative is continuous. */
function slopesOf(times, values, closed) {
  const n = times.length;
  const rows = Array.from({ length: n }, () => new Array(n + 1).fill(0));
  const width = (i) => times[i + 1] - times[i];
  const rise = (i) => (values[i + 1] - values[i]) / width(i);
  const join = (row, before, at, after, i, j) => {
    row[before] += 1 / width(i);
    row[at] += 2 / width(i) + 2 / width(j);
    row[after] += 1 / width(j);
    row[n] = 3 * (rise(i) / width(i) + rise(j) / width(j));
  };
  for (let i = 1; i < n - 1; i += 1) join(rows[i], i - 1, i, i + 1, i - 1, i);
  if (closed && n > 2) {
    join(rows[0], n - 2, 0, 1, n - 2, 0);
    rows[n - 1][n - 1] = 1;
    rows[n - 1][0] = -1;
  } else {
    rows[0][0] = 1;
    rows[n - 1][n - 1] = 1;
  }
  return solved(rows);
}

/** Solve a small linear system, its right-hand side in the last column (Gauss, with pivots). */
function solved(rows) {
  const n = rows.length;
  for (let k = 0; k < n; k += 1) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? k + i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = k + 1; i < n; i += 1) {
      const share = rows[i][k] / rows[k][k];
      if (share) for (let j = k; j <= n; j += 1) rows[i][j] -= share * rows[k][j];
    }
  }
  for (let k = n - 1; k >= 0; k -= 1) {
    for (let j = k + 1; j < n; j += 1) rows[k][n] -= rows[k][j] * rows[j][n];
    rows[k][n] /= rows[k][k];
  }
  return rows.map((row) => row[n]);
}
