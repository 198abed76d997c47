import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openPglite } from '../../src/adapters/postgres/pglite.ts'
import { databasePathOf } from '../../src/adapters/system/data-folder.ts'
import { runCdb, startCdb } from './process.ts'
import { writeTrades } from './tape-file.ts'

const inFolder = async (body: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-folder-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const sim = (data: string, ...more: readonly string[]): readonly string[] => [
  ...['up', '--sim', '--speed', '50', '--param', 'minVolume=0', '--data', data],
  ...more,
]

test('a second process is told who holds the folder; a killed holder leaves it free, SIGTERM drains', async () => {
  await inFolder(async (folder) => {
    const data = join(folder, 'data')
    const holder = startCdb(sim(data))
    await holder.says('a new run')
    for (const args of [sim(data), ['replay', '--verify', '--data', data]]) {
      const second = await runCdb(args)
      assert.equal(second.code, 1)
      assert.match(second.stderr, new RegExp(`CDB_DATA_LOCKED: .* pid ${holder.child.pid}\\b`))
    }
    holder.child.kill('SIGKILL')
    assert.equal(await holder.ended, 'SIGKILL')

    const next = startCdb(sim(data, '--json'))
    await next.says('data in')
    await next.says('signal')
    next.child.kill('SIGTERM')
    assert.equal(await next.ended, 0, next.stderr())
    const summary = JSON.parse(next.stdout()) as Readonly<Record<string, unknown>>
    assert(Number(summary['logEntries']) > 0)

    const third = startCdb(sim(data))
    await third.says('going on after')
    third.child.kill('SIGINT')
    assert.equal(await third.ended, 0, third.stderr())
    assert.match(third.stdout(), /equity/)
  })
})

test('another strategy, cash or source does not go on with a run, and nothing is removed', async () => {
  await inFolder(async (folder) => {
    const data = join(folder, 'data')
    const made = await runCdb(sim(data, '--for', '0.2', '--json'))
    assert.equal(made.code, 0, made.stderr)
    for (const [args, difference] of [
      [sim(data, '--cash', '5'), 'settings.cash is "10000" there and "5" here'],
      [
        sim(data, '--strategy', 'breakout').filter((word) => !/param|minVolume/.test(word)),
        'settings.strategy',
      ],
      [sim(data, '--limit', 'C05.share=0.02'), 'settings.limits.C05.share is not set there'],
    ] as const) {
      const { code, stderr } = await runCdb(args)
      assert.equal(code, 1)
      assert(stderr.includes('CDB_DATA_FOREIGN') && stderr.includes(difference), stderr)
    }
    const again = await runCdb(sim(data, '--for', '0.2', '--json'))
    assert.equal(again.code, 0, again.stderr)
  })
})

test('a folder that cannot be made, or that is a file, is told', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const sealed = process.platform === 'linux' ? ['/proc/cdb-data/below'] : []
    for (const data of [file, join(file, 'below'), ...sealed]) {
      const { code, stderr } = await runCdb(sim(data))
      assert.equal(code, 1)
      assert.match(stderr, /CDB_DATA_UNWRITABLE: the data folder/)
    }
  })
})

test('a payload changed in the database is found by replay --verify and by doctor', async () => {
  await inFolder(async (folder) => {
    const data = join(folder, 'data')
    const tape = join(folder, 'trades.csv')
    writeTrades(tape, { seed: 3, trades: 5_000 })
    const recording = ['--recording', tape, '--instrument', 'BTCUSDT.BINANCE', '--speed', 'max']
    assert.equal((await runCdb(['up', ...recording, '--data', data])).code, 0)
    const db = await openPglite(databasePathOf(data))
    await db.script(`alter table event_log disable trigger all;
      update event_log set payload = payload || ' ' where seq = 3;
      alter table event_log enable trigger all`)
    await db.close()
    const verified = await runCdb(['replay', '--verify', '--data', data, '--json'])
    assert.equal(verified.code, 4, verified.stderr)
    const verdict = JSON.parse(verified.stdout) as Readonly<{ ok: boolean; difference: string }>
    assert.equal(verdict.ok, false)
    assert.match(verdict.difference, /entry 3 does not have the hash/)
    const examined = await runCdb(['doctor', '--data', data])
    assert.equal(examined.code, 1)
    assert.match(examined.stdout, /FAILED +data folder +.*entry 3/)
  })
})

