import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InvariantError } from '../../src/domain/errors.ts'
import { stateOfText, stateText } from '../../src/engine/state-text.ts'

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.constantFrom(Infinity, -Infinity, Number.NaN),
  fc.bigInt(),
  fc.string(),
)
const text = fc.string({ maxLength: 8 }).filter((name) => name !== '__proto__' && name !== '$')
const { state } = fc.letrec((tie) => ({
  state: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('state'), { maxLength: 4 }),
    fc.dictionary(text, tie('state'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(text, tie('state')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    fc.array(text, { maxLength: 4 }).map((keys) => new Set(keys)),
  ),
}))

test('every state is read back as it was written', () => {
  fc.assert(
    fc.property(state, (value) => {
      assert.deepEqual(stateOfText(stateText(value)), value)
    }),
    { numRuns: 1_000 },
  )
})

test('what is not plain data ends the process', () => {
  assert.throws(() => stateText({ step: () => undefined }), InvariantError)
})

test('a text that is no state is refused', () => {
  assert.throws(() => stateOfText('{"cash":'), { code: 'CDB_LOG_DIVERGED' })
})
