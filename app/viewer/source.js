/** Where a scene comes from: a scene folder by address, or the page itself (the single HTML file). */

/** An error whose message is one sentence for the person who looks at the page. */
export class SceneError extends Error {}

/**
 * @typedef {object} Source
 * @property {URL | null} folder of the scene; null where the scene lies in the page.
 * @property {() => Promise<object>} info what scene.json says.
 * @property {() => Promise<string>} thumbnail its address.
 * @property {() => Promise<ArrayBuffer | null>} low a small GLB to begin with; null where there is none.
 * @property {(report: (loaded: number, total: number) => void) => Promise<ArrayBuffer>} glb `total` is 0
 *   where the server does not say.
 */

/** Find the scene this page is asked to show. @returns {Source} */
export function findSource(page = document, address = location) {
  if (page.getElementById('scene-glb')) return embeddedSource(page);
  const given = new URLSearchParams(address.search).get('scene');
  if (!given) throw new SceneError('No scene is chosen: open one from the library.');
  return folderSource(new URL(given.endsWith('/') ? given : `${given}/`, address.href));
}

function folderSource(folder) {
  const at = (name) => new URL(name, folder).href;
  return {
    folder,
    info: async () =>
      (await fetched(at('scene.json'))).json().catch(() => {
        throw new SceneError('scene.json is damaged: it is not JSON.');
      }),
    thumbnail: async () => at('thumbnail.webp'),
    low: async () => {
      const answer = await fetch(at('low.glb'), { credentials: 'same-origin' });
      return answer.ok ? answer.arrayBuffer() : null;
    },
    glb: async (report) => gathered(await fetched(at('scene.glb')), report),
  };
}

function embeddedSource(page) {
  const text = (id) => page.getElementById(id)?.textContent.trim() ?? '';
  return {
    folder: null,
    info: async () => JSON.parse(text('scene-info') || '{}'),
    thumbnail: async () => text('scene-thumbnail'),
    low: async () => (text('scene-low') ? unpacked(text('scene-low')) : null),
    glb: async (report) => {
      const bytes = await unpacked(text('scene-glb'));
      report(bytes.byteLength, bytes.byteLength);
      return bytes;
    },
  };
}

/** Bytes of gzip in base64. */
async function unpacked(text) {
  if (!('DecompressionStream' in window))
    throw new SceneError('This browser is too old to unpack the scene: try one of 2023 or later.');
  const packed = await fetch(`data:application/gzip;base64,${text}`);
  return new Response(packed.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

async function fetched(address) {
  const name = new URL(address).pathname.split('/').pop();
  let answer;
  try {
    answer = await fetch(address, { credentials: 'same-origin' });
  } catch {
    throw new SceneError(`${name} could not be fetched: the app may have stopped.`);
  }
  if (answer.status === 401) throw new SceneError('Sign in first, then open this page again.');
  if (answer.status === 404) throw new SceneError(`This scene is not here: ${name} was not found.`);
  if (!answer.ok) throw new SceneError(`${name} could not be fetched: the server answered ${answer.status}.`);
  return answer;
}

async function gathered(answer, report) {
  const packed = answer.headers.get('Content-Encoding');
  const total = packed ? 0 : Number(answer.headers.get('Content-Length')) || 0;
  const reader = answer.body.getReader();
  const chunks = [];
  let loaded = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new SceneError('The scene stopped arriving: the connection was lost.');
    });
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    report(loaded, total);
  }
  return new Blob(chunks).arrayBuffer();
}
