/** The bar, its keys, the help, and the line that comes and goes. */

import { said } from 'viewer/words.js';

const IDLE = 3500; // milliseconds before the bar steps back
const WORDS = 4200; // milliseconds a line stays

export class Controls {
  #page;
  #actions;
  #quiet = 0;
  #words = 0;

  /** @param {Record<string, () => void>} actions by the name in `data-do`; `see(way)` for `data-see`. */
  constructor(actions, page = document) {
    this.#page = page;
    this.#actions = { ...actions, help: () => this.#help(), ways: () => this.#unfold() };
    for (const button of page.querySelectorAll('[data-do]')) {
      button.addEventListener('click', () => this.#actions[button.dataset.do]());
    }
    for (const button of this.#ways) button.addEventListener('click', () => this.see(button.dataset.see));
    for (const button of page.querySelectorAll('[data-key]')) label(button);
    page.addEventListener('keydown', (event) => this.#key(event));
    page.addEventListener(
      'pointerdown',
      (event) => event.target.closest('#ways, #ways-open') || this.#unfold(false),
    );
    for (const type of ['pointermove', 'pointerdown', 'keydown', 'focusin'])
      page.addEventListener(type, () => this.wake());
    this.wake();
  }

  get #ways() {
    return [...this.#page.querySelectorAll('[data-see]')];
  }

  see(way) {
    for (const button of this.#ways) {
      const chosen = button.dataset.see === way;
      button.setAttribute('aria-checked', chosen);
      button.tabIndex = chosen ? 0 : -1;
      if (chosen) this.#page.getElementById('ways-open').textContent = button.textContent;
    }
    this.#unfold(false);
    this.#actions.see(way);
  }

  /** Where there is no room for all ways of seeing, they unfold above the bar. */
  #unfold(open = !this.#page.body.classList.contains('unfolded')) {
    this.#page.body.classList.toggle('unfolded', open);
    this.#page.getElementById('ways-open').setAttribute('aria-expanded', open);
  }

  press(name, on) {
    this.#page.querySelector(`[data-do=${name}]`).setAttribute('aria-pressed', on);
  }

  /** Say one line for a moment. */
  say(text) {
    const line = this.#page.getElementById('hint');
    line.textContent = said(text);
    line.classList.add('shown');
    clearTimeout(this.#words);
    this.#words = setTimeout(() => line.classList.remove('shown'), WORDS);
  }

  hush() {
    this.#page.getElementById('hint').classList.remove('shown');
  }

  wake() {
    this.#page.body.classList.remove('quiet');
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#page.body.classList.add('quiet'), IDLE);
  }

  #help() {
    const help = this.#page.getElementById('help');
    if (help.open) help.close();
    else help.showModal();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#page.body.classList.contains('open')) return;
    if (
      event.target.closest?.('input, select') ||
      (this.#page.querySelector('dialog[open]') && event.key !== '?')
    )
      return;
    if (event.key === 'Escape') this.#unfold(false);
    if (event.target.getAttribute?.('role') === 'radio' && event.code.startsWith('Arrow')) {
      this.#step(['ArrowRight', 'ArrowDown'].includes(event.code) ? 1 : -1);
      event.preventDefault();
      return;
    }
    const button = this.#page.querySelector(`[data-key="${CSS.escape(event.key.toUpperCase())}"]`);
    if (!button || button.hidden) return;
    event.preventDefault();
    button.click();
  }

  #step(by) {
    const ways = this.#ways;
    const now = ways.findIndex((b) => b.getAttribute('aria-checked') === 'true');
    const next = ways[(now + by + ways.length) % ways.length];
    this.see(next.dataset.see);
    next.focus();
  }
}

/** Words and key over a button on hover, for those who see; its label stays for those who listen. */
function label(button) {
  const words = button.getAttribute('aria-label') ?? button.textContent.trim();
  button.dataset.tip = `${words}  ${button.dataset.key}`;
  button.setAttribute('aria-keyshortcuts', button.dataset.key);
}
