import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeEvent, encodeEvent } from '../../src/domain/codec.ts'
import { CdbError } from '../../src/domain/errors.ts'
import { anyEvent, eventKinds } from './any-event.ts'

type Golden = Readonly<{
  valid: object
  invalid: readonly Readonly<{ why: string; field: string | null; payload: object }>[]
}>

const folder = join(import.meta.dirname, '..', 'golden', 'events')
const goldenOf = (kind: string): Golden =>
  JSON.parse(readFileSync(join(folder, `${kind}.json`), 'utf8')) as Golden

const isRefusal = (error: unknown): error is CdbError =>
  error instanceof CdbError && (error.code === 'CDB_EVENT_INVALID' || error.code === 'CDB_DECIMAL_INVALID')

test('every kind has its golden payloads, and no other has', () => {
  const names = readdirSync(folder).map((name) => name.replace(/\.json$/, ''))
  assert.deepEqual(names.sort(), [...eventKinds].sort())
})

for (const kind of eventKinds) {
  const { valid, invalid } = goldenOf(kind)

  test(`${kind}: the golden payload is read and written back byte by byte`, () => {
    const payload = JSON.stringify(valid)
    const event = decodeEvent(payload)
    assert.equal(event.kind, kind)
    assert.equal(encodeEvent(event), payload)
  })

  for (const { why, field, payload } of invalid) {
    test(`${kind}: refused where ${why}`, () => {
      assert.throws(
        () => decodeEvent(JSON.stringify(payload)),
        (error: unknown) =>
          isRefusal(error) && (field === null || error.message.startsWith(`field ${field} of an event `)),
      )
    })
  }
}

test('any event is read back as it was written', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      assert.deepEqual(decodeEvent(encodeEvent(event)), event)
    }),
    { numRuns: 1000 },
  )
})

test('the text is JSON on one line, with version and kind first', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const text = encodeEvent(event)
      assert.ok(!text.includes('\n'))
      assert.deepEqual(Object.keys(JSON.parse(text) as object).slice(0, 2), ['v', 'kind'])
    }),
  )
})

test('the order in which fields were set does not change the text', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const reversed = Object.fromEntries(Object.entries(event).reverse()) as typeof event
      assert.equal(encodeEvent(reversed), encodeEvent(event))
    }),
  )
})

const BROKEN = [
  '',
  ' ',
  'null',
  '[]',
  '1',
  '"text"',
  '{',
  '{}',
  '{"v":1}',
  '{"kind":"mark"}',
  '{"v":1,"kind":7}',
]

for (const text of BROKEN) {
  test(`${JSON.stringify(text)} is not an event`, () => {
    assert.throws(
      () => decodeEvent(text),
      (error: unknown) => error instanceof CdbError && error.code === 'CDB_EVENT_INVALID',
    )
  })
}

test('a payload cut anywhere is refused', () => {
  for (const kind of eventKinds) {
    const payload = JSON.stringify(goldenOf(kind).valid)
    for (let length = 0; length < payload.length; length++) {
      assert.throws(() => decodeEvent(payload.slice(0, length)), isRefusal)
    }
  }
})

test('a payload cannot reach the prototype', () => {
  const payload = JSON.stringify(goldenOf('submitting').valid)
  const polluting = payload.replace('"v":1', '"v":1,"__proto__":{"isAdmin":true}')
  assert.throws(() => decodeEvent(polluting), isRefusal)
  assert.equal(({} as Record<string, unknown>)['isAdmin'], undefined)
})

test('any text is read or refused, and never breaks otherwise', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      assert.throws(() => decodeEvent(text), isRefusal)
    }),
  )
})

test('a time that could not be read back is refused when it is written', () => {
  for (const eventMs of [Number.NaN, Infinity, 1.5, 2 ** 53]) {
    const alert = { kind: 'alert', eventMs, level: 'info', code: 'X', scope: 'global', message: '' } as const
    assert.throws(() => encodeEvent(alert), /whole milliseconds/)
  }
})
