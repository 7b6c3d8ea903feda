#!/bin/sh
# For deploy/compose.yaml: the database, and the bot's own role in it. Row-level security does not bind the role of an administrator.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$DATABASE_PASSWORD" --username postgres --dbname postgres <<'SQL'
CREATE ROLE headsup LOGIN PASSWORD :'password';
CREATE DATABASE headsup OWNER headsup;
SQL
