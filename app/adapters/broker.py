"""Kombu's way to Redis, mended in one place.

A worker whose hands are full when Redis dies cannot say that its messages are done. Kombu counts them as in hand for
ever; with nothing free the worker no longer looks at its line, so it never notices that the line is dead, and stands
still until somebody starts it again. The message itself is no loss: our rows say what is to be done.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    """What a worker has in hand. Whatever Redis answers, what is done is no longer in it."""

    def ack(self, delivery_tag: Any) -> None:
        try:
            redis.QoS.ack(self, delivery_tag)
        except self.channel.connection_errors:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        try:
            redis.QoS.reject(self, delivery_tag, requeue)
        except self.channel.connection_errors:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel
