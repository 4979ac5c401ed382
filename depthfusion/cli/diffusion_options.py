"""What `create` takes for engines that diffuse."""

from pathlib import Path
from typing import Annotated

import typer

from depthfusion.generation.ldm3d.sampling import SCHEDULERS
from depthfusion.generation.options import Lora, Upscale
from depthfusion.types import InputError

DiffusionSteps = Annotated[int | None, typer.Option(help="Of diffusion; the sampler's own.")]
Guidance = Annotated[
    float | None, typer.Option(help="How strongly the words count; the sampler's own.")
]
Rescale = Annotated[
    float | None,
    typer.Option("--guidance-rescale", help="Take guidance's contrast back, 0 to 1."),
]
Scheduler = Annotated[
    str | None, typer.Option(metavar=f"[{'|'.join(SCHEDULERS)}]", help="The sampler of diffusion.")
]
Seamless = Annotated[
    bool,
    typer.Option("--seamless/--plain", help="Left and right meet, and the poles close; or not."),
]
Front = Annotated[str | None, typer.Option(metavar="WORDS", help="What should be ahead.")]
Right = Annotated[str | None, typer.Option(metavar="WORDS", help="What should be to the right.")]
Back = Annotated[str | None, typer.Option(metavar="WORDS", help="What should be behind.")]
Left = Annotated[str | None, typer.Option(metavar="WORDS", help="What should be to the left.")]
Up = Annotated[str | None, typer.Option(metavar="WORDS", help="What should be overhead.")]
Down = Annotated[str | None, typer.Option(metavar="WORDS", help="What should be underfoot.")]
Init = Annotated[
    str | None,
    typer.Option(
        metavar="SCENE|PANO|sketch", help="Diffusion starts from its layout, colour and depth."
    ),
]
Strength = Annotated[float | None, typer.Option(help="How far to leave --init, 0 to 1.")]
Mask = Annotated[
    Path | None,
    typer.Option(metavar="PICTURE", help="Draw only what is white in it anew; all else stays."),
]
ReferencePicture = Annotated[
    Path | None, typer.Option(metavar="PICTURE", help="Whose look to take (IP-Adapter).")
]
AwayFrom = Annotated[
    Path | None,
    typer.Option(metavar="PICTURE", help="Whose look to keep away from; --apart says how far."),
]
AdapterFolder = Annotated[
    str | None, typer.Option("--adapter", metavar="ID_OR_DIR", help="Another IP-Adapter.")
]
ReferenceWeight = Annotated[float | None, typer.Option(help="How much --reference counts, 0 to 1.")]
LoraFiles = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE[:WEIGHT]", help="LoRA in safetensors; several add up."),
]
Upscaling = Annotated[
    Upscale,
    typer.Option(
        help="How a --size beyond the model's 1024x512 is reached: all of it in windows, by "
        "LDM3D-SR, or resampled; auto: LDM3D-SR where it is here."
    ),
]
UpscaleModel = Annotated[
    str | None, typer.Option(metavar="ID_OR_DIR", help="Another model in LDM3D-SR's layout.")
]
Near = Annotated[
    float | None, typer.Option(metavar="METRES", help="What diffusion's nearest depth stands for.")
]
Far = Annotated[
    float | None, typer.Option(metavar="METRES", help="What its farthest depth stands for.")
]
Apart = Annotated[
    float | None, typer.Option(help="How far diffusion pushes --variations apart; 0 is not at all.")
]


def parsed_lora(text: str) -> Lora:
    """Read `FILE[:WEIGHT]`.

    Raises
    ------
    InputError
        The weight is no number.
    """
    file, colon, weight = text.rpartition(":")
    if not colon or "/" in weight or weight.endswith(".safetensors"):
        return Lora(Path(text))
    try:
        return Lora(Path(file), float(weight))
    except ValueError as error:
        raise InputError(f"--lora must be FILE or FILE:WEIGHT; got {text!r}") from error
