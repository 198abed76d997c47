#!/usr/bin/env bash
# Stands in for kubectl while the quickstart is run: the fake of test/k8s-scripts answers and logs, and what the page
# does with Secrets and with the database is done for real, on the folder $FAKE_KUBECTL and on the PostgreSQL of the test.
set -euo pipefail

kept=$FAKE_KUBECTL/secrets

fake() { bash "$GUIDE_ROOT/test/k8s-scripts/fake-kubectl.sh" "$@"; }

# The file of a key of the Secret $1 that a template such as {{index .data "KEY" | base64decode}} names.
show_key() {
  local key=${2#*\"}
  cat "$kept/$1/${key%%\"*}"
}

# What the Job of the migration does: the roles get the passwords of the Secret.
migrate() {
  local roles role
  roles=$(mktemp -d)
  for role in ws signal risk execution db-writer control read; do
    cp "$kept/cdb-secrets/database-password-$role" "$roles/cdb_${role//-/_}"
  done
  DATABASE_URL=$GUIDE_DATABASE "$GUIDE_NODE" "$GUIDE_ROOT/src/cli/cdb.ts" migrate --roles --passwords "$roles" >&2
  rm -r "$roles"
}

case "$*" in
  'create secret generic '*)
    fake "$@"
    mkdir -p "$kept"
    for word in "$@"; do
      if [[ $word == --from-file=* ]]; then cp -r "${word#--from-file=}" "$kept/$4"; fi
    done
    ;;
  'get secret '*'--output=go-template={{index '*)
    fake "$@" >/dev/null
    show_key "$3" "$*"
    ;;
  'exec deployment/cdb-execution '*' -- node /app/src/cli/cdb.ts '*)
    fake "$@"
    while [[ $1 != /app/src/cli/cdb.ts ]]; do shift; done
    shift
    DATABASE_URL=postgres://cdb_execution@${GUIDE_DATABASE##*@} \
      DATABASE_PASSWORD_FILE=$kept/cdb-secrets/database-password-execution \
      "$GUIDE_NODE" "$GUIDE_ROOT/src/cli/cdb.ts" "$@"
    ;;
  'apply '*/migrations.yaml*)
    fake "$@"
    if [[ $* != *--dry-run* ]]; then migrate; fi
    ;;
  *) fake "$@" ;;
esac
