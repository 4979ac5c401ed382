/** The cover over the stage: a thumbnail at once, how far loading is, or the one sentence that says why not. */

import { said } from 'viewer/words.js';

export class Cover {
  #page;

  constructor(page = document) {
    this.#page = page;
    this.#at('retry').addEventListener('click', () => location.reload());
  }

  #at(id) {
    return this.#page.getElementById(id);
  }

  /** @param {string} address of a small picture of the scene; what fails to load is simply not shown. */
  thumbnail(address) {
    const image = this.#at('thumbnail');
    image.addEventListener('load', () => {
      image.hidden = false;
    });
    if (address) image.src = address;
  }

  /** @param {number} share 0 to 1; below 0 where it is not known. */
  progress(text, share) {
    if (this.#page.body.classList.contains('open')) return this.#finer(text, share);
    this.#at('cover-text').textContent = said(text);
    const bar = this.#at('bar');
    bar.classList.toggle('unknown', share < 0);
    bar.style.setProperty('--share', Math.max(share, 0));
    if (share < 0) bar.removeAttribute('aria-valuenow');
    else bar.setAttribute('aria-valuenow', Math.round(share * 100));
    return undefined;
  }

  /** How far the finer picture is, while a coarse one is shown already. */
  #finer(text, share) {
    const line = this.#at('finer');
    line.classList.add('shown');
    line.querySelector('span').textContent = said(`Sharpening · ${said(text)}`);
    line.style.setProperty('--share', Math.max(share, 0));
  }

  /** Nothing more will come. */
  done() {
    this.#at('finer').classList.remove('shown');
    this.#page.body.classList.add('whole');
  }

  lift() {
    this.#page.body.classList.remove('loading');
    this.#page.body.classList.add('open');
  }

  fail(sentence) {
    this.#at('finer').classList.remove('shown');
    this.#page.body.classList.remove('open');
    this.#page.body.classList.add('failed');
    this.#at('cover-text').textContent = said(sentence);
    this.#at('bar').hidden = true;
    this.#at('retry').hidden = false;
  }
}

/** "12.4 of 30.1 MB" for a progress line. */
export function amounts(loaded, total) {
  const mega = (bytes) => (bytes / 1e6).toFixed(1);
  return total ? `${mega(loaded)} of ${mega(total)} MB` : `${mega(loaded)} MB`;
}
