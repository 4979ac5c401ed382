"""Pictures as CLIP's vision model wants them."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from depthfusion.types.arrays import UInt8

MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


def clip_input(pictures: UInt8, size: int) -> Tensor:
    """Make uint8 [N, h, w, 3] of any shape into float32 [N, 3, size, size]: the middle square."""
    ready = []
    for picture in pictures:
        height, width = picture.shape[:2]
        side = min(height, width)
        left, top = (width - side) // 2, (height - side) // 2
        square = np.ascontiguousarray(picture[top : top + side, left : left + side])
        small = Image.fromarray(square).resize((size, size), Image.Resampling.BICUBIC)
        ready.append((np.asarray(small, np.float32) / 255 - MEAN) / DEVIATION)
    return torch.from_numpy(np.stack(ready).astype(np.float32)).movedim(-1, 1)
