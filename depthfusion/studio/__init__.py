"""Short chains of the floors below, with progress, cancel and provenance.

This page is the table of contents. Names are loaded when first asked for: a command that lists
scenes pays for no renderer.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from depthfusion.generation.engines import choose_engine
    from depthfusion.rendering.stereo import StereoOptions
    from depthfusion.scene.build import SceneOptions
    from depthfusion.scene.detail import PRESETS, USUAL_PRESET, MeshOptions
    from depthfusion.scene.edits import Edit, EditKind
    from depthfusion.scene.paths import PATH_NAMES
    from depthfusion.studio.creating import create, create_variations
    from depthfusion.studio.evaluating import evaluate_depth, evaluate_panoramas
    from depthfusion.studio.evaluation_options import DepthEvaluation, PanoramaEvaluation
    from depthfusion.studio.exporting import export
    from depthfusion.studio.filming import video
    from depthfusion.studio.formats import FORMATS
    from depthfusion.studio.importing import import_photo
    from depthfusion.studio.inspecting import Inspection, inspect
    from depthfusion.studio.labelling import player_name
    from depthfusion.studio.library import (
        SceneEntry,
        find_scene,
        library_folder,
        list_scenes,
        new_scene_folder,
        sample_scenes,
        samples_folder,
        show,
    )
    from depthfusion.studio.models import ModelEntry, list_models, model_offer, pull_model
    from depthfusion.studio.options import (
        CreateOptions,
        ExportOptions,
        ImportOptions,
        RenderOptions,
        VideoOptions,
    )
    from depthfusion.studio.outcome import Outcome
    from depthfusion.studio.painting import paint, painted, try_paint, undo_paint
    from depthfusion.studio.pairing import stereo
    from depthfusion.studio.recognising import Question, Recognised, recognise
    from depthfusion.studio.recreating import (
        create_from,
        options_from,
        recipe_in,
        recipe_words,
    )
    from depthfusion.studio.rendering import render
    from depthfusion.studio.reshaping import Reshape, reshape
    from depthfusion.studio.shelving import (
        discard_scene,
        duplicate_scene,
        empty_bin,
        recover_scene,
        rename_scene,
    )
    from depthfusion.studio.stages import overall
    from depthfusion.studio.swaying import sway

_HOME = {
    "depthfusion.generation.engines": ("choose_engine",),
    "depthfusion.rendering.stereo": ("StereoOptions",),
    "depthfusion.scene.build": ("SceneOptions",),
    "depthfusion.scene.detail": ("PRESETS", "USUAL_PRESET", "MeshOptions"),
    "depthfusion.scene.edits": ("Edit", "EditKind"),
    "depthfusion.scene.paths": ("PATH_NAMES",),
    "depthfusion.studio.creating": ("create", "create_variations"),
    "depthfusion.studio.evaluating": ("evaluate_depth", "evaluate_panoramas"),
    "depthfusion.studio.evaluation_options": ("DepthEvaluation", "PanoramaEvaluation"),
    "depthfusion.studio.exporting": ("export",),
    "depthfusion.studio.formats": ("FORMATS",),
    "depthfusion.studio.importing": ("import_photo",),
    "depthfusion.studio.inspecting": ("Inspection", "inspect"),
    "depthfusion.studio.library": (
        "SceneEntry", "find_scene", "library_folder", "list_scenes", "new_scene_folder",
        "sample_scenes", "samples_folder", "show",
    ),
    "depthfusion.studio.models": ("ModelEntry", "list_models", "model_offer", "pull_model"),
    "depthfusion.studio.options": (
        "CreateOptions", "ExportOptions", "ImportOptions", "RenderOptions", "VideoOptions",
    ),
    "depthfusion.studio.outcome": ("Outcome",),
    "depthfusion.studio.painting": ("paint", "painted", "try_paint", "undo_paint"),
    "depthfusion.studio.recognising": ("Question", "Recognised", "recognise"),
    "depthfusion.studio.labelling": ("player_name",),
    "depthfusion.studio.recreating": (
        "create_from", "options_from", "recipe_in", "recipe_words",
    ),
    "depthfusion.studio.rendering": ("render",),
    "depthfusion.studio.reshaping": ("Reshape", "reshape"),
    "depthfusion.studio.shelving": (
        "discard_scene", "duplicate_scene", "empty_bin", "recover_scene", "rename_scene",
    ),
    "depthfusion.studio.stages": ("overall",),
    "depthfusion.studio.swaying": ("sway",),
    "depthfusion.studio.pairing": ("stereo",),
    "depthfusion.studio.filming": ("video",),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "FORMATS",
    "PATH_NAMES",
    "PRESETS",
    "USUAL_PRESET",
    "CreateOptions",
    "DepthEvaluation",
    "Edit",
    "EditKind",
    "ExportOptions",
    "ImportOptions",
    "Inspection",
    "MeshOptions",
    "ModelEntry",
    "Outcome",
    "PanoramaEvaluation",
    "Question",
    "Recognised",
    "RenderOptions",
    "Reshape",
    "SceneEntry",
    "SceneOptions",
    "StereoOptions",
    "VideoOptions",
    "choose_engine",
    "create",
    "create_from",
    "create_variations",
    "discard_scene",
    "duplicate_scene",
    "empty_bin",
    "evaluate_depth",
    "evaluate_panoramas",
    "export",
    "find_scene",
    "import_photo",
    "inspect",
    "library_folder",
    "list_models",
    "list_scenes",
    "model_offer",
    "new_scene_folder",
    "options_from",
    "overall",
    "paint",
    "painted",
    "player_name",
    "pull_model",
    "recipe_in",
    "recipe_words",
    "recognise",
    "recover_scene",
    "rename_scene",
    "render",
    "reshape",
    "sample_scenes",
    "samples_folder",
    "show",
    "stereo",
    "sway",
    "try_paint",
    "undo_paint",
    "video",
]


def __getattr__(name: str) -> Any:
    """Load `name` from the module it lives in (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'depthfusion.studio' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the contents page."""
    return sorted(__all__)
