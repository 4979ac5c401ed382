"""Settings under Create that only diffusion has a use for."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from app.languages import on_page
from depthfusion.generation.ldm3d.sampling import SCHEDULERS, Sampling

SAMPLERS = {"The model's own": "", **{name.upper(): name for name in SCHEDULERS}}
UPSCALES = {
    "What is here": "auto",
    "All of it in windows": "tiles",
    "By LDM3D-SR": "sr",
    "Without a model": "lanczos",
}
TOWARDS = {
    "front": "Ahead", "right": "To the right", "back": "Behind", "left": "To the left",
    "up": "Overhead", "down": "Underfoot",
}  # fmt: skip


def diffusion_settings(path_of: Callable[[Any], str | None]) -> dict[str, Any]:
    """Place them, closed; gives them by the names of a job's arguments.

    Parameters
    ----------
    path_of : gives an uploaded file as it is, unopened.
    """
    fields: dict[str, Any] = {}
    with gr.Accordion(on_page("Diffusion"), open=False, elem_classes="more", elem_id="diffusion"):
        with gr.Row():
            fields["scheduler"] = gr.Dropdown(
                list(SAMPLERS.items()), value="", label=on_page("Sampler"), filterable=False
            )
            fields["upscale"] = gr.Dropdown(
                list(UPSCALES.items()), value="auto", label=on_page("Made large by"),
                filterable=False,
            )  # fmt: skip
        fields["rescale"] = gr.Slider(
            0, 1, Sampling.rescale, step=0.05, label=on_page("Take guidance's contrast back")
        )
        fields["seamless"] = gr.Checkbox(
            Sampling.seamless, label=on_page("Left and right meet, and the poles close")
        )
        fields["sketched"] = gr.Checkbox(False, label=on_page("Start from a sketch of the words"))
        names = list(TOWARDS)
        for pair in zip(names[::2], names[1::2], strict=True):
            with gr.Row():
                for name in pair:
                    fields[name] = gr.Textbox(label=on_page(TOWARDS[name]), max_length=300)
        fields["mask"] = picture("Draw only what is white here anew", path_of)
        with gr.Row():
            fields["reference"] = picture("A picture whose look to take", path_of)
            fields["away_from"] = picture("A picture whose look to avoid", path_of)
        fields["reference_weight"] = gr.Slider(
            0, 1, Sampling.reference_weight, step=0.05, label=on_page("How much its look counts")
        )
        with gr.Row():
            fields["lora"] = gr.File(
                label=on_page("LoRA (.safetensors)"), file_types=[".safetensors"], height=110
            )
            fields["lora"].preprocess = path_of
            fields["lora_weight"] = gr.Number(1.0, label=on_page("How much it counts"))
    return fields


def picture(words: str, path_of: Callable[[Any], str | None]) -> gr.Image:
    """A place for a picture that is sent on as it is."""
    field = gr.Image(
        label=on_page(words), sources=["upload"], type="filepath", image_mode=None, height=150,
        buttons=[],
    )  # fmt: skip
    field.preprocess = path_of
    return field
