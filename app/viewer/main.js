/** Opens the scene: a thumbnail, then a low level of it, then all of it. */

import { furnish } from 'viewer/furnishing.js';
import { Layers } from 'viewer/layers.js';
import { Cover, amounts } from 'viewer/loading.js';
import { readLayers } from 'viewer/reading.js';
import { SceneError, findSource } from 'viewer/source.js';
import { Stage } from 'viewer/stage.js';
import { View } from 'viewer/view.js';
import { viewIn } from 'viewer/link.js';

async function open(cover) {
  const source = findSource();
  cover.progress('Opening the scene', -1);
  source.thumbnail().then(
    (address) => cover.thumbnail(address),
    () => {},
  );
  const low = source.low().catch(() => null);
  const whole = source.glb((loaded, total) => cover.progress(amounts(loaded, total), total ? loaded / total : -1));
  whole.catch(() => {}); // told below, where it is waited for
  const info = await source.info();
  const scene = { info, source, view: viewOf(info), tick: () => false };
  const stage = new Stage(document.getElementById('stage'), (seconds) => scene.tick(seconds));
  const opened = { stage, view: scene.view, scene };
  await show(opened, await low, cover).catch(() => {}); // it only bridges the time
  const bytes = await whole;
  cover.progress('Unfolding the layers', -1);
  await show(opened, bytes, cover);
  cover.done();
  performance.mark('full');
  return Object.assign(opened, { layers: stage.layers });
}

/** Put a GLB on the stage; the first one brings the page to life. */
async function show(opened, bytes, cover) {
  if (!bytes) return;
  const { stage, view, scene } = opened;
  const layers = new Layers(await readLayers(bytes), scene.info, stage.sampling);
  await stage.upload(layers, (share) => cover.progress('Unfolding the layers', share));
  stage.set(layers);
  if (!scene.room) scene.room = await furnish(stage, view, scene);
  scene.room.renew(layers);
  scene.tick(0);
  await stage.shown();
  cover.lift();
  performance.mark('first');
}

function viewOf(info) {
  const view = new View({
    yaw: info.forward_yaw ?? 0,
    room: info.head_box ?? 0,
    still: matchMedia('(prefers-reduced-motion: reduce)').matches,
  });
  const asked = viewIn(location.search);
  if (asked) view.jump(asked);
  return view;
}

const cover = new Cover();
/** The open scene, for scripts and tests; rejects with the sentence that the page shows. */
window.depthfusion = open(cover);
window.depthfusion.catch((error) => {
  if (!(error instanceof SceneError)) console.error(error);
  cover.fail(error instanceof SceneError ? error.message : `The viewer stopped: ${error.message}`);
});