test('other market data under the same log is found, with the first entry that differs', async () => {
  await inFolder(async (folder) => {
    const data = join(folder, 'data')
    const tape = join(folder, 'trades.csv')
    writeTrades(tape, { seed: 3, trades: 5_000 })
    const recording = ['--recording', tape, '--instrument', 'BTCUSDT.BINANCE', '--speed', 'max']
    assert.equal((await runCdb(['up', ...recording, '--data', data])).code, 0)
    const { size } = statSync(tape)
    const text = readFileSync(tape, 'utf8').replaceAll('.1,0', '.2,0')
    writeFileSync(tape, text)
    assert.equal(statSync(tape).size, size)
    const { code, stdout } = await runCdb(['replay', '--verify', '--data', data])
    assert.equal(code, 4)
    assert.match(stdout, /entry \d+ differs\n {2}on the log: .*\n {2}derived: /)
    const next = await runCdb(['up', ...recording, '--data', data])
    assert.equal(next.code, 1)
    assert.match(next.stderr, /CDB_LOG_DIVERGED: entry/)
  })
})

/** A small file system to fill; it takes the superuser to mount one. */
const mountable = process.platform === 'linux' && process.getuid?.() === 0

test(
  'a full disk ends the run with what to do, and the log goes on once there is space',
  {
    skip: !mountable && 'mounting a small file system needs root on Linux',
  },
  async () => {
    await inFolder(async (folder) => {
      const disk = join(folder, 'disk')
      mkdirSync(disk)
      const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=110m', 'tmpfs', disk])
      assert.equal(mount.status, 0, mount.stderr.toString())
      try {
        const data = join(disk, 'data')
        const holder = startCdb(sim(data, '--speed', 'max'))
        await holder.says('a new run')
        writeFileSync(join(disk, 'ballast'), Buffer.alloc(45 * 2 ** 20))
        assert.equal(await holder.ended, 1)
        assert.match(holder.stderr(), /CDB_DISK_FULL: .*\n {2}mend: free space/)
        const full = await runCdb(sim(data))
        assert.equal(full.code, 1)
        assert.match(full.stderr, /CDB_DISK_FULL/)
        rmSync(join(disk, 'ballast'))
        const verified = await runCdb(['replay', '--verify', '--data', data])
        assert.equal(verified.code, 0, verified.stdout + verified.stderr)
        const next = await runCdb(sim(data, '--for', '0.2', '--json'))
        assert.equal(next.code, 0, next.stderr)
      } finally {
        spawnSync('umount', [disk])
      }
    })
  },
)

test('a strategy file that loops ends the process with a word on it', async () => {
  await inFolder(async (folder) => {
    const tape = join(folder, 'trades.csv')
    writeTrades(tape, { seed: 3, trades: 2_000 })
    const file = join(folder, 'loops.ts')
    writeFileSync(
      file,
      `export default { name: 'loops', description: '', params: [], candleMs: () => null,
        create: () => ({ onTrade: (trade) => { while (trade.tradeId === 1000); return null } }) }`,
    )
    const data = join(folder, 'data')
    const args = ['--recording', tape, '--instrument', 'BTCUSDT.BINANCE', '--speed', 'max', '--data', data]
    const { code, stderr } = await runCdb(['up', ...args, '--strategy', file])
    assert.equal(code, 'SIGKILL')
    assert.match(stderr, /CDB_STRATEGY_STALLED: strategy .*loops\.ts did not return within 10 s/)
    const examined = await runCdb(['doctor', '--data', data])
    assert.match(examined.stdout, /ok +data folder/)
  })
})
