/** Where a scene comes from: a scene folder by address, or the page itself (the single HTML file). */

/** An error whose message is one sentence for the person who looks at the page. */
export class SceneError extends Error {}

/**
 * Find the scene this page is asked to show.
 *
 * @returns {{info: () => Promise<object>, thumbnail: () => Promise<string>, glb: (report) => Promise<ArrayBuffer>}}
 *   `report(loaded, total)` is called while bytes arrive; `total` is 0 where the server does not say.
 */
export function findSource(page = document, address = location) {
  const embedded = page.getElementById('scene-glb');
  if (embedded) return embeddedSource(page, embedded);
  const given = new URLSearchParams(address.search).get('scene');
  if (!given) throw new SceneError('No scene is chosen: open one from the library.');
  return folderSource(new URL(given.endsWith('/') ? given : `${given}/`, address.href));
}

function folderSource(folder) {
  const at = (name) => new URL(name, folder).href;
  return {
    info: async () =>
      (await fetched(at('scene.json'))).json().catch(() => {
        throw new SceneError('scene.json is damaged: it is not JSON.');
      }),
    thumbnail: async () => at('thumbnail.webp'),
    glb: async (report) => gathered(await fetched(at('scene.glb')), report),
  };
}

function embeddedSource(page, element) {
  const text = (id) => page.getElementById(id)?.textContent.trim() ?? '';
  return {
    info: async () => JSON.parse(text('scene-info') || '{}'),
    thumbnail: async () => text('scene-thumbnail'),
    glb: async (report) => {
      const bytes = Uint8Array.from(atob(element.textContent.trim()), (c) => c.charCodeAt(0));
      report(bytes.length, bytes.length);
      return bytes.buffer;
    },
  };
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
