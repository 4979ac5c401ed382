/** Whether a graphics card draws here, or the processor in its place. */

const SOFTWARE = /llvmpipe|softpipe|swiftshader|software|basic render/i;

/** Smooth edges and slanted textures cost a processor ten times what they cost a card. */
export function isSoftware(page = document) {
  const probe = page.createElement('canvas').getContext('webgl2');
  if (!probe) return false;
  const named = probe.getExtension('WEBGL_debug_renderer_info');
  const name = String(probe.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : probe.RENDERER));
  probe.getExtension('WEBGL_lose_context')?.loseContext();
  return SOFTWARE.test(name);
}
