"""One HTML file that holds the viewer and a scene, and fetches nothing: it opens from a disk.

The viewer's modules become `data:` addresses in an import map, its style sheet and fonts go into
the page, and the scene lies in elements that `source.js` of the viewer reads.
"""

import base64
import gzip
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

_KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_PACKING = 4  # of gzip: from here on it takes longer than it saves
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' data:; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_IMPORT_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
_MAIN = re.compile(r'<script type="module" src="\./([^"]+)"></script>')
_STYLE = re.compile(r'<link rel="stylesheet" href="\./([^"]+)" />')
_ICON = re.compile(r'(<link rel="icon" href=")\./([^"]+)"')
_PRELOAD = re.compile(r'<link rel="modulepreload" href="[^"]+" />\s*')
_ADDRESS = re.compile(r"url\('\./([^']+)'\)")


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Parameters
    ----------
    glb : the scene, far to near as `encode_glb` writes it.
    info : scene.json's facts that the viewer reads: title, prompt, near, far, head_box, …
    thumbnail : an encoded picture, shown while the rest is unpacked; empty for none.
    thumbnail_kind : its media type.
    low : a small GLB, shown before the large one is unpacked; empty for none.
    """

    glb: bytes
    info: Mapping[str, Any] = field(default_factory=dict)
    thumbnail: bytes = b""
    thumbnail_kind: str = "image/webp"
    low: bytes = b""


def encode_page(viewer: Mapping[str, bytes], shown: Shown) -> bytes:
    """Join the viewer and a scene.

    Parameters
    ----------
    viewer : the viewer's files by their name within its folder, "/" between parts.
    shown : the scene.

    Returns
    -------
    The page, UTF-8.

    Raises
    ------
    ValueError
        The viewer's page is not built as expected, or names a file that is not in `viewer`.
    """
    page = _PRELOAD.sub("", viewer["index.html"].decode())
    title = html.escape(str(shown.info.get("title") or "DepthFusion"))
    for pattern, replacement in (
        (re.compile(r"<title>.*?</title>"), f"<title>{title}</title>"),
        (re.compile(r'<meta charset="utf-8" />'), f'<meta charset="utf-8" />\n    {_policy()}'),
        (_ICON, f'{_ICON_START}{_address(viewer, _found(_ICON, page).group(2))}"'),
        (_STYLE, f"<style>\n{_style(viewer, _found(_STYLE, page).group(1))}</style>"),
        (_IMPORT_MAP, _scene_elements(shown) + _import_map(viewer, _found(_IMPORT_MAP, page))),
        (_MAIN, f'<script type="module">import "viewer/{_found(_MAIN, page).group(1)}";</script>'),
    ):
        _found(pattern, page)
        page = pattern.sub(replacement.replace("\\", r"\\"), page, count=1)
    return page.encode()


_ICON_START = '<link rel="icon" href="'


def _found(pattern: re.Pattern[str], page: str) -> re.Match[str]:
    found = pattern.search(page)
    if found is None:
        raise ValueError(f"the viewer's index.html must hold {pattern.pattern}; it does not")
    return found


def _policy() -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}" />'


def _address(viewer: Mapping[str, bytes], name: str) -> str:
    """A file as an address that holds it."""
    if name not in viewer:
        raise ValueError(f"the viewer needs {name}, which is not among its files")
    kind = _KINDS[PurePosixPath(name).suffix]
    return f"data:{kind};base64,{base64.b64encode(viewer[name]).decode()}"


def _style(viewer: Mapping[str, bytes], name: str) -> str:
    """The style sheet with its fonts inside."""
    sheet = viewer[name].decode()
    return _ADDRESS.sub(lambda found: f"url('{_address(viewer, found.group(1))}')", sheet)


def _import_map(viewer: Mapping[str, bytes], found: re.Match[str]) -> str:
    """Every module by the name that the others import it by."""
    imports: dict[str, str] = {}
    for name, place in json.loads(found.group(1))["imports"].items():
        start = place.removeprefix("./")
        if not name.endswith("/"):
            imports[name] = _address(viewer, start)
            continue
        imports |= {
            name + file.removeprefix(start): _address(viewer, file)
            for file in sorted(viewer)
            if file.startswith(start) and file.endswith(".js") and "vendor/" not in file
        }
    return f'<script type="importmap">{_json({"imports": imports})}</script>'


def _scene_elements(shown: Shown) -> str:
    """What `embeddedSource` in source.js reads, the small things first."""
    thumbnail = ""
    if shown.thumbnail:
        encoded = base64.b64encode(shown.thumbnail).decode()
        thumbnail = f"data:{shown.thumbnail_kind};base64,{encoded}"
    parts = [
        ("scene-info", "application/json", _json(dict(shown.info))),
        ("scene-thumbnail", "text/plain", thumbnail),
        ("scene-low", "text/plain", _packed(shown.low) if shown.low else ""),
        ("scene-glb", "text/plain", _packed(shown.glb)),
    ]
    return "".join(
        f'<script type="{kind}" id="{name}">{text}</script>\n    ' for name, kind, text in parts
    )


def _packed(data: bytes) -> str:
    """Gzip in base64; without a date, so that the same scene gives the same page."""
    return base64.b64encode(gzip.compress(data, _PACKING, mtime=0)).decode()


def _json(value: Any) -> str:
    """JSON that can't end the element it stands in."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
