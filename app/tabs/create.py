"""Create: from words to a scene."""

import random
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from app import markup
from app.desk import Desk
from app.jobs import Snapshot
from app.running import owner, turns
from depthfusion.types import InputError, Progress

EXAMPLES = {
    "Forest at dawn": "a misty pine forest at dawn",
    "Desert at dusk": "red desert dunes under a violet dusk sky",
    "Winter peaks": "snowy mountains in clear winter light",
    "Rainy street": "a city street at night in the rain",
    "Quiet beach": "a quiet beach with palms at sunset",
    "Space station": "a space station above a blue planet",
}
SIZES = {"Small · 1024 × 512": 1024, "Standard · 2048 × 1024": 2048, "Large · 4096 × 2048": 4096}
SEEDS = 2**31


def create_tab(desk: Desk) -> None:
    """Place the tab."""
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=5, min_width=320):
            prompt = gr.Textbox(
                label="What place do you want to stand in?",
                placeholder="a misty pine forest at dawn",
                lines=3,
                max_length=600,
                elem_id="prompt",
            )
            with gr.Row(elem_classes="chips"):
                chips = [gr.Button(name, size="sm", min_width=0) for name in EXAMPLES]
            start, stop = desk.job_buttons("Create", "create")
            with gr.Accordion("More settings", open=False):
                engine = gr.Radio(
                    [("Automatic", "auto"), ("Sketch", "sketch"), ("LDM3D", "ldm3d")],
                    value="auto",
                    label="Engine",
                    info=engine_note(desk.studio),
                )
                with gr.Row():
                    width = gr.Dropdown(
                        list(SIZES.items()), value=2048, label="Size", filterable=False
                    )
                    seed = gr.Number(label="Seed", precision=0, minimum=0, maximum=SEEDS - 1)
                    dice = gr.Button("Dice", size="sm", min_width=60, elem_classes="dice")
                negative = gr.Textbox(label="Leave out", placeholder="people, text", max_length=600)
                with gr.Row():
                    steps = gr.Slider(0, 100, 0, step=1, label="Steps", info="0: the model's own")
                    guidance = gr.Slider(
                        0, 20, 0, step=0.5, label="Guidance", info="0: the model's own"
                    )
        with gr.Column(scale=7, min_width=320):
            status = gr.HTML(markup.idle("The scene opens as soon as it is made."))

    def show_examples() -> None:
        for chip, words in zip(chips, EXAMPLES.values(), strict=True):
            chip.click(None, None, prompt, js=f"() => {words!r}", api_visibility="private")

    async def run(
        words: str,
        engine: str,
        width: int,
        seed: float | None,
        negative: str,
        steps: float,
        guidance: float,
        request: gr.Request,
    ) -> AsyncIterator[tuple[Any, ...]]:
        def work(progress: Progress) -> tuple[str, Any]:
            if not words.strip():
                raise InputError("describe a place first, in a few words")
            options = desk.studio.CreateOptions(
                engine=engine,
                width=int(width),
                height=int(width) // 2,
                seed=None if seed is None else int(seed),
                negative=negative.strip() or None,
                steps=int(steps) or None,
                guidance=guidance or None,
            )
            out = desk.studio.new_scene_folder(words, desk.shelf.folder)
            return out.name, desk.studio.create(words.strip(), out, options, progress=progress)

        def told(result: tuple[str, Any], now: Snapshot) -> str:
            return told_of(desk, result, now)

        async for turn in turns(desk.lane, "create", owner(request, "create"), work, told):
            view = desk.opened(turn.result[0]) if turn.result else desk.unchanged()
            yield *turn.row(), *view

    show_examples()
    dice.click(lambda: random.randrange(SEEDS), None, seed, queue=False, api_visibility="private")
    gr.on(
        [start.click, prompt.submit],
        run,
        [prompt, engine, width, seed, negative, steps, guidance],
        [status, start, stop, *desk.view],
        concurrency_limit=None,
        show_progress="hidden",
        api_name="create",
    )


def told_of(desk: Desk, result: tuple[str, Any], now: Snapshot) -> str:
    """A scene that came about, with what was chosen and assumed on the way."""
    key, outcome = result
    scene = desk.shelf.find(key)
    if scene is None:
        return markup.ended("The scene was made and is gone again.", kind="warn")
    chosen = [f"{name}: {why}" for name, why in outcome.chosen.items()]
    return markup.made(scene, now.elapsed, [*chosen, *outcome.notes])


def engine_note(studio: Any) -> str:
    """What Automatic comes to on this machine."""
    choose = getattr(studio, "choose_engine", None)
    if choose is None:
        return "Sketch draws from words without a download; LDM3D is a diffusion model."
    engine, reason = choose("auto")
    return f"Automatic means {engine} here: {reason}"
