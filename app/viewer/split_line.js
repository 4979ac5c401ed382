/** The line between before and after: dragged, or moved by the arrow keys. */

import { clamp } from 'viewer/numbers.js';

const STEP = 0.02;

export class SplitLine {
  #line;
  #moved;

  /** @param {(share: number) => void} moved told where the line is, as a share of the width. */
  constructor(line, moved) {
    this.#line = line;
    this.#moved = moved;
    line.addEventListener('pointerdown', (event) => {
      line.setPointerCapture(event.pointerId);
      event.preventDefault();
      line.focus();
    });
    line.addEventListener('pointermove', (event) => {
      if (line.hasPointerCapture(event.pointerId)) this.place(event.clientX / innerWidth);
    });
    line.addEventListener('keydown', (event) => {
      const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.code];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      this.place(this.share + by);
    });
  }

  get share() {
    return Number(this.#line.getAttribute('aria-valuenow')) / 100;
  }

  place(share) {
    const percent = +(100 * clamp(share, 0, 1)).toFixed(1);
    this.#line.setAttribute('aria-valuenow', percent);
    this.#line.style.left = `${percent}%`;
    this.#moved(percent / 100);
  }

  show(visible) {
    this.#line.hidden = !visible;
  }
}
