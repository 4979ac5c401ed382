/** The ways of seeing a scene: what the layers show, and how many pictures of them there are. */

import { Anaglyph, SideBySide, Split, onePicture } from 'viewer/passes.js';
import { OneSheet } from 'viewer/sheet.js';
import { SplitLine } from 'viewer/split_line.js';

const LAYERS_SHOW = { depth: 'depth', mesh: 'mesh' };

export class Ways {
  #stage;
  #line;
  #split = null;
  #stereo = { anaglyph: new Anaglyph(), pair: new SideBySide() };
  now = 'colour';

  constructor(stage, line) {
    this.#stage = stage;
    this.#line = new SplitLine(line, (share) => {
      if (this.#split) this.#split.share = share;
      stage.invalidate();
    });
  }

  /** @param {'colour' | 'depth' | 'mesh' | 'split' | 'anaglyph' | 'pair'} way */
  show(way) {
    const { layers } = this.#stage;
    this.now = way;
    this.#stage.pass = this.#stereo[way] ?? (way === 'split' ? this.#between() : onePicture);
    layers.show(LAYERS_SHOW[way] ?? 'colour');
    this.#line.show(way === 'split');
    this.#stage.invalidate();
  }

  /** Built when first looked at: it takes a moment and some memory. */
  #between() {
    this.#split ??= new Split(new OneSheet(this.#stage));
    this.#split.share = this.#line.share;
    return this.#split;
  }

  /** The layers have changed: show them as was asked. */
  renew() {
    this.#split?.dispose();
    this.#split = null;
    this.show(this.now);
  }
}
