#!/bin/sh
# Writes a dump of the database into the folder BACKUP_FOLDER and keeps the newest BACKUP_COUNT of them. The server,
# the user and the database come from the PG* variables. A dump counts once it is complete and its list can be read.
set -eu
umask 027

: "${BACKUP_FOLDER:?}" "${BACKUP_COUNT:?}" "${PASSWORD_FILE:?}"
PGPASSWORD="$(cat "$PASSWORD_FILE")"
export PGPASSWORD

waited=0
until pg_isready --quiet; do
  if [ "$waited" -ge 300 ]; then
    echo "backup: the database did not answer within $waited s" >&2
    exit 1
  fi
  sleep 5
  waited=$((waited + 5))
done

name="cdb-$(date -u +%Y%m%dT%H%M%SZ).dump"
part="$BACKUP_FOLDER/$name.part"
trap 'rm -f "$part"' EXIT
# What a killed one left behind. A dump that runs now is younger.
find "$BACKUP_FOLDER" -maxdepth 1 -name '*.part' -mmin +120 -delete
pg_dump --format=custom --no-password --file="$part"
pg_restore --list "$part" >/dev/null
sync "$part"
mv "$part" "$BACKUP_FOLDER/$name"
echo "backup: wrote $name, $(wc -c <"$BACKUP_FOLDER/$name") bytes"

# A pattern gives the names in order, and they sort by time.
set -- "$BACKUP_FOLDER"/cdb-*Z.dump
while [ "$#" -gt "$BACKUP_COUNT" ]; do
  rm -f "$1"
  echo "backup: removed ${1##*/}"
  shift
done
