"""How a place is built and meshed: settings that Create and Bring share."""

from typing import Any

import gradio as gr

from depthfusion.scene.build import STANDING_LEAN

METHODS = {"Layers": "layers", "One sheet that stretches": "sheet"}
SHARPENINGS = {"Where it is soft": "auto", "Always": "on", "Never": "off"}


def advanced_settings(studio: Any) -> list[Any]:
    """Place the settings, closed; gives the components whose values `chosen` reads."""
    with gr.Accordion("Advanced", open=False, elem_classes="more"):
        with gr.Row():
            lean = gr.Number(
                label="Room to lean, m",
                info=f"empty: {STANDING_LEAN:g}, less where things are near",
                minimum=0,
            )
            detail = gr.Dropdown(
                details(studio), value=studio.USUAL_PRESET, label="Detail", filterable=False
            )
        with gr.Row():
            method = gr.Dropdown(
                list(METHODS.items()),
                value=studio.SceneOptions.method,
                label="Built as",
                filterable=False,
            )
            sharpen = gr.Dropdown(
                list(SHARPENINGS.items()),
                value=studio.SceneOptions.sharpen,
                label="Sharpen depth",
                filterable=False,
            )
    return [lean, method, sharpen, detail]


def details(studio: Any) -> list[tuple[str, str]]:
    """Every preset with what it allows."""
    return [
        (f"{name.capitalize()} · {'no limit' if limit is None else f'{limit:,} triangles'}", name)
        for name, limit in studio.PRESETS.items()
    ]


def chosen(
    studio: Any, lean: float | None, method: str, sharpen: str, detail: str
) -> dict[str, Any]:
    """The options `scene` and `mesh` of what is made."""
    return {
        "scene": studio.SceneOptions(head_box=lean, method=method, sharpen=sharpen),
        "mesh": studio.MeshOptions.chosen(detail),
    }
