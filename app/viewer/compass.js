/** The small dial: which way one looks, and where in its box the head is. */

export class Compass {
  #cone;
  #head;

  constructor(svg) {
    this.#cone = svg.querySelector('.cone');
    this.#head = svg.querySelector('.head');
  }

  /** Up on the dial is the scene's forward. */
  draw(view, aspect) {
    const { yaw, fov, x, z } = view.shown;
    const long = (fov * Math.PI) / 360;
    const half = aspect >= 1 ? long : Math.atan(Math.tan(long) * aspect);
    const rim = (angle) => `${(11.5 * Math.sin(angle)).toFixed(2)} ${(-11.5 * Math.cos(angle)).toFixed(2)}`;
    const at = yaw - view.home;
    this.#cone.setAttribute('d', `M0 0L${rim(at - half)}A11.5 11.5 0 0 1 ${rim(at + half)}Z`);
    const scale = view.room ? 8.5 / view.room : 0;
    const [sin, cos] = [Math.sin(view.home), Math.cos(view.home)];
    this.#head.setAttribute('cx', ((x * cos + z * sin) * scale).toFixed(2));
    this.#head.setAttribute('cy', ((z * cos - x * sin) * scale).toFixed(2));
  }
}
