"""Every command, one line each into jobs and domain."""

from __future__ import annotations

from app.commands.backup import back_up, restore
from app.commands.city import areas_cli, city_cli
from app.commands.database import db_cli, stats_cli
from app.commands.demo import demo_cli
from app.commands.doctor import examine
from app.commands.people import people_cli
from app.commands.push import push_cli
from app.commands.serve import start, work

COMMANDS = (
    city_cli,
    areas_cli,
    db_cli,
    stats_cli,
    people_cli,
    push_cli,
    demo_cli,
    back_up,
    restore,
    start,
    work,
    examine,
)
