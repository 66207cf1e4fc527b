//! `verify`, `reindex`, `rebuild`, `vocab check`: work on a data folder that nobody else has open.
