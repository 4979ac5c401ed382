"""How a place is built and meshed: settings that Create and Bring share."""

from typing import Any

import gradio as gr

from app.languages import on_page

METHODS = {"Layers": "layers", "One sheet that stretches": "sheet"}
FILLS = {"What is seen goes on": "exemplar", "LDM3D": "ldm3d", "Automatic": "auto"}
SHARPENINGS = {"Where it is soft": "auto", "Always": "on", "Never": "off"}


def advanced_settings(studio: Any) -> dict[str, Any]:
    """Place the settings, closed; gives them by the names of a job's arguments."""
    with gr.Accordion(on_page("Advanced"), open=False, elem_classes="more"):
        with gr.Row():
            lean = gr.Number(
                0,
                label=on_page("Room to lean, m"),
                info=on_page("0: as much as is sound"),
                minimum=0,
            )
            detail = gr.Dropdown(
                details(studio),
                value=studio.USUAL_PRESET,
                label=on_page("Detail"),
                filterable=False,
            )
        with gr.Row():
            method = gr.Dropdown(
                list(METHODS.items()),
                value=studio.SceneOptions.method,
                label=on_page("Built as"),
                filterable=False,
            )
            sharpen = gr.Dropdown(
                list(SHARPENINGS.items()),
                value=studio.SceneOptions.sharpen,
                label=on_page("Sharpen depth"),
                filterable=False,
            )
        fill = gr.Dropdown(
            list(FILLS.items()),
            value=studio.SceneOptions.fill,
            label=on_page("Who paints hidden parts"),
            filterable=False,
        )
    return {"lean": lean, "method": method, "sharpen": sharpen, "fill": fill, "detail": detail}


def details(studio: Any) -> list[tuple[str, str]]:
    """Every preset with what it allows."""
    return [
        (f"{name.capitalize()} · {'no limit' if limit is None else f'{limit:,} triangles'}", name)
        for name, limit in studio.PRESETS.items()
    ]
