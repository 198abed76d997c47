/*
 * Checks the manifests on a real API server: `npm run test:cluster`. Without KUBECONFIG it builds and starts
 * a control plane of its own; with KUBECONFIG it looks at that cluster, and leaves out what would change it.
 * The last line on stdout is "N passed, N failed", with ", N skipped" when some were.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import type { EventData } from 'node:test'
import { inspect, parseArgs } from 'node:util'
import { tools } from './tool-catalog.ts'
import { binaryOf, buildTools } from './tools.ts'

const root = join(import.meta.dirname, '..', '..')
const SUITE_TIMEOUT_MS = 1_800_000
/** What is named here is reached by its path only, in a process of its own. */
const suites = {
  admission: new URL('./admission-suite.ts', import.meta.url),
  deploy: new URL('./deploy-suite.ts', import.meta.url),
  flux: new URL('./flux-suite.ts', import.meta.url),
  argo: new URL('./argo-suite.ts', import.meta.url),
}

const help = `Usage: npm run test:cluster -- [OPTIONS]

Checks k8s/ on a real API server. Without KUBECONFIG it starts one of its own: etcd, kube-apiserver,
kube-controller-manager and kube-scheduler as processes of this machine, with nodes and pods that kwok plays.
They are built once from the Go module proxy and kept in CDB_TOOLS_DIR, or ~/.cache/claire-de-binare.

  --tier N       1: a control plane without containers, the default and the only one
  --only LIST    these suites: ${Object.keys(suites).join(', ')}
  --build        build the tools, and run nothing
  --built        run nothing where the tools are not built yet, and say so
  --help         this text

With KUBECONFIG it looks at that cluster: what would change it is left out and told.
`

const { values } = parseArgs({
  options: {
    tier: { type: 'string', default: '1' },
    only: { type: 'string' },
    build: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

type SuiteName = keyof typeof suites
const isSuite = (name: string): name is SuiteName => Object.hasOwn(suites, name)

function chosenSuites(): readonly SuiteName[] {
  const names = values.only?.split(',') ?? Object.keys(suites)
  const unknown = names.find((name) => !isSuite(name))
  if (unknown === undefined && values.tier === '1') return names.filter(isSuite)
  const message = unknown === undefined ? `there is no tier ${values.tier}` : `there is no suite ${unknown}`
  process.stderr.write(`${message}; see --help\n`)
  process.exit(2)
}

/** Events of the runner that are heard here, and one for all others. */
type TestEvent =
  | Readonly<{ type: 'test:start'; data: unknown }>
  | Readonly<{ type: 'test:stdout' | 'test:stderr'; data: EventData.TestStderr }>
  | Readonly<{ type: 'test:pass'; data: EventData.TestPass }>
  | Readonly<{ type: 'test:fail'; data: EventData.TestFail }>
  | Readonly<{ type: 'test:summary'; data: EventData.TestSummary }>

const write = (line: string): void => void process.stdout.write(`${line}\n`)

/** Whoever ends the run ends its suites, and the kernel ends what they have started. */
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopping.abort()
  })
}

async function runSuites(names: readonly SuiteName[]): Promise<void> {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const files = names.map((name) => suites[name].pathname)
  const options = { files, concurrency: 1, timeout: SUITE_TIMEOUT_MS, cwd: root, signal: stopping.signal }
  const events: AsyncIterable<TestEvent> = run(options)
  for await (const event of events) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') process.stderr.write(event.data.message)
    else if (event.type === 'test:pass') tell('ok  ', event.data)
    else if (event.type === 'test:fail') tell('FAIL', event.data)
    else if (event.type === 'test:summary' && event.data.file === undefined) {
      const { tests, passed, skipped } = event.data.counts
      counts.passed += passed
      counts.skipped += skipped
      counts.failed += tests - passed - skipped
    }
  }
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  write(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
}

function tell(mark: string, data: EventData.TestPass | EventData.TestFail): void {
  if (data.details.type === 'suite' || data.file === undefined) return
  const seconds = (data.details.duration_ms / 1000).toFixed(1)
  const skip = typeof data.skip === 'string' ? `  left out: ${data.skip}` : ''
  write(`${skip === '' ? mark : 'skip'}  ${data.name}  ${seconds} s${skip}`)
  if ('error' in data.details) write(`      ${relative(root, data.file)}\n${textOf(data.details.error)}`)
}

function textOf(error: Error): string {
  const shown = inspect(error.cause ?? error, { colors: process.stdout.isTTY })
  return shown.replace(/^/gm, '      ')
}

if (values.help) process.stdout.write(help)
else if (values.built && tools.some((tool) => !existsSync(binaryOf(tool)))) {
  write('the cluster tests are left out: build their tools with npm run test:cluster -- --build')
} else {
  const names = chosenSuites()
  const given = process.env['KUBECONFIG'] ?? ''
  if (given === '' || values.build) {
    await buildTools(tools, (line) => process.stderr.write(`${line}\n`))
  }
  if (!values.build) await inFolderOfTheRun(() => runSuites(names))
}

/** A suite that is killed leaves its files; they go with the folder that all of them are in. */
async function inFolderOfTheRun(work: () => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-cluster-run-'))
  process.env['TMPDIR'] = folder
  try {
    await work()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
