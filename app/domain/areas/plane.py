"""A city flattened to metres: good to a quarter of a per cent across one city, and needing no projection library."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.domain.geo import METRES_A_DEGREE

Geometry = TypeVar("Geometry", bound=BaseGeometry)


@dataclass(frozen=True, slots=True)
class Plane:
    """East and north of a point in the middle, in metres. What is inside or outside in degrees is so in metres."""

    lat: float
    lng: float

    @property
    def _scale(self) -> Any:
        return np.array([METRES_A_DEGREE * math.cos(math.radians(self.lat)), METRES_A_DEGREE])

    def point(self, lat: float, lng: float) -> shapely.Point:
        east, north = (np.array([lng, lat]) - (self.lng, self.lat)) * self._scale
        return shapely.Point(east, north)

    def to_metres(self, shape: Geometry) -> Geometry:
        flat: Geometry = shapely.transform(shape, lambda points: (points - (self.lng, self.lat)) * self._scale)
        return flat

    def to_degrees(self, shape: Geometry) -> Geometry:
        round_: Geometry = shapely.transform(shape, lambda points: points / self._scale + (self.lng, self.lat))
        return round_
