/** Small sums. */

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const radians = (degrees) => (degrees * Math.PI) / 180;
export const degrees = (radians) => (radians * 180) / Math.PI;
