import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployed } from '../../../src/adapters/kubernetes/check.ts'
import type { Build } from '../../../src/adapters/kubernetes/check.ts'
import { sampleInput } from './audit-sample.ts'

const build = (path: string, environment: string | null, isWhole: boolean): Build => ({
  ...{ path, environment, isWhole, manifests: [], error: null, warnings: [] },
})

test('the whole of each chosen environment is deployed, and a folder that has none is', () => {
  const builds = [
    build('base', null, false),
    build('overlays/dev', 'dev', true),
    build('overlays/prod', 'prod', true),
    build('overlays/prod/services', 'prod', false),
    build('.', null, true),
  ]
  const paths = deployed({ ...sampleInput(''), builds, environments: ['prod'] }).map(({ path }) => path)
  assert.deepEqual(paths, ['overlays/prod', '.'])
})
