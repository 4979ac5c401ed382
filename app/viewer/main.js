/** Asks for the scene's files at once, and for what draws them meanwhile. */

import { Cover, amounts } from 'viewer/loading.js';
import { SceneError, findSource } from 'viewer/source.js';
import { translate } from 'viewer/words.js';

async function begin(cover) {
  const source = findSource();
  cover.progress('Opening the scene', -1);
  source.thumbnail().then(
    (address) => cover.thumbnail(address),
    () => {},
  );
  const arriving = (loaded, total) => cover.progress(amounts(loaded, total), total ? loaded / total : -1);
  const files = { info: source.info(), low: source.low().catch(() => null), whole: source.glb(arriving) };
  for (const file of Object.values(files)) file.catch(() => {}); // told where it is waited for
  const { open } = await import('viewer/opening.js');
  return open(source, files, cover);
}

translate();
const cover = new Cover();
/** The open scene, for scripts and tests; rejects with the sentence that the page shows. */
window.depthfusion = begin(cover);
window.depthfusion.catch((error) => {
  if (!(error instanceof SceneError)) console.error(error);
  cover.fail(error instanceof SceneError ? error.message : `The viewer stopped: ${error.message}`);
});
