import { execFileSync } from 'node:child_process'
import {
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { killAfter, killLeader, pauseLeader, venueFault } from './row.ts'
import type { Row, RowContext } from './row.ts'

const redisCli = ({ cluster }: RowContext, ...args: readonly string[]): string =>
  execFileSync('redis-cli', ['-p', String(cluster.redis.port), ...args], {
    encoding: 'utf8',
    timeout: 20_000,
  })

/** The file of Redis that holds most. */
function largestFile({ cluster }: RowContext): string {
  const folder = join(cluster.redis.folder, 'appendonlydir')
  const [largest] = readdirSync(folder)
    .filter((name) => !name.endsWith('.manifest'))
    .map((name) => join(folder, name))
    .sort((left, right) => statSync(right).size - statSync(left).size)
  if (largest === undefined) throw new Error(`no append-only file in ${folder}`)
  return largest
}

async function withVenueFault(
  context: RowContext,
  fault: Readonly<Record<string, unknown>>,
  ms: number,
): Promise<string> {
  await venueFault(context, fault)
  await sleep(ms)
  await fetch(`${context.cluster.venueUrl}/sim/faults?kind=${String(fault['kind'])}`, { method: 'DELETE' })
  return `the venue: ${JSON.stringify(fault)}`
}

const executionRows: readonly Row[] = [
  { row: 1, title: 'execution dies at an approval', inject: (c) => killAfter(c, 'approved', 'execution') },
  { row: 2, title: 'execution dies at a submission', inject: (c) => killAfter(c, 'submitting', 'execution') },
  {
    row: 3,
    title: 'execution dies after its POST, before the reply',
    async inject(context) {
      await venueFault(context, { kind: 'dropReply', count: 1 })
      return killAfter(context, 'submitting', 'execution')
    },
  },
  { row: 4, title: 'execution dies at an answer', inject: (c) => killAfter(c, 'accepted', 'execution') },
  { row: 5, title: 'execution dies at a fill', inject: (c) => killAfter(c, 'filled', 'execution') },
  { row: 6, title: 'risk dies while it decides', inject: (c) => killAfter(c, 'signal', 'risk') },
  { row: 7, title: 'signal dies at a signal', inject: (c) => killAfter(c, 'signal', 'signal') },
  {
    row: 8,
    title: 'execution is paused beyond its lease',
    isHeavy: true,
    inject: (context) => pauseLeader(context, 'execution', 15_000),
  },
  {
    row: 9,
    title: 'the bytes of a POST are held back',
    async inject({ cluster }) {
      const heal = cluster.proxies.venue.add({ kind: 'latency', ms: 6_000 }, 'toServer')
      await sleep(7_000)
      heal()
      return 'requests to the venue arrived 6 s late for 7 s'
    },
  },
  {
    row: 10,
    title: 'the venue takes orders, replies are lost',
    inject: (context) => withVenueFault(context, { kind: 'resetAfterRequest', count: 2 }, 5_000),
  },
  {
    row: 13,
    title: '503 with and without success',
    async inject(context) {
      await venueFault(context, { kind: 'error5xxAccepted', count: 1 })
      return withVenueFault(context, { kind: 'error5xxRefused', count: 1 }, 5_000)
    },
  },
]

const redisRows: readonly Row[] = [
  {
    row: 19,
    title: 'Redis is killed and started again',
    async inject({ cluster }) {
      await cluster.redis.kill()
      await sleep(2_000)
      await cluster.redis.start()
      return 'kill -9 of Redis, back after 2 s'
    },
  },
  {
    row: 20,
    title: 'Redis loses its tail',
    async inject(context) {
      await context.cluster.redis.kill()
      const path = largestFile(context)
      truncateSync(path, Math.max(0, statSync(path).size - 20_000))
      await context.cluster.redis.start()
      return 'kill -9 of Redis, the last 20 kB of its file cut off'
    },
  },
  {
    row: 21,
    title: 'the file of Redis is damaged in its middle',
    isHeavy: true,
    async inject(context) {
      const { redis } = context.cluster
      await redis.kill()
      const path = largestFile(context)
      const bytes = readFileSync(path)
      const middle = Math.floor(bytes.length / 2)
      bytes.fill(0, middle, Math.min(bytes.length, middle + 64))
      writeFileSync(path, bytes)
      const hasStarted = await redis.start().then(
        () => true,
        () => false,
      )
      if (hasStarted) return 'damaged in its middle; Redis started all the same'
      rmSync(join(redis.folder, 'appendonlydir'), { recursive: true, force: true })
      await redis.start()
      return 'damaged in its middle; Redis refused to start and was replaced by an empty one'
    },
  },
  {
    row: 22,
    title: 'Redis is emptied',
    inject: (context) => Promise.resolve(`FLUSHALL: ${redisCli(context, 'FLUSHALL').trim()}`),
  },
  {
    row: 23,
    title: 'Redis is frozen',
    async inject({ cluster }) {
      const { pid } = cluster.redis
      process.kill(pid, 'SIGSTOP')
      await sleep(8_000)
      process.kill(pid, 'SIGCONT')
      return 'Redis stood still for 8 s'
    },
  },
  {
    row: 24,
    title: 'Redis fails over to a copy that is behind',
    async inject({ cluster: { redis } }) {
      const folder = join(redis.folder, 'appendonlydir')
      cpSync(folder, `${folder}.behind`, { recursive: true })
      await sleep(3_000)
      await redis.kill()
      rmSync(folder, { recursive: true })
      renameSync(`${folder}.behind`, folder)
      await redis.start()
      return 'kill -9 of Redis, and a copy of 3 s before in its place'
    },
  },
  {
    row: 25,
    title: 'Redis has no memory left',
    async inject(context) {
      redisCli(context, 'CONFIG', 'SET', 'maxmemory', '1mb')
      await sleep(5_000)
      redisCli(context, 'CONFIG', 'SET', 'maxmemory', '0')
      return 'maxmemory of 1 MB for 5 s'
    },
  },
  {
    row: 27,
    title: 'streams are trimmed under their readers',
    inject(context) {
      const keys = redisCli(context, 'KEYS', '*').trim().split('\n')
      for (const key of keys) redisCli(context, 'XTRIM', key, 'MAXLEN', '0')
      return Promise.resolve(`XTRIM MAXLEN 0 of ${keys.join(', ')}`)
    },
  },
  {
    row: 28,
    title: 'entries that nobody wrote',
    inject(context) {
      const keys = redisCli(context, 'KEYS', 'md:*').trim().split('\n')
      for (const key of keys) redisCli(context, 'XADD', key, '*', 'junk', 'junk')
      redisCli(context, 'XADD', 'log:paper', '9000000000-1', 'seq', '9000000000', 'hash', 'none')
      return Promise.resolve(`junk in ${keys.join(', ')} and a forged entry far ahead of the log`)
    },
  },
]

const databaseRows: readonly Row[] = [
  {
    row: 29,
    title: 'PostgreSQL stops at once and comes back',
    isHeavy: true,
    async inject({ cluster, random }) {
      const isKilled = random() < 0.5
      await (isKilled ? cluster.postgres.kill() : cluster.postgres.stop('immediate'))
      await sleep(2_000)
      await cluster.postgres.start()
      return isKilled ? 'kill -9 of the postmaster, back after 2 s' : 'immediate stop, back after 2 s'
    },
  },
  {
    row: 30,
    title: 'backends end in the middle of commits',
    async inject({ cluster }) {
      for (let round = 0; round < 10; round++) {
        await cluster.db.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'cdb %'",
        )
        cluster.proxies.database.cut()
        await sleep(100)
      }
      return 'ten times all backends terminated and connections cut, 100 ms apart'
    },
  },
  {
    row: 32,
    title: 'PostgreSQL is slow',
    isHeavy: true,
    async inject({ cluster }) {
      const heal = cluster.proxies.database.add({ kind: 'latency', ms: 1_000 }, 'both')
      await sleep(8_000)
      heal()
      return 'risk and execution saw PostgreSQL 2 s late for 8 s'
    },
  },
  {
    row: 34,
    title: 'risk and execution are cut off from PostgreSQL, the venue is there',
    isHeavy: true,
    async inject({ cluster }) {
      const heal = cluster.proxies.database.add({ kind: 'blackhole' }, 'both')
      await sleep(12_000)
      heal()
      cluster.proxies.database.cut()
      return 'nothing passed to PostgreSQL for 12 s'
    },
  },
]

