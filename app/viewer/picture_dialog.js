/** Asks how large a picture should be, and saves it. */

const SIZES = { '1080p': [1920, 1080], '4k': [3840, 2160], square: [2048, 2048], upright: [1080, 1920] };

export class PictureDialog {
  #dialog;
  #form;
  #stage;

  /** @param {(sentence: string) => void} say */
  constructor(stage, title, say, page = document) {
    this.#stage = stage;
    this.#dialog = page.getElementById('picture');
    this.#form = this.#dialog.querySelector('form');
    this.#field('size').addEventListener('change', () => this.#fill());
    for (const name of ['width', 'height'])
      this.#field(name).addEventListener('input', () => (this.#field('size').value = 'own'));
    this.#form.addEventListener('submit', (event) => {
      if (event.submitter?.value !== 'save') return;
      this.#save(title).catch((error) => say(error.message));
    });
  }

  #field(name) {
    return this.#form.elements[name];
  }

  open() {
    for (const name of ['width', 'height']) this.#field(name).max = this.#stage.longest;
    this.#fill();
    this.#dialog.showModal();
  }

  #fill() {
    const { value } = this.#field('size');
    if (value === 'own') return;
    const [width, height] = SIZES[value] ?? this.#stage.pixels;
    this.#field('width').value = Math.min(width, this.#stage.longest);
    this.#field('height').value = Math.min(height, this.#stage.longest);
  }

  async #save(title) {
    const kind = this.#field('kind').value;
    const size = ['width', 'height'].map((name) => this.#field(name).valueAsNumber);
    const picture = await this.#stage.picture(size, `image/${kind}`);
    save(picture, `${fileName(title)}.${kind === 'jpeg' ? 'jpg' : kind}`);
  }
}

/** A title as a file's name. */
export const fileName = (title) => (title || 'scene').replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60);

/** Let the browser keep a file. */
export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
