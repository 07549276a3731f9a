"""Millions of made-up reports: some thousand lives are told by the city's own rules and printed many times over, each
copy at another time and place."""

from app.domain.demo.large.press import print_all

__all__ = ["print_all"]
