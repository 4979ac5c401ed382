/** Camera paths beside the scene, where a server keeps them. */

import { SceneError } from 'viewer/source.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };

export class SavedPaths {
  #folder;

  /** @param {URL | null} folder of the scene. */
  constructor(folder) {
    this.#folder = folder;
  }

  /** The scene's name in the app's library. */
  get scene() {
    return this.#folder && decodeURIComponent(this.#folder.pathname.split('/').at(-2));
  }

  #at(name) {
    return new URL(`paths/${encodeURIComponent(name)}.json`, this.#folder);
  }

  /** Names of the paths that are kept, or null where nothing can be kept. */
  async names() {
    if (!this.#folder) return null;
    const answer = await fetch(new URL('paths', this.#folder)).catch(() => null);
    if (!answer?.ok) return null;
    return (await answer.json()).paths.map(({ name }) => name);
  }

  async read(name) {
    return (await answered(fetch(this.#at(name)))).json();
  }

  async write(name, keyframes) {
    const body = JSON.stringify(keyframes);
    await answered(fetch(this.#at(name), { method: 'POST', headers: JSON_TYPE, body }));
  }
}

async function answered(asked) {
  const answer = await asked.catch(() => {
    throw new SceneError('The app does not answer: it may have stopped.');
  });
  if (answer.ok) return answer;
  const { detail } = await answer.json().catch(() => ({}));
  throw new SceneError(typeof detail === 'string' ? detail : `The app refused: ${answer.status}.`);
}
