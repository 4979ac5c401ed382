"""Sixteen bytes at a time: the texture filter's inner step as vector instructions.

Numba leaves short loops scalar. This says in LLVM's own words, for whatever processor is here, what
four rows of four texels weighted and summed are.
"""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

_FLOAT, _INT = ir.FloatType(), ir.IntType(32)


@intrinsic
def sixteen(
    typing: Any, texels: Any, first: Any, stride: Any, down: Any, across: Any
) -> tuple[Any, Any]:
    """Weighted sum of 4 × 4 texels, (r, g, b) float32.

    Parameters
    ----------
    texels : uint8 [N, 4], contiguous.
    first, stride : index of the top left texel, and from a row to the next.
    down, across : four float32 weights each, of rows and of columns.
    """
    four = types.UniTuple(types.float32, 4)
    index = types.int64
    signature = types.UniTuple(types.float32, 3)(texels, index, index, four, four)
    return signature, _generate


def _generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    array, first, stride, down, across = arguments
    data = context.make_array(signature.args[0])(context, builder, array).data
    total = None
    for row in range(4):
        texel = builder.add(first, builder.mul(stride, ir.Constant(stride.type, row)))
        place = builder.gep(data, [builder.mul(texel, ir.Constant(texel.type, 4))])
        pointer = builder.bitcast(place, ir.VectorType(ir.IntType(8), 16).as_pointer())
        light = builder.uitofp(builder.load(pointer, align=1), ir.VectorType(_FLOAT, 16))
        weighted = builder.fmul(light, _spread(builder, [builder.extract_value(down, row)] * 16))
        total = weighted if total is None else builder.fadd(total, weighted)
    weights = [builder.extract_value(across, column // 4) for column in range(16)]
    mixed = builder.fmul(total, _spread(builder, weights))
    colour = _part(builder, mixed, 0)
    for column in range(1, 4):
        colour = builder.fadd(colour, _part(builder, mixed, column))
    channels = [builder.extract_element(colour, ir.Constant(_INT, k)) for k in range(3)]
    return context.make_tuple(builder, signature.return_type, channels)


def _spread(builder: Any, values: list[Any]) -> Any:
    """A vector of sixteen values."""
    vector = ir.Constant(ir.VectorType(_FLOAT, 16), ir.Undefined)
    for lane, value in enumerate(values):
        vector = builder.insert_element(vector, value, ir.Constant(_INT, lane))
    return vector


def _part(builder: Any, vector: Any, column: int) -> Any:
    """The four channels of one column."""
    lanes = ir.Constant(ir.VectorType(_INT, 4), list(range(4 * column, 4 * column + 4)))
    return builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), lanes)
