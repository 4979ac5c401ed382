/** From a scene's files to a stage with a view: a low level first, then all of it. */

import { furnish } from 'viewer/furnishing.js';
import { Layers } from 'viewer/layers.js';
import { viewIn } from 'viewer/link.js';
import { readLayers } from 'viewer/reading.js';
import { Stage } from 'viewer/stage.js';
import { View } from 'viewer/view.js';

/**
 * @param {import('viewer/source.js').Source} source
 * @param {{info: Promise<object>, low: Promise<ArrayBuffer | null>, whole: Promise<ArrayBuffer>}} files on their way.
 * @param {import('viewer/loading.js').Cover} cover
 * @returns {Promise<{stage: Stage, view: View, scene: object}>} as soon as the whole scene is shown.
 */
export async function open(source, files, cover) {
  const scene = { source, tick: () => false };
  const stage = new Stage(document.getElementById('stage'), (seconds) => scene.tick(seconds));
  scene.info = await files.info;
  const opened = { stage, view: viewOf(scene.info), scene };
  await show(opened, await files.low, cover).catch(() => {}); // it only bridges the time
  const bytes = await files.whole;
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
  if (!scene.room) scene.room = furnish(stage, view, scene);
  scene.room.renew(layers);
  scene.tick(0);
  await stage.shown();
  cover.lift();
  if (!performance.getEntriesByName('first').length) performance.mark('first');
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
