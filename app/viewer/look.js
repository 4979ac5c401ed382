/** Fingers, mouse, wheel and keys, turned into looking, zooming and leaning. */

const KEY_TURN = 1.4; // radians a second
const KEY_ZOOM = 0.9; // e-folds a second
const LEAN_SPEED = 0.9; // head boxes a second
const TAP = 0.05; // seconds that the shortest press counts for
const GLIDE = 0.12; // seconds a flick goes on for
const AXES = {
  ArrowLeft: ['look', -1, 0],
  ArrowRight: ['look', 1, 0],
  ArrowUp: ['look', 0, 1],
  ArrowDown: ['look', 0, -1],
  Equal: ['zoom', -1],
  NumpadAdd: ['zoom', -1],
  Minus: ['zoom', 1],
  NumpadSubtract: ['zoom', 1],
  KeyW: ['lean', 0, 0, -1],
  KeyS: ['lean', 0, 0, 1],
  KeyA: ['lean', -1, 0, 0],
  KeyD: ['lean', 1, 0, 0],
  KeyE: ['lean', 0, 1, 0],
  KeyQ: ['lean', 0, -1, 0],
};

export class Look {
  #view;
  #canvas;
  #changed;
  #pointers = new Map();
  #keys = new Set();
  #flick = { x: 0, y: 0, at: 0 };

  /** @param {() => void} changed called whenever the wanted view moved. */
  constructor(canvas, view, changed) {
    this.#view = view;
    this.#canvas = canvas;
    this.#changed = changed;
    const on = (target, type, act, options) => target.addEventListener(type, act, options);
    on(canvas, 'pointerdown', (e) => this.#down(e));
    on(canvas, 'pointermove', (e) => this.#move(e));
    for (const type of ['pointerup', 'pointercancel', 'lostpointercapture'])
      on(canvas, type, (e) => this.#up(e));
    on(canvas, 'wheel', (e) => this.#wheel(e), { passive: false });
    on(canvas, 'contextmenu', (e) => e.preventDefault());
    on(canvas, 'dblclick', () => {
      view.reset();
      changed();
    });
    on(window, 'keydown', (e) => this.#key(e));
    on(window, 'keyup', (e) => this.#keys.delete(e.code));
    on(window, 'blur', () => this.#keys.clear());
  }

  /** Apply the keys that are held; true while one is. */
  step(seconds) {
    for (const code of this.#keys) this.#hold(code, seconds);
    return this.#keys.size > 0;
  }

  #hold(code, seconds) {
    const [verb, ...by] = AXES[code];
    if (verb === 'look') this.#view.look(...by.map((v) => v * KEY_TURN * seconds * this.#closeness()));
    if (verb === 'zoom') this.#view.zoom(Math.exp(by[0] * KEY_ZOOM * seconds));
    if (verb === 'lean') this.#view.lean(...by.map((v) => v * LEAN_SPEED * this.#view.room * seconds));
  }

  /** Zoomed in, the same key turns less. */
  #closeness() {
    return this.#view.shown.fov / 86;
  }

  #key(event) {
    const elsewhere = event.target.closest?.(
      event.code.startsWith('Arrow') ? 'dialog, input, select, [role=radiogroup]' : 'dialog, input, select',
    );
    if (!(event.code in AXES) || elsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#view.turning = 0;
    if (!this.#keys.has(event.code)) this.#hold(event.code, TAP);
    this.#keys.add(event.code);
    this.#changed();
  }

  #down(event) {
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#flick = { x: 0, y: 0, at: event.timeStamp };
    this.#view.turning = 0;
    this.#canvas.classList.add('held');
    this.#changed();
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.#pinch(before, now, other, dx, dy);
    else if (event.buttons & 2 || event.shiftKey) this.#push(dx, dy);
    else this.#drag(dx, dy, event.timeStamp);
    this.#pointers.set(event.pointerId, now);
    this.#changed();
  }

  /** What is under the finger stays under it. */
  #drag(dx, dy, at) {
    const scale = this.#view.perPixel(this.#canvas.clientWidth, this.#canvas.clientHeight);
    this.#view.look(-dx * scale, dy * scale);
    const seconds = Math.max((at - this.#flick.at) / 1000, 1e-3);
    this.#flick = { x: (-dx * scale) / seconds, y: (dy * scale) / seconds, at };
  }

  #push(dx, dy) {
    const scale = (3 * this.#view.room) / Math.max(this.#canvas.clientWidth, this.#canvas.clientHeight);
    this.#view.lean(dx * scale, -dy * scale, 0);
  }

  #pinch(before, now, other, dx, dy) {
    const apart = (p) => Math.max(Math.hypot(p.x - other.x, p.y - other.y), 10);
    this.#view.zoom(apart(before) / apart(now));
    this.#push(dx / 2, dy / 2);
  }

  #up(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    if (this.#pointers.size) return;
    this.#canvas.classList.remove('held');
    const fresh = event.timeStamp - this.#flick.at < 60;
    if (fresh && !this.#view.still) this.#view.look(this.#flick.x * GLIDE, this.#flick.y * GLIDE);
    this.#changed();
  }

  #wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 18 : 1);
    this.#view.zoom(Math.exp(Math.max(-240, Math.min(240, pixels)) * (event.ctrlKey ? 0.008 : 0.0012)));
    this.#changed();
  }
}
