"""A working week as people write it: `mon: ["08:00-12:00", "13:00-17:00"]`, or `every:` for all seven days."""

from __future__ import annotations

import re

from yaml.nodes import MappingNode, Node, SequenceNode

from app.domain.city.reading import Reading, entries, is_empty, text_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY = "every"
_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")

Span = tuple[int, int]
Week = tuple[tuple[Span, ...], ...]


def read_week(node: Node, reading: Reading) -> Week:
    """Seven days of spans in minutes; what is wrong is noted in `reading`."""
    days: dict[str, tuple[Span, ...]] = dict.fromkeys(DAYS, ())
    if not isinstance(node, MappingNode):
        reading.refuse(node, "the week must name its days: mon … sun, or every")
        return tuple(days.values())
    written = entries(node, reading)
    if EVERY in written and len(written) > 1:
        reading.refuse(node, "`every` already says all seven days")
    for name, (key, value) in written.items():
        if name == EVERY:
            days = dict.fromkeys(DAYS, _spans(value, reading))
        elif name in days:
            days[name] = _spans(value, reading)
        else:
            reading.refuse(key, f"unknown day `{name}`, expected {', '.join(DAYS)} or every")
    if not any(days.values()):
        reading.refuse(node, "the week holds no working time")
    return tuple(days.values())


def write_week(week: Week) -> dict[str, list[str]]:
    """The same week in words, days off left out."""
    if len(set(week)) == 1:
        return {EVERY: [write_span(span) for span in week[0]]}
    return {day: [write_span(span) for span in spans] for day, spans in zip(DAYS, week, strict=True) if spans}


def write_span(span: Span) -> str:
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in span)


def _spans(node: Node, reading: Reading) -> tuple[Span, ...]:
    if is_empty(node):
        return ()
    if not isinstance(node, SequenceNode):
        reading.refuse(node, 'expected a list of times, such as ["08:00-12:00", "13:00-17:00"]')
        return ()
    found: list[Span] = []
    for item in node.value:
        span = _span(item, reading)
        if span and found and span[0] < found[-1][1]:
            reading.refuse(item, f"{write_span(span)} begins before {write_span(found[-1])} ends")
        elif span:
            found.append(span)
    return tuple(found)


def _span(node: Node, reading: Reading) -> Span | None:
    text = text_of(node) or ""
    match = _SPAN.fullmatch(text)
    if not match:
        reading.refuse(node, f"`{text}` is no time of day: write 08:00-12:00")
        return None
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or end > 24 * 60:
        reading.refuse(node, f"`{text}` is no time of day: hours go to 24:00, minutes to 59")
    elif start >= end:
        reading.refuse(node, f"`{text}` ends before it begins; a night is two spans, up to 24:00 and from 00:00")
    else:
        return start, end
    return None
