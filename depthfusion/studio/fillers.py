"""Who paints what is hidden."""

from typing import TYPE_CHECKING

from depthfusion.scene.build import SceneOptions

if TYPE_CHECKING:
    from depthfusion.scene.refilling import Filler


def filler_of(
    options: SceneOptions,
    *,
    prompt: str = "",
    seed: int = 0,
    model: str | None = None,
    steps: int | None = None,
) -> tuple["Filler | None", str]:
    """The filler that the options ask for, and the reason in a sentence.

    Parameters
    ----------
    options : `fill` of them.
    prompt, seed, steps : of diffusion.
    model : an id or a folder; the first LDM3D that is here where absent.

    Returns
    -------
    `None` where exemplars stay as they are; and the reason, empty where nothing was to choose.

    Raises
    ------
    InputError
        "ldm3d" is asked for, and its weights or packages are not here.
    """
    if options.fill == "exemplar" or options.method == "sheet":
        return None, ""
    from depthfusion.generation.engines import choose_engine

    if options.fill == "auto":
        name, why = choose_engine("auto")[0].name, "no LDM3D weights are on this machine"
        if name == "ldm3d":
            from depthfusion.generation.ldm3d.filler import has_graphics_card

            why = "" if has_graphics_card() else "LDM3D would take minutes without a graphics card"
        if why:
            return None, f"exemplar: {why}"
    choose_engine("ldm3d", model)  # says what is lacking
    from depthfusion.generation.ldm3d.engine import Ldm3dEngine
    from depthfusion.generation.ldm3d.filler import Ldm3dFiller

    engine = Ldm3dEngine(model)
    filler = Ldm3dFiller(engine, prompt, seed, steps)
    return filler, f"ldm3d: {engine.model_id} paints what is hidden"
