"""The door: what waitress, gunicorn and `flask` open."""

from app import create_app
from app.config import SettingError

try:
    app = create_app()
except SettingError as wrong:
    raise SystemExit(f"Hồi Âm does not start. {wrong}") from None
