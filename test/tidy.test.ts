import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mirroredTests, noDeadFiles } from './tidy/coverage.ts'
import { layers } from './tidy/layers.ts'
import { kebabNames, noBarrels, tellingNames } from './tidy/names.ts'
import { readRepository } from './tidy/repository.ts'
import { fileLength, functionLength, lineLength } from './tidy/sizes.ts'
import type { Rule } from './tidy/source-file.ts'
import { untested } from './tidy/untested.ts'
import { markers, moneyWords, pureWords } from './tidy/words.ts'

const rules: Readonly<Record<string, Rule>> = {
  'a layer imports only itself and those to its left': layers,
  'domain and engine name no clock, chance, timer, environment or console': pureWords,
  'money is never converted through a double': moneyWords,
  'nothing is left unfinished or silenced': markers,
  'files are short': fileLength,
  'functions are short': functionLength,
  'lines are short': lineLength,
  'files are named in kebab-case': kebabNames,
  'files are named for what they define': tellingNames,
  'there are no barrels': noBarrels,
  'every source file has its test': mirroredTests(untested),
  'no file is dead': noDeadFiles,
}

const files = readRepository()

for (const [fact, rule] of Object.entries(rules)) {
  test(fact, () => {
    const found = rule(files).map(({ path, line, message }) => `${path}:${line}: ${message}`)
    assert.equal(found.join('\n'), '')
  })
}
