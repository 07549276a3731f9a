"""What every table shares: names of constraints, how choices, moments and texts are stored."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Enum, Integer, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from app.models.localized import Localized
from app.models.moment import Moment

Key = BigInteger().with_variant(Integer, "sqlite")
PrimaryKey = Annotated[int, mapped_column(Key, primary_key=True, autoincrement=True)]


class LocalizedText(TypeDecorator[Localized]):
    """`Localized` in one JSON column."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Localized | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else value.as_dict()

    def process_result_value(self, value: dict[str, str] | None, dialect: Dialect) -> Localized | None:
        return None if value is None else Localized.of(value)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=False,
            length=30,
            values_callable=lambda choices: [choice.value for choice in choices],
        ),
        datetime: Moment,
        Localized: LocalizedText,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }
