"""`make chaos`: people work in a larger city while its parts are killed, its photos find no room and its mail waits.

Its rooms: `stage` (the servers), `disk` (a storage that can be full), `post` (a mail server with moods), `ledger` (what
was asked and what was acknowledged), `crowd` (who asks), `blows` (what is killed, and when), `judgement` (what is
left), `trial` (one run of all of it).
"""