const networkRows: readonly Row[] = [
  {
    row: 35,
    title: 'execution is cut off from the venue',
    isHeavy: true,
    async inject({ cluster }) {
      const heal = cluster.proxies.venue.add({ kind: 'refuse' })
      cluster.proxies.venue.cut()
      await sleep(8_000)
      heal()
      return 'the venue refused connections for 8 s'
    },
  },
  {
    row: 36,
    title: 'a bad and narrow network',
    async inject({ cluster }) {
      const { database, venue } = cluster.proxies
      const heals = [database, venue].flatMap((proxy) => [
        proxy.add({ kind: 'latency', ms: 50, jitterMs: 200 }, 'both'),
        proxy.add({ kind: 'slicer', bytes: 64, delayMs: 1 }, 'both'),
      ])
      await sleep(6_000)
      for (const heal of heals) heal()
      return '50 to 250 ms late in slices of 64 bytes for 6 s'
    },
  },
  {
    row: 37,
    title: "the venue's clock is ahead",
    async inject(context) {
      return withVenueFault(context, { kind: 'clockSkew', ms: 30_000 }, 6_000)
    },
  },
  {
    row: 44,
    title: 'bad market data',
    async inject(context) {
      const kinds = [
        'feedGap',
        'feedDuplicate',
        'feedFrozen',
        'feedCrossed',
        'feedPriceTimes10',
        'closeStreams',
      ]
      const kind = kinds[Math.floor(context.random() * kinds.length)] ?? 'feedGap'
      return withVenueFault(context, { kind, forMs: 3_000 }, 4_000)
    },
  },
]

const processRows: readonly Row[] = [
  {
    row: 39,
    title: 'risk ends as when its memory is used up',
    async inject({ cluster, lost }) {
      const leader = await cluster.leaderOf('risk')
      if (leader === null) return 'risk: none leads'
      lost('risk', true)
      leader.signal('SIGABRT')
      return `${leader.name} aborted`
    },
  },
  {
    row: 40,
    title: 'an event loop stands still',
    isHeavy: true,
    inject: (context) => pauseLeader(context, 'risk', 12_000),
  },
  {
    row: 42,
    title: 'a rolling restart',
    isHeavy: true,
    async inject({ cluster, lost }) {
      for (const member of cluster.members) {
        if ((await cluster.leaderOf(member.role)) === member) lost(member.role, true)
        member.signal('SIGTERM')
        await sleep(1_500)
      }
      return 'every replica told to stop in turn, 1.5 s apart'
    },
  },
  {
    row: 43,
    title: 'a kill while execution fails over and Redis is away',
    isHeavy: true,
    async inject(context) {
      const { cluster } = context
      await cluster.redis.kill()
      const killed = await killLeader(context, 'execution')
      const answer = await cluster.cdb(
        'kill',
        '--scope',
        'account:paper',
        '--reason',
        'drill',
        '--actor',
        'ada',
      )
      await sleep(3_000)
      await cluster.redis.start()
      await cluster.cdb('resume', '--scope', 'account:paper', '--reason', 'drill is over', '--actor', 'ada')
      return `${killed}, Redis away; ${answer.trim()}`
    },
  },
  {
    row: 45,
    title: 'both executions are killed',
    isHeavy: true,
    inject({ cluster, lost }) {
      lost('execution', true)
      for (const member of cluster.membersOf('execution')) member.kill()
      return Promise.resolve('both executions killed')
    },
  },
  {
    row: 47,
    title: 'a limit is lowered below its use',
    async inject({ cluster }) {
      const of = ['--reason', 'drill', '--actor', 'ada', '--approver', 'bob']
      await cluster.cdb('limits', 'set', 'C12.accountMax=1', ...of)
      await sleep(3_000)
      await cluster.cdb('limits', 'set', 'C12.accountMax=50', ...of)
      return 'one open order allowed for 3 s'
    },
  },
]

/**
 * The rows of the fault matrix that a machine can do to itself; docs/operating/chaos.md has those it cannot.
 */
export const rows: readonly Row[] = [
  ...executionRows,
  ...redisRows,
  ...databaseRows,
  ...networkRows,
  ...processRows,
]
