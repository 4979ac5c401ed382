"""A studio that answers as `depthfusion.studio` does, at once, with the scene of viewer_sample."""

import json
import shutil
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import viewer_sample

from depthfusion.scene.build import SceneOptions
from depthfusion.scene.detail import PRESETS, USUAL_PRESET, MeshOptions
from depthfusion.studio.formats import FORMATS
from depthfusion.studio.library import (
    list_scenes,
    new_scene_folder,
    sample_scenes,
    samples_folder,
    show,
)
from depthfusion.studio.models import list_models
from depthfusion.studio.recognising import Question, Recognised
from depthfusion.studio.recreating import recipe_in
from depthfusion.studio.reshaping import Reshape, reshape
from depthfusion.studio.shelving import (
    discard_scene,
    duplicate_scene,
    recover_scene,
    rename_scene,
)
from depthfusion.studio.swaying import sway
from depthfusion.types import InputError, Progress

LAYER = {"rgba": "layers/00_rgba.png", "distance": "layers/00_distance.png"}


class Options(SimpleNamespace):
    """Takes any option by name."""


class PretendStudio:
    """Takes `seconds` for each job, in twenty words of progress."""

    CreateOptions = ImportOptions = VideoOptions = StereoOptions = ExportOptions = Options
    Edit, Reshape, FORMATS = Options, Reshape, FORMATS
    MeshOptions, SceneOptions = MeshOptions, SceneOptions
    PRESETS, USUAL_PRESET = PRESETS, USUAL_PRESET
    list_scenes = staticmethod(list_scenes)
    new_scene_folder = staticmethod(new_scene_folder)
    sample_scenes = staticmethod(sample_scenes)
    samples_folder = staticmethod(samples_folder)
    show = staticmethod(show)
    list_models = staticmethod(list_models)
    reshape, sway = staticmethod(reshape), staticmethod(sway)
    discard_scene, recover_scene = staticmethod(discard_scene), staticmethod(recover_scene)
    duplicate_scene, rename_scene = staticmethod(duplicate_scene), staticmethod(rename_scene)
    recipe_in = staticmethod(recipe_in)

    def __init__(self, seconds: float = 0.2, library: Path | None = None) -> None:
        self.seconds = seconds
        self.library = library
        self.asked: list[tuple[str, Any]] = []

    def library_folder(self) -> Path:
        assert self.library is not None
        return self.library

    def choose_engine(self, name: str) -> tuple[Any, str]:
        if name == "ldm3d":
            raise InputError("no weights of LDM3D are on this machine")
        takes = frozenset({"negative", "seed"})
        return SimpleNamespace(name="sketch", takes=takes), "sketch: it needs no model"

    def create(
        self, prompt: str, out: Path, options: Any, progress: Progress, preview: Any = None
    ) -> Any:
        self.asked.append((prompt, options))
        if prompt == "break":
            raise RuntimeError("the <b>engine</b> broke")
        self._work(progress, "Drawing the place", "Building layers", "Filming the preview")
        self._leave(out, title=prompt, prompt=prompt, engine="sketch")
        (out / "preview.mp4").write_bytes(b"film" * 400)
        return outcome(
            chosen={"engine": "sketch, as no model is here"},
            facts={"understood": ["sea"], "seed": getattr(options, "seed", None) or 7},
        )

    def create_variations(
        self,
        prompt: str,
        out: Path,
        count: int,
        options: Any,
        progress: Progress,
        preview: Any = None,
    ) -> Any:
        made = []
        for number in range(count):
            place = out.with_name(f"{out.name}-{number + 1}")
            preview(np.full((8, 16, 3), 60 * number, np.uint8))
            self._work(progress, "Drawing the place")
            seed = options.seed + number
            self._leave(place, title=prompt, prompt=prompt, engine="sketch", seed=seed)
            made.append(outcome(paths={"scene": place}))
        return tuple(made)

    def recognise(self, photo: Path, options: Any) -> Recognised:
        depth = getattr(options, "depth", None)
        asked = Question("fit", "Where does it lie?", ((True, "In front"), (False, "All round")))
        return Recognised(
            "panorama", f"{Path(photo).name} is <a> panorama", width=128, height=64,
            assumed=("its middle looks forward",), warnings=("it is small",),
            questions=() if depth or getattr(options, "fit", None) else (asked,),
            depth="from the file" if depth else "it has no depth", ready=depth is not None,
        )  # fmt: skip

    def import_photo(self, photo: Path, out: Path, options: Any, progress: Progress) -> Any:
        self.asked.append((photo.name, options))
        if getattr(options, "depth", None) is None:
            raise InputError("this version needs a depth file beside the photo")
        self._work(progress, "Reading the photo", "Building layers")
        self._leave(out, title=photo.stem, engine="import")
        return outcome(notes=["The depth file has half the photo's size and was enlarged."])

    def video(self, scene: Path, out: Path, options: Any, progress: Progress) -> Any:
        self.asked.append((scene.name, options))
        self._work(progress, "Drawing frames")
        out.parent.mkdir(exist_ok=True)
        out.write_bytes(b"film" * 1000)
        return outcome()

    def stereo(self, scene: Path, out: Path, options: Any, progress: Progress) -> Any:
        return self.video(scene, out, options, progress)

    def export(self, scene: Path, out: Path, options: Any, progress: Progress) -> Any:
        return self.video(scene, out, options, progress)

    def inspect(self, scene: Path, progress: Progress) -> Any:
        self.asked.append((scene.name, None))
        self._work(progress, "Inspecting")
        found = [("holes", "0.00%", "of the view <shows> nothing", True), ("layers", "5", "", None)]
        return SimpleNamespace(
            findings=[
                SimpleNamespace(name=name, value=value, meaning=meaning, good=good)
                for name, value, meaning, good in found
            ]
        )

    def _work(self, progress: Progress, *stages: str) -> None:
        steps = 20
        for stage in stages:
            for step in range(steps):
                progress(stage, step / steps)
                time.sleep(self.seconds / steps / len(stages))

    def _leave(self, out: Path, **info: Any) -> None:
        stage = out.with_name(f".{out.name}.tmp")
        shutil.rmtree(stage, ignore_errors=True)
        write_scene_folder(stage, **info)
        stage.rename(out)


def outcome(**given: Any) -> SimpleNamespace:
    nothing: dict[str, Any] = {"paths": {}, "seconds": {}, "chosen": {}, "notes": [], "facts": {}}
    return SimpleNamespace(**(nothing | given))


def write_scene_folder(folder: Path, **info: Any) -> Path:
    """The sample scene with a record that `depthfusion.io` takes for whole."""
    viewer_sample.write_sample(folder)
    record = json.loads((folder / "scene.json").read_text())
    record |= {
        "engine": "sketch", "model": None, "revision": None, "seed": 1, "licence": None,
        "options": {}, "made": {}, "created": "2026-07-28T12:00:00+00:00", "scale": "metric",
        "width": 512, "height": 256, "layers": [LAYER],
    }  # fmt: skip
    (folder / "scene.json").write_text(json.dumps(record | info))
    return folder
