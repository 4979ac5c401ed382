"""A hub on this machine: models with files, and the faults that networks have."""

import hashlib
import json
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
UNET = "unet/diffusion_pytorch_model.safetensors"
LARGE = 1000  # bytes from which the hub keeps a file in LFS, by its SHA-256


def safetensors(count: int = 4096) -> bytes:
    """A file of one tensor of bytes, as the format has it; no torch needed."""
    header = {"weight": {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}}
    words = json.dumps(header).encode()
    return struct.pack("<Q", len(words)) + words + bytes(n % 251 for n in range(count))


def pipeline_files(channels: int = 4, size: int = 3_000_000) -> dict[str, bytes]:
    """The files of an LDM3D repository, with what such repositories hold besides."""
    index = (
        '{"_class_name": "X", "vae": ["diffusers", "AutoencoderKL"], "unet": ["diffusers", "U"], '
        '"text_encoder": ["transformers", "C"], "tokenizer": ["transformers", "T"], '
        '"scheduler": ["diffusers", "S"], "safety_checker": [null, null]}'
    )
    return {
        "README.md": b"---\n", ".gitattributes": b"x", "ldm3d-pano.safetensors": safetensors(9000),
        "ldm3d-pano.ckpt": b"pickle" * 999, "model_index.json": index.encode(),
        UNET: safetensors(size), "unet/config.json": b"{}",
        "unet/diffusion_pytorch_model.fp16.safetensors": safetensors(2000),
        "unet/diffusion_pytorch_model.bin": b"pickle" * 999,
        "vae/config.json": f'{{"out_channels": {channels}}}'.encode(),
        "vae/diffusion_pytorch_model.safetensors": safetensors(5000),
        "text_encoder/config.json": b"{ }", "text_encoder/model.safetensors": safetensors(4000),
        "tokenizer/vocab.json": b"{}", "tokenizer/merges.txt": b"#",
        "tokenizer/tokenizer_config.json": b"{}", "scheduler/scheduler_config.json": b"{}",
    }  # fmt: skip


def depth_files() -> dict[str, bytes]:
    return {
        "config.json": b'{"a": 1}', "model.safetensors": safetensors(7000),
        "preprocessor_config.json": b"{}", "pytorch_model.bin": b"pickle" * 999,
    }  # fmt: skip


@dataclass
class Hub:
    """What is served, what goes wrong, and what was asked for.

    `breaks`: path → bytes after which the connection ends, as often as the list is long.
    """

    models: dict[str, Mapping[str, bytes]]
    licence: str = "creativeml-openrail-m"
    address: str = ""
    breaks: dict[str, list[int]] = field(default_factory=dict)
    corrupt: set[str] = field(default_factory=set)
    ignores_ranges: bool = False
    gated: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    def gets(self, path: str) -> list[str | None]:
        """The ranges by which a file was asked for."""
        return [asked for method, url, asked in self.asked if method == "GET" and path in url]


def digest_of(data: bytes) -> str:
    if len(data) >= LARGE:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


def described(hub: Hub, model: str) -> dict[str, object]:
    siblings = []
    for path, data in hub.models[model].items():
        entry: dict[str, object] = {
            "rfilename": path, "size": len(data), "blobId": digest_of(data),
        }  # fmt: skip
        if len(data) >= LARGE:
            lfs = {"sha256": digest_of(data), "size": len(data), "pointerSize": 134}
            entry["lfs"] = lfs
        siblings.append(entry)
    return {
        "id": model, "modelId": model, "sha": COMMIT, "siblings": siblings, "tags": [],
        "private": False, "downloads": 0, "likes": 0, "cardData": {"license": hub.licence},
    }  # fmt: skip


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve until the body ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.asked.append((self.command, path, self.headers.get("Range")))
            if path.startswith("/api/models/"):
                model = path.removeprefix("/api/models/").partition("/revision/")[0]
                if not self.refused(model):
                    self.send(200, json.dumps(described(hub, model)).encode(), {}, body)
                return
            model, _, rest = path[1:].partition("/resolve/")
            if self.refused(model):
                return
            name = rest.partition("/")[2]
            data = hub.models[model][name]
            headers = {
                "ETag": f'"{digest_of(data)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes",
            }  # fmt: skip
            asked = self.headers.get("Range")
            first = int(asked.removeprefix("bytes=").partition("-")[0]) if asked else 0
            if first and not hub.ignores_ranges:
                headers["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
                self.send(206, data[first:], headers, body, name)
            else:
                self.send(200, data, headers, body, name)

        def refused(self, model: str) -> bool:
            if model in hub.gated:
                self.send(403, b"{}", {"X-Error-Code": "GatedRepo"}, True)
            elif model not in hub.models:
                self.send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, True)
            else:
                return False
            return True

        def send(
            self, code: int, data: bytes, headers: Mapping[str, str], body: bool, name: str = ""
        ) -> None:
            self.send_response(code)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if not body:
                return
            if name in hub.corrupt:
                data = data[:-1] + bytes([data[-1] ^ 255])
            limits = hub.breaks.get(name)
            if limits:
                self.wfile.write(data[: limits.pop(0)])
                self.wfile.flush()
                self.close_connection = True
                return
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
