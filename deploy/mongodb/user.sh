#!/bin/bash
# Run by the image on the first start: Colloquy's own user, who may do nothing outside its database.
set -euo pipefail

mongosh --quiet --username "$MONGO_INITDB_ROOT_USERNAME" --password "$MONGO_INITDB_ROOT_PASSWORD" colloquy --authenticationDatabase admin --eval '
  db.createUser({ user: "colloquy", pwd: process.env.MONGODB_PASSWORD, roles: [{ role: "dbOwner", db: "colloquy" }] });
'
