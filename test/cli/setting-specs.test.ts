import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingSpecs } from '../../src/cli/setting-specs.ts'

test('every setting has a name of its own, a service that reads it, and a meaning that is a sentence', () => {
  assert.equal(new Set(settingSpecs.map(({ name }) => name)).size, settingSpecs.length)
  for (const { name, services, meaning } of settingSpecs) {
    assert.match(name, /^(?:CDB|DATABASE|REDIS)(?:_[A-Z]+)+$/)
    assert(services.length > 0, name)
    assert.match(meaning, /^[A-Z`].*\.$/, name)
  }
})

test('a setting that is required has no default, and what may carry a password is an address', () => {
  for (const { name, required, default: preset, isSecret, type } of settingSpecs) {
    if (required) assert.equal(preset, null, name)
    if (isSecret) assert.match(type, /Url$/, name)
  }
})
