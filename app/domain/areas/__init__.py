"""Where a point lies: ward outlines as imported, or the nearest centres where a city has none."""

from app.domain.areas.atlas import Located
from app.domain.areas.importing import ImportResult, RefusedFeature, UnreadableFile, import_file
from app.domain.areas.lookup import (
    has_outlines,
    is_inside_ward,
    locate,
    outline_geojson,
    outline_sources,
    outlines_version,
    place,
    wards_touching,
)

__all__ = [
    "ImportResult",
    "Located",
    "RefusedFeature",
    "UnreadableFile",
    "has_outlines",
    "import_file",
    "is_inside_ward",
    "locate",
    "outline_geojson",
    "outline_sources",
    "outlines_version",
    "place",
    "wards_touching",
]
