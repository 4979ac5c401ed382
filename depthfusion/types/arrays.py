"""Checks that the dataclasses share: arrays come in once, are verified, and stay as they are."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]
UInt16 = NDArray[np.uint16]
Bool = NDArray[np.bool_]


def frozen(name: str, array: ArrayLike, dtype: DTypeLike, shape: tuple[int | None, ...]) -> NDArray:
    """Return `array` as a read-only view of type `dtype`, or say what is wrong with its shape.

    Parameters
    ----------
    name : the argument's name, for the message.
    array : anything NumPy reads; copied only when its type has to change.
    dtype : wanted element type. Integers are taken from integers only, and only where they fit.
    shape : wanted lengths, `None` where any length will do.

    Raises
    ------
    ValueError
        The number of axes or a length differs, or integers are wanted and what was given are
        none, or too large.
    """
    given = np.asarray(array)
    fits = given.ndim == len(shape) and all(
        want in (None, have) for want, have in zip(shape, given.shape, strict=True)
    )
    if not fits:
        rule = ", ".join("any" if want is None else str(want) for want in shape)
        raise ValueError(f"{name} must be [{rule}]; got {list(given.shape)}")
    if np.issubdtype(dtype, np.integer):
        if not np.issubdtype(given.dtype, np.integer):
            raise ValueError(f"{name} must hold {np.dtype(dtype)}; got {given.dtype}")
        if given.dtype != dtype and given.size:
            low, high, limits = given.min(), given.max(), np.iinfo(dtype)
            if low < limits.min or high > limits.max:
                raise ValueError(f"{name} must hold {np.dtype(dtype)}; got {low} to {high}")
    view = np.ascontiguousarray(given, dtype=dtype).view()
    view.flags.writeable = False
    return view
