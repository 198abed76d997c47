import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAsk } from '../../../src/adapters/kubernetes/live-cluster.ts'

/** Node in the place of kubectl: a program that reads, prints and ends as it is told. */
const ask = (script: string, input?: string) =>
  createAsk(process.execPath, new AbortController().signal)(['-e', script, '--'], input)

test('the answer is what the program printed and how it ended', async () => {
  const script = "process.stdin.pipe(process.stdout); process.stderr.write('no'); process.exitCode = 3"
  assert.deepEqual(await ask(script, 'manifests'), { code: 3, stdout: 'manifests', stderr: 'no' })
})

test('a program that does not read its input answers all the same', async () => {
  const answer = await ask("process.stdout.write('done'); process.exit(0)", 'x'.repeat(4_000_000))
  assert.deepEqual(answer, { code: 0, stdout: 'done', stderr: '' })
})

test('every request has a limit of time', async () => {
  const { stdout } = await ask("process.stdout.write(process.argv.slice(1).join(' '))")
  assert.match(stdout, /--request-timeout=\d+s$/)
})

test('a program that is not there is an error', async () => {
  const asking = createAsk('/nowhere/kubectl', new AbortController().signal)
  await assert.rejects(asking(['version']), { code: 'ENOENT' })
})

test('an audit that is stopped stops its request', async () => {
  const stopping = new AbortController()
  const asking = createAsk(process.execPath, stopping.signal)(['-e', 'setInterval(() => {}, 1000)', '--'])
  stopping.abort()
  await assert.rejects(asking, { name: 'AbortError' })
})
