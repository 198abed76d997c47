/** The settings of the official image that k8s/ relies on; PGDATA of a pod lies below this one. */
export const postgresEnv: readonly string[] = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin',
  'LANG=C.UTF-8',
  'PG_MAJOR=15',
  'PGDATA=/var/lib/postgresql/data',
]

/**
 * The docker-entrypoint.sh of the stand-in. It does what that of the official image does when a pod starts it
 * as the user postgres: the first server listens on its socket alone, with the settings of the second, so
 * that a probe over TCP sees nothing before the database and its roles are there.
 */
export const postgresEntrypoint = `#!/bin/bash
set -euo pipefail
shopt -s nullglob

# The value of a variable, or what the file of NAME_FILE holds.
setting() {
  local file="$1_FILE"
  if [ -n "\${!file:-}" ]; then cat "\${!file}"; else printf '%s' "\${!1:-$2}"; fi
}

# The files of the volume in the order of their names; a script that cannot be executed is read by this shell.
run_files() {
  local path
  for path in /docker-entrypoint-initdb.d/*; do
    echo "entrypoint: $path"
    case "$path" in
      *.sh) if [ -x "$path" ]; then "$path"; else . "$path"; fi ;;
      *.sql) "\${sql[@]}" --file="$path" ;;
      *.sql.gz) gunzip --stdout "$path" | "\${sql[@]}" ;;
      *) echo "entrypoint: neither a script nor SQL" ;;
    esac
  done
}

# Variables are local, so that the server that is started last has none of them. Not in a shell of its own:
# bash 5.2 puts the last command of a script that is read there in the place of that shell.
initialize() {
  local user password database method options more sql
  user="$(setting POSTGRES_USER postgres)"
  password="$(setting POSTGRES_PASSWORD '')"
  database="$(setting POSTGRES_DB "$user")"
  method="\${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}"
  if [ -z "$password" ] && [ "$method" != trust ]; then
    echo 'entrypoint: neither POSTGRES_PASSWORD_FILE nor POSTGRES_PASSWORD gives a password' >&2
    exit 1
  fi
  # What is quoted within the variable is one argument; they come last, so that they win.
  eval "more=(\${POSTGRES_INITDB_ARGS:-})"
  initdb --username="$user" --pwfile=<(printf '%s\\n' "$password") \\
    --auth-host="$method" "\${more[@]}"
  printf '\\nhost all all all %s\\n' "$method" >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"

  local -x PGUSER="$user" PGPASSWORD="$password" POSTGRES_USER="$user" POSTGRES_DB="$database"
  options="$(printf '%q ' "\${@:2}" -c listen_addresses= -p "\${PGPORT:-5432}")"
  pg_ctl --pgdata="$PGDATA" --options="$options" --wait start
  if [ "$database" != postgres ]; then createdb --no-password "$database"; fi
  sql=(psql --set=ON_ERROR_STOP=1 --no-psqlrc --no-password --dbname="$database")
  run_files
  pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop
  echo 'entrypoint: the database is set up'
}

if [ "$#" = 0 ] || [ "\${1:0:1}" = - ]; then set -- postgres "$@"; fi
if [ "$1" = postgres ]; then
  mkdir -p "$PGDATA"
  # A volume may belong to somebody else; the server says so itself.
  chmod 00700 "$PGDATA" || true
  if [ ! -s "$PGDATA/PG_VERSION" ]; then initialize "$@"; fi
fi
exec "$@"
`
