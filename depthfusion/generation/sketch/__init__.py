"""The embedded engine: procedural scenes with exact distances, by NumPy and numba alone.

The parts, from words to pixels: `words` reads the prompt into a spec; `light` makes its air;
`places` put shapes and ground on a stage (`model`); `terrain` measures the ground; `tree` sorts the
shapes; `tracing` follows the rays; `shading`, `surfaces`, `cutouts`, `sky` and `noise` colour them.
"""
