/** A drawing context that suits the machine: smooth edges where a graphics card draws them for nothing. */

const SOFTWARE = /llvmpipe|softpipe|swiftshader|software|basic render/i;
const PLAIN = { alpha: false, antialias: false, powerPreference: 'high-performance' };

/**
 * Smooth edges and slanted textures cost a processor ten times what they cost a card, and only a
 * context says who draws. So the plain one comes first; a card gets another, on a canvas of its own.
 *
 * @param {HTMLCanvasElement} canvas replaced in the page where a card draws.
 * @returns {{canvas: HTMLCanvasElement, context: WebGL2RenderingContext | null, card: boolean}}
 */
export function drawingContext(canvas) {
  const plain = canvas.getContext('webgl2', PLAIN);
  if (!plain || isSoftware(plain)) return { canvas, context: plain, card: false };
  const fresh = canvas.cloneNode();
  const context = fresh.getContext('webgl2', { ...PLAIN, antialias: true });
  if (!context) return { canvas, context: plain, card: true };
  plain.getExtension('WEBGL_lose_context')?.loseContext();
  canvas.replaceWith(fresh);
  return { canvas: fresh, context, card: true };
}

function isSoftware(context) {
  const named = context.getExtension('WEBGL_debug_renderer_info');
  return SOFTWARE.test(String(context.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : context.RENDERER)));
}
