/** The place from above: what stands around, the head's box, where the head is, and where one looks. */

const RADIUS = 46;
/** Colours of viewer.css; a canvas cannot read them. */
const INK = {
  wall: '#ffffff5c',
  floor: '#ffffff14',
  box: '#f2b04a',
  cone: '#f2b04a66',
  head: '#f1ede5',
  key: '#7fc8f8',
};

export class Minimap {
  #canvas;
  #outline = null;
  #near = 1;
  #seen = '';

  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** @param {Float32Array} radii in equal steps from −Z to the right. @param {number} room radius of the head box. */
  show(radii, room) {
    this.#outline = radii;
    this.#near = 4 * room || 1;
    this.#seen = '';
  }

  /** @param {import('viewer/view.js').View} view @param {{x: number, z: number}[]} marks kept views. */
  draw(view, aspect, marks) {
    const { yaw, fov, x, z } = view.shown;
    const density = Math.min(devicePixelRatio, 3);
    const now = [yaw, fov, x, z, aspect, density, marks.length, view.room].map((v) => v.toFixed(3)).join();
    if (!this.#outline || now === this.#seen || !this.#canvas.offsetParent) return;
    this.#seen = now;
    this.#canvas.width = this.#canvas.height = 2 * (RADIUS + 6) * density;
    const pen = this.#canvas.getContext('2d');
    if (!pen) return;
    pen.scale(density, density);
    pen.translate(RADIUS + 6, RADIUS + 6);
    pen.rotate(-view.home); // up on the map is the scene's forward
    this.#place(pen);
    this.#box(pen, view);
    for (const mark of marks) this.#dot(pen, mark, 2, INK.key);
    this.#cone(pen, view, aspect);
    this.#dot(pen, view.shown, 3, INK.head);
  }

  /** Metres to the map's pixels: near things take more room than far ones. */
  #scaled(metres) {
    return Number.isFinite(metres) ? (RADIUS * metres) / (metres + this.#near) : RADIUS;
  }

  #at({ x, z }) {
    const r = Math.hypot(x, z);
    const scale = r ? this.#scaled(r) / r : 0;
    return [x * scale, z * scale];
  }

  #place(pen) {
    pen.beginPath();
    this.#outline.forEach((metres, spoke) => {
      const angle = (2 * Math.PI * (spoke + 0.5)) / this.#outline.length;
      const r = this.#scaled(metres);
      pen.lineTo(r * Math.sin(angle), -r * Math.cos(angle));
    });
    pen.closePath();
    pen.fillStyle = INK.floor;
    pen.fill();
    pen.strokeStyle = INK.wall;
    pen.lineWidth = 1.5;
    pen.lineJoin = 'round';
    pen.stroke();
  }

  #box(pen, { room, edge }) {
    if (!room) return;
    pen.beginPath();
    pen.arc(0, 0, this.#scaled(room), 0, 2 * Math.PI);
    pen.strokeStyle = INK.box;
    pen.globalAlpha = 0.45 + 0.55 * Math.min(1, edge);
    pen.lineWidth = edge > 0.9 ? 2.5 : 1;
    pen.stroke();
    pen.globalAlpha = 1;
  }

  #cone(pen, { shown }, aspect) {
    const [x, z] = this.#at(shown);
    const long = (shown.fov * Math.PI) / 360;
    const half = aspect >= 1 ? long : Math.atan(Math.tan(long) * aspect);
    const ahead = shown.yaw - Math.PI / 2;
    pen.beginPath();
    pen.moveTo(x, z);
    pen.arc(x, z, RADIUS * 0.62, ahead - half, ahead + half);
    pen.closePath();
    pen.fillStyle = INK.cone;
    pen.fill();
  }

  #dot(pen, place, radius, colour) {
    pen.beginPath();
    pen.arc(...this.#at(place), radius, 0, 2 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
  }
}
