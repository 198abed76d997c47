import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesWrittenBy, secretsMadeBy } from '../../../../src/adapters/kubernetes/checks/secret-commands.ts'

const made = (script: string) => secretsMadeBy(script, filesWrittenBy(script))

test('keys are those of literals and files, in either spelling of the option', () => {
  const script =
    'kubectl create secret generic keys -n shop \\\n  --from-literal=a=1 --from-file b=/tmp/x --from-file=/tmp/c'
  assert.deepEqual(made(script), [{ name: 'keys', keys: ['a', 'b', 'c'] }])
})

test('vault kv put names the Secret by the end of its path', () => {
  assert.deepEqual(made('vault kv put -mount=secret shop/keys a=1 b=@b'), [
    { name: 'keys', keys: ['a', 'b'] },
  ])
})

test('a folder becomes a Secret of the files that loops have written to it', () => {
  const script = `
for role in ws risk; do
  printf %s "$(openssl rand -hex 32)" > "$dir/keys/password-$role"
done
printf %s admin > "$dir/keys/\${user}"
for name in keys; do
  kubectl create secret generic "$name" --from-file="$dir/$name"
done`
  assert.deepEqual(made(script.replace('${user}', 'user')), [
    { name: 'keys', keys: ['password-ws', 'password-risk', 'user'] },
  ])
  assert.deepEqual(made(script), [], 'a variable that no loop sets is not guessed at')
})

test('other commands make none', () => {
  assert.deepEqual(
    made('kubectl create secret tls keys --cert=a --key=b\nkubectl get secret generic\nvault kv get a'),
    [],
  )
})
