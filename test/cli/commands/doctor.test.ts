import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDataFolder } from '../../../src/adapters/system/data-folder.ts'
import { exitCodes } from '../../../src/cli/command.ts'
import { runCaptured } from '../run-cli.ts'
import { writeTrades } from '../sample-files.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

type Check = Readonly<{ name: string; ok: boolean; found: string }>

const examined = async (data: string): Promise<Readonly<{ code: number; checks: readonly Check[] }>> => {
  const { code, stdout } = await runCaptured(['doctor', '--data', data, '--json'])
  return { code, checks: JSON.parse(stdout) as readonly Check[] }
}

const named = (checks: readonly Check[], name: string): Check | undefined =>
  checks.find((check) => check.name === name)

test('a machine is examined without a data folder, which is not made', async () => {
  await inTemporaryFolder(async (folder) => {
    const data = join(folder, 'none')
    const { code, checks } = await examined(data)
    assert.deepEqual(
      checks.map(({ name }) => name),
      ['Node.js', 'memory', 'disk', 'temporary files', 'built-in database', 'data folder'],
    )
    assert.equal(named(checks, 'Node.js')?.found, process.versions.node)
    assert.match(named(checks, 'built-in database')?.found ?? '', /^starts in \d+\.\d s, schema \d+$/)
    assert.equal(named(checks, 'data folder')?.found, `${data} holds no run yet`)
    assert.equal(code, checks.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed)
    assert(!existsSync(data))
  })
})

test('a folder with a run is examined, and one in use is a failed check', async () => {
  await inTemporaryFolder(async (folder) => {
    const data = join(folder, 'data')
    const recording = ['--recording', writeTrades(folder, 500), '--instrument', 'BTCUSDT.BINANCE']
    const ran = await runCaptured(['up', ...recording, '--speed', 'max', '--data', data])
    assert.equal(ran.code, exitCodes.ok, ran.stderr)
    const well = named((await examined(data)).checks, 'data folder')
    assert.equal(well?.ok, true, well?.found)
    assert.match(well.found, /\d+ log entries chain, books balance, not in use/)
    const held = openDataFolder(data)
    const { code, stdout } = await runCaptured(['doctor', '--data', data])
    held.release()
    assert.equal(code, exitCodes.failed)
    assert.match(stdout, new RegExp(`^FAILED +data folder +.*pid ${process.pid}; stop that process`, 'm'))
  })
})
