import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../src/adapters/system/digest.ts'

test('it is SHA-256 of the UTF-8 text, as 64 hex digits', () => {
  // Vectors of FIPS 180-2, and of a text beyond ASCII as sha256sum gives it.
  assert.equal(digest(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  assert.equal(digest('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  assert.equal(digest('ü'), '607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f')
})
