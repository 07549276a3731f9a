"""Drawings for the demo city: clearly drawn, marked "ẢNH MINH HỌA", the same for the same seed."""

from app.domain.media.drawn.scenes import Scene, draw
from app.domain.media.drawn.stock import Drawn, Stock

__all__ = ["Drawn", "Scene", "Stock", "draw"]
