/** Joins the stage with everything that one can press, drag and hold. */

import { Controls } from 'viewer/controls.js';
import { Gyro, mayTurn } from 'viewer/gyro.js';
import { linkTo } from 'viewer/link.js';
import { Look } from 'viewer/look.js';
import { Minimap } from 'viewer/minimap.js';
import { PathPanel } from 'viewer/path_panel.js';
import { PictureDialog } from 'viewer/picture_dialog.js';
import { SavedPaths } from 'viewer/saved_paths.js';
import { Ways } from 'viewer/ways.js';
import { said } from 'viewer/words.js';
import { Headset, whyNoVR } from 'viewer/xr.js';

const TURN = 0.12; // radians a second, for those who let it turn by itself
const EDGE = 0.8; // of the head box, where its wall begins to show
const at = (id) => document.getElementById(id);

/** @returns {{renew: (layers: object) => void}} what to call when other layers are on the stage. */
export function furnish(stage, view, scene) {
  const { info, source } = scene;
  const parts = { map: new Minimap(at('map').querySelector('canvas')), ways: new Ways(stage, at('split')) };
  const controls = new Controls(actions(stage, view, scene, parts));
  const say = (sentence) => controls.say(sentence);
  const changed = () => stage.invalidate();
  Object.assign(parts, { controls, say });
  parts.path = new PathPanel(view, new SavedPaths(source.folder), { changed, say, title: info.title });
  parts.dialog = new PictureDialog(stage, info.title, say);
  parts.gyro = new Gyro(view, changed);
  parts.headset = new Headset(stage, view, (inside) => {
    controls.press('vr', inside);
    changed();
  });
  parts.look = new Look(at('stage'), view, () => {
    controls.press('rotate', view.turning !== 0);
    parts.path.stop();
    controls.hush();
    changed();
  });
  stage.lost = () =>
    say('The graphics card let go of the scene: load the page again if it does not come back.');
  stage.fitted = () => view.aim(stage.camera);
  scene.tick = (seconds) => advance(stage, view, parts, seconds);
  scene.headset = parts.headset;
  caption(info);
  whyNoVR().then((reason) => {
    parts.noVR = reason;
    document.querySelector('[data-do=vr]').classList.toggle('unavailable', Boolean(reason));
  });
  document.querySelector('[data-do=gyro]').hidden = !mayTurn();
  const asked = new URLSearchParams(location.search).get('see');
  if (document.querySelector(`[data-see="${CSS.escape(asked ?? '')}"]`)) controls.see(asked);
  welcome(controls);
  return {
    renew(layers) {
      parts.map.show(layers.outline, view.room);
      parts.ways.renew();
    },
  };
}

/** What the bar's buttons do, by name. */
function actions(stage, view, scene, parts) {
  const say = (sentence) => parts.say(sentence);
  return {
    see: (way) => parts.ways.show(way),
    reset() {
      view.reset();
      parts.path.stop();
      parts.controls.press('rotate', false);
      stage.invalidate();
    },
    rotate() {
      view.turning = view.turning ? 0 : TURN;
      parts.controls.press('rotate', view.turning !== 0);
      stage.invalidate();
    },
    async gyro() {
      const refused = await parts.gyro.toggle();
      if (refused) say(refused);
      parts.controls.press('gyro', parts.gyro.on);
    },
    picture: () => parts.dialog.open(),
    path: () => parts.controls.press('path', parts.path.toggle()),
    link: () => copy(linkTo(view.wanted, parts.ways.now), say),
    vr: () =>
      parts.noVR ? say(parts.noVR) : parts.headset.toggle().catch(() => say('The headset did not start.')),
    fullscreen: () => toggleFullscreen().catch(() => say('This page is not allowed to fill the screen.')),
  };
}

/** One step in time; true while something still moves. */
function advance(stage, view, { look, path, map, say }, seconds) {
  const playing = path.step(seconds);
  const held = look.step(seconds);
  const moving = view.step(seconds);
  view.aim(stage.camera);
  map.draw(view, stage.camera.aspect, path.marks);
  showEdge(view, say);
  return playing || held || moving;
}

/** The wall of the head box: a shade on the side where it is, and a word the first time. */
function showEdge(view, say) {
  const { style, dataset } = at('edge');
  const near = Math.max(0, (view.edge - EDGE) / (1 - EDGE));
  style.opacity = near.toFixed(2);
  if (!near) return;
  const [right, up] = view.leaning;
  style.setProperty('--x', `${50 - 26 * right}%`);
  style.setProperty('--y', `${50 + 26 * up}%`);
  if (near > 0.5 && !dataset.told) {
    dataset.told = 'yes';
    say('This is as far as the scene lets you lean');
  }
}

function caption({ title = '', prompt, head_box: room, scale }) {
  at('title').textContent = title;
  at('prompt').textContent = prompt && prompt !== title ? prompt : '';
  if (title) document.title = `${title} · DepthFusion`;
  if (room && scale === 'metric') at('room').textContent = said(`, up to ${+(100 * room).toPrecision(2)} cm`);
}

function welcome(controls) {
  const touch = matchMedia('(pointer: coarse)').matches;
  controls.say(
    touch
      ? 'Drag to look, pinch to zoom, two fingers to lean'
      : 'Drag to look, scroll to zoom, W A S D to lean',
  );
}

/** Put an address on the clipboard, or show it where that is not allowed. */
async function copy(address, say) {
  try {
    await navigator.clipboard.writeText(address);
    say('The link to this view is copied');
  } catch {
    const dialog = at('link');
    dialog.querySelector('input').value = address;
    dialog.showModal();
    dialog.querySelector('input').select();
  }
}

async function toggleFullscreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}
