"""A made-up city to try everything on: reports with their histories, people, photos drawn by the program."""

from app.domain.demo.accounts import ACCOUNTS
from app.domain.demo.filling import REPORTS, SEED, fill, generate

__all__ = ["ACCOUNTS", "REPORTS", "SEED", "fill", "generate"]
