"""Reports: file, find, follow. Import what you need from here; `workflow` moves them."""

from app.domain.reports.find import by_secret, find, get, get_for_change, secret_of

__all__ = ["by_secret", "find", "get", "get_for_change", "secret_of"]
