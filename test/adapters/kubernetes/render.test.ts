import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createRender } from '../../../src/adapters/kubernetes/render.ts'
import type { Rendered } from '../../../src/adapters/kubernetes/render.ts'
import { withFiles } from './written-folder.ts'

const signal = new AbortController().signal

/** What a program in the place of kubectl makes of folders: it gets `build`, the folder, the restrictor. */
const renderedBy = (script: string, atOnce = 2): Promise<readonly Rendered[]> =>
  withFiles({ program: `#!/bin/sh\n${script}\n` }, async (folder) => {
    const command = join(folder, 'program')
    chmodSync(command, 0o755)
    const render = createRender({ command, args: ['build'] }, folder, { atOnce, signal })
    return Promise.all(['a', 'b', 'c'].map(render))
  })

test('a folder is built, and warnings are kept line by line', async () => {
  const [first] = await renderedBy('echo "kind: Pod"; echo "# Warning: old" >&2; echo >&2')
  assert.deepEqual(first, { text: 'kind: Pod\n', error: null, warnings: ['# Warning: old'] })
})

test('a build that fails says why, without the clock and line of kubectl', async () => {
  const [plain] = await renderedBy('echo "no such file" >&2; exit 1')
  assert.deepEqual(plain, { text: '', error: 'no such file', warnings: [] })
  const logged = 'E1124 18:24:49.603637   27539 run.go:72] \\"command failed\\" err=\\"no such file\\"'
  const [bare] = await renderedBy(`echo "${logged}" >&2; exit 1`)
  assert.equal(bare?.error, 'no such file')
})

test('a build that the load restriction changes has a warning', async () => {
  const [first] = await renderedBy('echo "restrictor: $3"')
  assert.deepEqual(first?.warnings, ['builds to something else without load restriction'])
  assert.equal(first.text, 'restrictor: --load-restrictor=LoadRestrictionsRootOnly\n')
})

test('a build that prints without an end is stopped', async () => {
  const [first] = await renderedBy('yes "kind: Pod"')
  assert.equal(first?.error, 'builds to more than 32 MiB')
})

test('no more builds run at once than are allowed', async () => {
  const script = 'mkdir "$0.lock" || exit 9; sleep 0.05; rmdir "$0.lock"'
  const alone = await renderedBy(script, 1)
  assert.deepEqual(
    alone.map(({ error }) => error),
    [null, null, null],
  )
})

test('a build that is stopped from outside throws', async () => {
  await withFiles({}, async (folder) => {
    const controller = new AbortController()
    const render = createRender({ command: '/bin/sleep', args: [] }, folder, {
      ...{ atOnce: 1, signal: controller.signal },
    })
    controller.abort()
    await assert.rejects(render('60'), /the build was stopped/)
  })
})
