/** The panel where views are kept, put in time, played, saved, and made into a film. */

import { Keyframes } from 'viewer/keyframes.js';
import { fileName, save } from 'viewer/picture_dialog.js';
import { said } from 'viewer/words.js';

export class PathPanel {
  #page;
  #view;
  #saved;
  #talk;
  #kept = new Keyframes();
  #playing = null;

  /**
   * @param {import('viewer/saved_paths.js').SavedPaths} saved
   * @param {{changed: () => void, say: (sentence: string) => void, title: string}} talk
   */
  constructor(view, saved, talk, page = document) {
    this.#page = page;
    this.#view = view;
    this.#saved = saved;
    this.#talk = talk;
    const acts = {
      add: () => this.add(),
      play: () => this.play(),
      save: () => this.#save(),
      file: () => this.#file(),
    };
    for (const [name, act] of Object.entries({ ...acts, film: () => this.#film(), close: () => this.toggle() }))
      this.#at(name).addEventListener('click', () => Promise.resolve(act()).catch((e) => talk.say(e.message)));
    this.#at('loop').addEventListener('change', (event) => {
      this.#kept.closed = event.target.checked;
      this.#draw();
    });
    this.#at('open').addEventListener('change', (event) => this.#open(event.target.value));
    this.#draw();
  }

  #at(name) {
    return this.#page.getElementById(`path-${name}`);
  }

  /** Views that are kept, for the map. */
  get marks() {
    return this.#kept.list;
  }

  get panel() {
    return this.#page.getElementById('path');
  }

  toggle() {
    this.panel.hidden = !this.panel.hidden;
    if (this.panel.hidden) this.stop();
    else this.#list();
    this.#talk.changed();
    return !this.panel.hidden;
  }

  add() {
    this.#kept.add(this.#view.wanted);
    this.#draw();
    this.#talk.say(`View ${this.#kept.list.length} is kept`);
  }

  play() {
    if (this.#playing) return this.stop();
    if (this.#kept.list.length < 2)
      return this.#talk.say('Keep two views or more, then play the way between them.');
    this.#playing = { way: this.#kept.way(), at: 0 };
    this.#shown();
    return this.#talk.changed();
  }

  stop() {
    this.#playing = null;
    this.#shown();
  }

  /** Go on by `seconds`; true while playing. */
  step(seconds) {
    if (!this.#playing) return false;
    this.#playing.at += seconds;
    const over = this.#playing.at >= this.#kept.seconds;
    if (over && this.#kept.closed) this.#playing.at %= this.#kept.seconds;
    this.#view.jump(this.#playing.way(Math.min(this.#playing.at, this.#kept.seconds)));
    if (over && !this.#kept.closed) this.stop();
    return true;
  }

  #draw() {
    this.#at('list').replaceChildren(...this.#kept.list.map((view, i) => this.#row(view, i)));
    this.#at('empty').hidden = this.#kept.list.length > 0;
    const [few, { seconds }] = [this.#kept.list.length < 2, this.#kept];
    for (const name of ['play', 'save', 'file', 'film']) this.#at(name).disabled = few;
    this.#at('loop').checked = this.#kept.closed;
    this.#at('length').textContent = few ? '' : `${+seconds.toFixed(1)} s`;
    this.#talk.changed();
  }

  #row(view, index) {
    const row = this.#page.getElementById('path-row').content.firstElementChild.cloneNode(true);
    const [go, time, drop] = ['.go', 'input', '.drop'].map((name) => row.querySelector(name));
    go.textContent = said(`View ${index + 1}`);
    go.addEventListener('click', () => {
      this.stop();
      this.#view.jump(view);
      this.#talk.changed();
    });
    time.value = view.seconds;
    time.setAttribute('aria-label', said(`Seconds to view ${index + 1}`));
    time.disabled = index === 0 && !this.#kept.closed;
    time.addEventListener('change', () => {
      view.seconds = Math.min(600, Math.max(0.1, time.valueAsNumber || 2));
      this.#draw();
    });
    drop.setAttribute('aria-label', said(`Forget view ${index + 1}`));
    drop.addEventListener('click', () => {
      this.stop();
      this.#kept.remove(index);
      this.#draw();
    });
    return row;
  }

  #shown() {
    this.#at('play').textContent = said(this.#playing ? 'Stop' : 'Play');
  }

  async #list() {
    const names = await this.#saved.names();
    for (const name of ['save', 'film', 'name']) this.#at(name).hidden = names === null;
    this.#at('open').hidden = !names?.length;
    const options = ['', ...(names ?? [])].map((name) => new Option(name || said('Open a saved path'), name));
    this.#at('open').replaceChildren(...options);
  }

  async #open(name) {
    if (!name) return;
    try {
      this.#kept.read(await this.#saved.read(name));
      this.#at('name').value = name;
      this.#draw();
    } catch (error) {
      this.#talk.say(error.message);
    }
  }

  get #name() {
    return this.#at('name').value.trim() || 'path';
  }

  async #save() {
    await this.#saved.write(this.#name, this.#kept);
    this.#talk.say(`Saved with the scene as ${this.#name}`);
    await this.#list();
  }

  #file() {
    const text = JSON.stringify(this.#kept, null, 1);
    save(new Blob([text], { type: 'application/json' }), `${fileName(this.#talk.title)}-path.json`);
  }

  /** Save, and ask the app around this page for a film. */
  async #film() {
    await this.#save();
    const wish = { depthfusion: 'film', scene: this.#saved.scene, path: this.#name };
    if (window.parent !== window) window.parent.postMessage(wish, location.origin);
    else location.assign(`../?${new URLSearchParams({ scene: wish.scene, film: wish.path })}`);
  }
}
