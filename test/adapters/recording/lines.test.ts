import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createLineSplitter } from '../../../src/adapters/recording/lines.ts'

function split(chunks: readonly Buffer[]): readonly string[] {
  const lines: string[] = []
  const splitter = createLineSplitter('x', (bytes, from, to, line, ended) => {
    lines.push(`${line}${ended ? '' : ' (cut)'}: ${bytes.toString('utf8', from, to)}`)
  })
  for (const chunk of chunks) splitter.push(chunk)
  splitter.end()
  return lines
}

test('lines are numbered from one, empty ones are passed over', () => {
  assert.deepEqual(split([Buffer.from('a\n\r\nb\r\n\nc')]), ['1: a', '3: b', '5 (cut): c'])
  assert.deepEqual(split([Buffer.from('\ufeffa\n\ufeffb\n')]), ['1: a', '2: \ufeffb'])
  assert.deepEqual(split([]), [])
})

test('where the chunks are cut makes no difference', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n')), fc.array(fc.nat(60)), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''))
      const places = [
        0,
        ...cuts.map((at) => Math.min(at, bytes.length)).toSorted((a, b) => a - b),
        bytes.length,
      ]
      const chunks = places.slice(1).map((to, index) => bytes.subarray(places[index], to))
      assert.deepEqual(split(chunks), split([bytes]))
    }),
  )
})

test('a line that does not end is an error', () => {
  assert.throws(
    () => split(Array.from({ length: 34 }, () => Buffer.alloc(1 << 20, 'x'))),
    /line 1 does not end/,
  )
})
