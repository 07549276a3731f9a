"""The life of a report: a table of moves, and the one function that takes them."""

from app.domain.workflow.change import can_undo, take, undo
from app.domain.workflow.details import Details, Letter
from app.domain.workflow.moves import MOVES, Ask, Move, desk_moves, moves

__all__ = ["MOVES", "Ask", "Details", "Letter", "Move", "can_undo", "desk_moves", "moves", "take", "undo"]
