#!/bin/sh
# Puts a dump of BACKUP_FOLDER in the place of the database PGDATABASE: BACKUP_FILE, or the newest. The dump is read
# into a new database first; only when all of it is there do the two change names, and the old one is kept.
set -eu

: "${BACKUP_FOLDER:?}" "${PASSWORD_FILE:?}" "${PGDATABASE:?}"
PGPASSWORD="$(cat "$PASSWORD_FILE")"
export PGPASSWORD
# The first connection of a new pod may be refused: network policies learn its address after it has started.
waited=0
until pg_isready --quiet; do
  if [ "$waited" -ge 300 ]; then
    echo "restore: the database did not answer within $waited s" >&2
    exit 1
  fi
  sleep 5
  waited=$((waited + 5))
done

target="$PGDATABASE"
time="$(date -u +%Y%m%d%H%M%S)"
fresh="${target}_restored_$time"
before="${target}_before_$time"
newest=''
for path in "$BACKUP_FOLDER"/cdb-*Z.dump; do newest="${path##*/}"; done
file="${BACKUP_FILE:-$newest}"
if [ ! -f "$BACKUP_FOLDER/$file" ]; then
  echo "restore: there is no dump $file in $BACKUP_FOLDER" >&2
  exit 1
fi

ask() { psql --no-psqlrc --no-password --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=postgres --command="$1"; }

if [ "$(ask "select count(*) from pg_roles where rolname = 'cdb_read'")" = 0 ]; then
  echo "restore: the roles of the services are missing; run the migration first" >&2
  exit 1
fi
clients="$(ask "select count(*) from pg_stat_activity
  where datname = '$target' and coalesce(backend_type, 'client backend') = 'client backend'")"
if [ "$clients" != 0 ]; then
  echo "restore: $clients clients use $target; scale the services to 0 first" >&2
  exit 1
fi

createdb --no-password --template=template0 --encoding=UTF8 --locale=C "$fresh"
if ! pg_restore --no-password --exit-on-error --single-transaction --dbname="$fresh" "$BACKUP_FOLDER/$file"; then
  dropdb --no-password "$fresh"
  echo "restore: $file could not be read; $target is as it was" >&2
  exit 1
fi
ask "begin; alter database \"$target\" rename to \"$before\"; alter database \"$fresh\" rename to \"$target\"; commit"
echo "restore: $target is what $file holds; what it was is $before"
