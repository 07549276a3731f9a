"""The light theme's colours, as `static/css/tokens.css` has them: paper is never dark."""

from __future__ import annotations

GROUND = "#fbf8f1"
SUNK = "#f3eee2"
INK = "#211c16"
SOFT = "#5c5346"
LINE = "#e0d8c7"
JADE = "#0b6e4f"
AMBER = "#8a5200"
AMBER_WASH = "#fbf0da"
INDIGO = "#23508a"
INDIGO_WASH = "#e8eef6"
MOSS = "#466427"
MOSS_WASH = "#ecf1e0"

TONES = {  # ink and wash of a status
    "open": (INDIGO, INDIGO_WASH),
    "waiting": (AMBER, AMBER_WASH),
    "done": (MOSS, MOSS_WASH),
}
PLAIN = (SOFT, SUNK)
