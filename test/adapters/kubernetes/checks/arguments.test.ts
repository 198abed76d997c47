import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argumentChecks } from '../../../../src/adapters/kubernetes/checks/arguments.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const env = `env: [{ name: REDIS_PASSWORD, valueFrom: { secretKeyRef: { name: a, key: b } } },
            { name: KEY, valueFrom: { secretKeyRef: { name: a, key: b } } }, { name: USER_NAME, value: me }]`
const found = (container: string): readonly string[] =>
  messagesOf(argumentChecks, 'W19', deploymentText({ container: `${env}\n          ${container}` })).map(
    (message) => message.replace('container main: ', ''),
  )
const script = (text: string): readonly string[] => found(`command: [sh, -c, ${JSON.stringify(text)}]`)

test('programs that read files and variables of their own pass W19', () => {
  assert.deepEqual(found('args: [migrate, --passwords, /run/secrets/roles, --user=$(USER_NAME)]'), [])
  assert.deepEqual(script('REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping'), [])
  assert.deepEqual(script('export PGPASSWORD=$(cat /run/secrets/db); pg_dump -Fc -f "$BACKUP_FILE"'), [])
  assert.deepEqual(script('printf "%s" "$REDIS_PASSWORD" > /tmp/a'), [])
  assert.deepEqual(script('cat > /tmp/acl <<END\nuser a >$REDIS_PASSWORD\nEND\nexec redis-server /tmp/a'), [])
  assert.deepEqual(found('args: [--password-file=/run/secrets/a, "postgres://me@postgresql/cdb"]'), [])
})

test('W19 finds a secret that Kubernetes puts among the arguments', () => {
  const said = ['its command has the value of REDIS_PASSWORD among its arguments']
  assert.deepEqual(found('args: [redis-server, --requirepass, $(REDIS_PASSWORD)]'), said)
  assert.deepEqual(found('args: [--key=$(KEY)]'), ['its command has the value of KEY among its arguments'])
})

test('W19 finds a secret that a shell hands to a program', () => {
  const said = ['its command has the value of REDIS_PASSWORD among its arguments']
  assert.deepEqual(script('exec redis-server --requirepass "$REDIS_PASSWORD"'), said)
  assert.deepEqual(script('if redis-cli -a ${REDIS_PASSWORD} ping; then true; fi'), said)
  assert.deepEqual(script('X=$(redis-cli -a "$REDIS_PASSWORD" ping)'), said)
  assert.deepEqual(script('redis-cli -a "$(cat /run/secrets/redis)" ping'), [
    'its command has what "cat /run/secrets/redis" prints among its arguments',
  ])
})

test('W19 looks at probes and hooks', () => {
  const command = '{ exec: { command: [sh, -c, "redis-cli -a $REDIS_PASSWORD ping"] } }'
  assert.deepEqual(found(`livenessProbe: ${command}\n          lifecycle: { preStop: ${command} }`), [
    'livenessProbe has the value of REDIS_PASSWORD among its arguments',
    'preStop has the value of REDIS_PASSWORD among its arguments',
  ])
})

test('W19 finds passwords that are written out', () => {
  assert.deepEqual(found('args: [--password=hunter2]'), [
    'its command has the value of --password among its arguments',
  ])
  assert.deepEqual(found('command: [redis-cli, -a, hunter2]'), [
    'its command has the value of -a among its arguments',
  ])
  assert.deepEqual(found('args: ["redis://me:hunter2@redis:6379"]'), [
    'its command has a password in an address among its arguments',
  ])
})
