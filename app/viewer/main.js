/** Opens the scene, and joins what the other files do. */

import { Compass } from 'viewer/compass.js';
import { Controls } from 'viewer/controls.js';
import { Layers, readLayers } from 'viewer/layers.js';
import { Cover, amounts } from 'viewer/loading.js';
import { Look } from 'viewer/look.js';
import { SceneError, findSource } from 'viewer/source.js';
import { Stage } from 'viewer/stage.js';
import { View } from 'viewer/view.js';
import { Headset, whyNoVR } from 'viewer/xr.js';

const TURN = 0.12; // radians a second, for those who let it turn by itself
const at = (id) => document.getElementById(id);

async function open(cover) {
  const source = findSource();
  cover.progress('Opening the scene', -1);
  source.thumbnail().then(
    (address) => cover.thumbnail(address),
    () => {},
  );
  const scene = { view: new View({}), look: null, layers: null };
  const stage = new Stage(at('stage'), (seconds) => advance(scene, stage, seconds));
  const [info, bytes] = await Promise.all([
    source.info(),
    source.glb((loaded, total) => cover.progress(amounts(loaded, total), total ? loaded / total : -1)),
  ]);
  cover.progress('Unfolding the layers', -1);
  caption(info);
  scene.layers = new Layers(await readLayers(bytes), info, stage.anisotropy);
  stage.set(scene.layers);
  scene.view = new View({
    yaw: info.forward_yaw ?? 0,
    room: info.head_box ?? 0,
    still: matchMedia('(prefers-reduced-motion: reduce)').matches,
  });
  await control(scene, stage, info);
  await stage.renderer.compileAsync(stage.scene, stage.camera);
  advance(scene, stage, 0);
  await stage.shown();
  cover.lift();
  return { stage, view: scene.view, layers: scene.layers };
}

function advance({ view, look, compass }, stage, seconds) {
  const held = look?.step(seconds) ?? false;
  const moving = view.step(seconds);
  view.aim(stage.camera);
  compass?.draw(view, stage.camera.aspect);
  at('edge').style.opacity = Math.max(0, (view.edge - 0.8) / 0.2).toFixed(2);
  return held || moving;
}

async function control(scene, stage, info) {
  const { view, layers } = scene;
  const changed = () => stage.invalidate();
  const noVR = await whyNoVR();
  const headset = new Headset(stage, view, (inside) => {
    controls.press('vr', inside);
    stage.invalidate();
  });
  const controls = new Controls({
    see: (way) => {
      layers.show(way);
      changed();
    },
    reset: () => {
      view.reset();
      controls.press('rotate', false);
      changed();
    },
    rotate: () => {
      view.turning = view.turning ? 0 : TURN;
      controls.press('rotate', view.turning !== 0);
      changed();
    },
    picture: () => savePicture(stage, info.title),
    vr: () =>
      noVR ? controls.say(noVR) : headset.toggle().catch(() => controls.say('The headset did not start.')),
    fullscreen: () =>
      toggleFullscreen().catch(() => controls.say('This page is not allowed to fill the screen.')),
  });
  document.querySelector('[data-do=vr]').classList.toggle('unavailable', Boolean(noVR));
  scene.compass = new Compass(at('compass'));
  scene.look = new Look(at('stage'), view, () => {
    controls.press('rotate', view.turning !== 0);
    controls.hush();
    changed();
  });
  const touch = matchMedia('(pointer: coarse)').matches;
  controls.say(
    touch
      ? 'Drag to look, pinch to zoom, two fingers to lean'
      : 'Drag to look, scroll to zoom, W A S D to lean',
  );
}

function caption({ title = '', prompt, head_box: room, scale }) {
  at('title').textContent = title;
  at('prompt').textContent = prompt && prompt !== title ? prompt : '';
  if (title) document.title = `${title} · DepthFusion`;
  if (room && scale === 'metric') at('room').textContent = `, up to ${+(100 * room).toPrecision(2)} cm`;
}

async function savePicture(stage, title) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await stage.picture());
  link.download = `${(title || 'scene').replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60)}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function toggleFullscreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}

const cover = new Cover();
/** The open scene, for scripts and tests; rejects with the sentence that the page shows. */
window.depthfusion = open(cover);
window.depthfusion.catch((error) => {
  if (!(error instanceof SceneError)) console.error(error);
  cover.fail(error instanceof SceneError ? error.message : `The viewer stopped: ${error.message}`);
});
