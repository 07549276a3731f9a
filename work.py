"""The door of a larger city's workers: `celery --app work worker` and `celery --app work beat`."""

from app import create_app
from app.config import SettingError

try:
    city = create_app()
    if not city.config["HOIAM"].redis_url:
        raise SettingError("HOIAM_REDIS_URL is not set: set it, or run the worker that needs no Redis: flask work")
except SettingError as wrong:
    raise SystemExit(f"Hồi Âm does not start. {wrong}") from None

# a city without the library has had its sentence by now
from app.jobs.celery import make_celery

app = make_celery(city)
