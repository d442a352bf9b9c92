"""Adam (Kingma and Ba 2015): gradient descent whose steps follow the mean and the size of the slopes so far."""

import numpy as np
import numpy.typing as npt

_MEAN, _SIZE, _LEAST = 0.9, 0.999, 1e-8

Floats = npt.NDArray[np.float32]


class Adam:
    """Changes `numbers` in place."""

    def __init__(self, numbers: Floats) -> None:
        self._numbers = numbers
        self._mean = np.zeros_like(numbers)
        self._size = np.zeros_like(numbers)
        self._steps = 0

    def step(self, slope: Floats, rate: float) -> None:
        """One step against `slope`, of about `rate` for each number."""
        self._steps += 1
        self._mean += (1 - _MEAN) * (slope - self._mean)
        self._size += (1 - _SIZE) * (slope * slope - self._size)
        unbiased = rate * (1 - _SIZE**self._steps) ** 0.5 / (1 - _MEAN**self._steps)
        self._numbers -= unbiased * self._mean / (np.sqrt(self._size) + _LEAST)
