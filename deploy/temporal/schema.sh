#!/bin/sh
# Creates or upgrades Temporal's two databases. The connection comes from SQL_*; run again it changes nothing.
set -eu

for database in temporal temporal_visibility; do
  schema=${database#temporal_}
  echo "schema of $database"
  temporal-sql-tool --database "$database" create-database
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema \
    --schema-dir "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
