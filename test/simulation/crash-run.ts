import { parseArgs } from 'node:util'
import { runCrashPoints } from './crash-points.ts'

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})

const startMs = performance.now()
const { failed, kinds, ...counts } = await runCrashPoints({
  which: values.all ? 'all' : 'effects',
  every: Number(values.every),
  onPoint(done, of) {
    if (done % 100 === 0) process.stderr.write(`${done} of ${of} points\n`)
  },
})
for (const { point, label, violations } of failed.slice(0, 20)) {
  process.stderr.write(
    `${point.kind} ${point.point} call ${point.call} (${label}): ${violations.join('\n  ')}\n`,
  )
}
const seconds = Math.round((performance.now() - startMs) / 100) / 10
const summary = { ...counts, violations: failed.length, kinds: [...kinds].sort(), seconds }
process.stdout.write(`${JSON.stringify(summary, null, values.json ? 0 : 2)}\n`)
process.exit(failed.length === 0 ? 0 : 1)
