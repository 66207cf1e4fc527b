"""The sides of benches/search_peers.py: the archive, tantivy in process, Groonga, PostgreSQL.

Every side offers the same: `load` its records unless they are there, `start`, `counts` of questions, `measure` of a
kind of question in a closed loop, `stop`. The client of all is benches/search_yardstick, so one clock times them.
"""
