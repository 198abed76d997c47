import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { createProgress, progressBar } from '../../src/cli/progress.ts'

test('a bar has one width, from nothing to all', () => {
  assert.equal(progressBar(0, 10), '[------------------------]   0 %')
  assert.equal(progressBar(5, 10), '[############------------]  50 %')
  assert.equal(progressBar(10, 10), '[########################] 100 %')
  assert.equal(progressBar(11, 10), '[########################] 100 %')
})

test('work of unknown size is shown as done', () => {
  assert.equal(progressBar(3, 0), '[########################] 100 %')
})

test('short work says nothing where no person watches', () => {
  let written = ''
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString()
      done()
    },
  })
  const progress = createProgress(stderr)
  progress.update('half')
  progress.end()
  assert.equal(written, '')
})
