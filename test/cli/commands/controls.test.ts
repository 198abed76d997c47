import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import { controls, limitKeys } from '../../../src/engine/controls.ts'
import { runCaptured } from '../run-cli.ts'

type Limit = Readonly<{ key: string; value: string; default: string; unit: string; meaning: string }>
type Listed = Readonly<{ id: string; code: string; meaning: string; limits: readonly Limit[] }>

const listed = async (...argv: string[]): Promise<readonly Listed[]> =>
  JSON.parse((await runCaptured(['controls', '--json', ...argv])).stdout) as readonly Listed[]

test('every control is listed in the order of evaluation, with every limit', async () => {
  const all = await listed()
  assert.deepEqual(
    all.map(({ id, code }) => [id, code]),
    controls.map(({ id, code }) => [id, code]),
  )
  assert.deepEqual(
    all.flatMap(({ limits }) => limits.map(({ key }) => key)),
    limitKeys,
  )
})

test('without options the values are the defaults', async () => {
  for (const { limits } of await listed()) {
    for (const limit of limits) {
      const [control] = await listed('--limit', `${limit.key}=${limit.default}`, limit.key.slice(0, 3))
      assert.equal(control?.limits.find(({ key }) => key === limit.key)?.value, limit.value)
    }
  }
})

test('--limit shows the value that a run would have', async () => {
  const [collar] = await listed('C05', '--limit', 'C05.share=0.02')
  assert.equal(collar?.limits[0]?.value, '0.02')
})

test('a control is found by its id in any case and by its code', async () => {
  for (const name of ['c05', 'C05', 'PRICE_COLLAR', 'price_collar']) {
    assert.deepEqual(
      (await listed(name)).map(({ id }) => id),
      ['C05'],
    )
  }
  assert.equal((await runCaptured(['controls', 'C05', 'C06'])).code, exitCodes.usage)
})

test('the text has id, code, meaning and limits of each', async () => {
  const { stdout } = await runCaptured(['controls'])
  for (const { id, code, params } of controls) {
    assert(stdout.includes(`${id}  ${code}  `))
    for (const spec of params) assert(stdout.includes(`${id}.${spec.name} `))
  }
})
