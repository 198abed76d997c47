/*
 * Checks the manifests on a real API server: `npm run test:cluster`. Without KUBECONFIG it builds and starts
 * clusters of its own; with KUBECONFIG it looks at that cluster, and leaves out what would change it.
 * The last line on stdout is "N passed, N failed", with ", N skipped" when some were.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import type { EventData } from 'node:test'
import { inspect, parseArgs } from 'node:util'
import { whyNoContainers } from './container-machine.ts'
import { whyNoDockerfile } from './dockerfile-machine.ts'
import { createRecorder } from './record.ts'
import type { Recorder } from './record.ts'
import { tools } from './tool-catalog.ts'
import type { SuiteName, Tool } from './tool-catalog.ts'
import { buildTools, isBuilt } from './tools.ts'

const root = join(import.meta.dirname, '..', '..')
const SUITE_TIMEOUT_MS = 2_700_000
type Suite = Readonly<{
  /** 1: nodes are played; 2: containers run. */
  tier: 1 | 2
  /** Reached by its path only, in a process of its own. */
  file: URL
  /** Why it cannot run on this machine; null when it can. */
  whyNot: () => string | null
  /** It builds and runs what a cluster would, without one. */
  isAlone?: true
}>

const always = (): null => null
const suites: Readonly<Record<SuiteName, Suite>> = {
  admission: { tier: 1, file: new URL('./admission-suite.ts', import.meta.url), whyNot: always },
  deploy: { tier: 1, file: new URL('./deploy-suite.ts', import.meta.url), whyNot: always },
  flux: { tier: 1, file: new URL('./flux-suite.ts', import.meta.url), whyNot: always },
  argo: { tier: 1, file: new URL('./argo-suite.ts', import.meta.url), whyNot: always },
  secrets: { tier: 1, file: new URL('./secrets-suite.ts', import.meta.url), whyNot: always },
  containers: { tier: 2, file: new URL('./containers-suite.ts', import.meta.url), whyNot: whyNoContainers },
  production: { tier: 2, file: new URL('./production-suite.ts', import.meta.url), whyNot: whyNoContainers },
  dockerfile: {
    ...{ tier: 2, file: new URL('./dockerfile-suite.ts', import.meta.url) },
    ...{ whyNot: whyNoDockerfile, isAlone: true },
  },
}

const help = `Usage: npm run test:cluster -- [OPTIONS]

Checks k8s/ on a real API server. Without KUBECONFIG it starts clusters of its own, of processes of this machine: etcd,
kube-apiserver, kube-controller-manager and kube-scheduler, in tier 1 with nodes that kwok plays, in tier 2 with
nodes that run containers. They are built once from the Go module proxy and kept in CDB_TOOLS_DIR, or
~/.cache/claire-de-binare.

  --tier N       1: played nodes, Flux and Argo CD; 2: containers, which needs root and containerd; both by default
  --only LIST    these suites: ${Object.keys(suites).join(', ')}
  --build        build the tools, and run nothing
  --built        run nothing where the tools are not built yet, and say so
  --may-change   bring the development environment up on the cluster of KUBECONFIG, which must not have it, and
                 test it there
  --record FILE  write how the tests of live checks ended, for cdb audit k8s --record FILE
  --help         this text

With KUBECONFIG it looks at that cluster: what would change it is left out and told.
`

const { values } = parseArgs({
  options: {
    tier: { type: 'string' },
    only: { type: 'string' },
    build: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
    record: { type: 'string' },
    'may-change': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const isGiven = (process.env['KUBECONFIG'] ?? '') !== ''
const isSuite = (name: string): name is SuiteName => Object.hasOwn(suites, name)

function chosenSuites(): readonly SuiteName[] {
  const { tier = 'any', only } = values
  const names = only?.split(',') ?? Object.keys(suites)
  const unknown = names.find((name) => !isSuite(name))
  if (unknown !== undefined || !['any', '1', '2'].includes(tier)) {
    const message = unknown === undefined ? `there is no tier ${tier}` : `there is no suite ${unknown}`
    process.stderr.write(`${message}; see --help\n`)
    process.exit(2)
  }
  return names.filter(isSuite).filter((name) => tier === 'any' || String(suites[name].tier) === tier)
}

/** Why a suite does not run now; null when it does. */
function whyNot(name: SuiteName): string | null {
  const suite = suites[name]
  if (isGiven) return suite.isAlone === true ? 'it looks at no cluster' : null
  const missing = values.built ? toolsOf([name]).filter((tool) => !isBuilt(tool)) : []
  if (missing.length === 0) return suite.whyNot()
  const names = missing.map((tool) => tool.name).join(', ')
  return `not built yet: ${names}; npm run test:cluster -- --build builds them`
}

/** The programs that some suites need. */
const toolsOf = (names: readonly SuiteName[]): readonly Tool[] =>
  tools.filter((tool) => tool.suites.some((name) => names.includes(name)))

/** Events of the runner that are heard here, and one for all others. */
type TestEvent =
  | Readonly<{ type: 'test:start'; data: unknown }>
  | Readonly<{ type: 'test:stdout' | 'test:stderr'; data: EventData.TestStderr }>
  | Readonly<{ type: 'test:diagnostic'; data: EventData.TestDiagnostic }>
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
  const recorder = createRecorder()
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const files = names.map((name) => suites[name].file.pathname)
  const options = { files, concurrency: 1, timeout: SUITE_TIMEOUT_MS, cwd: root, signal: stopping.signal }
  const events: AsyncIterable<TestEvent> = run(options)
  for await (const event of events) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') process.stderr.write(event.data.message)
    else if (event.type === 'test:diagnostic') tellFigure(event.data)
    else if (event.type === 'test:pass') tell('ok  ', event.data, recorder)
    else if (event.type === 'test:fail') tell('FAIL', event.data, recorder)
    else if (event.type === 'test:summary' && event.data.file === undefined) {
      const { tests, passed, skipped } = event.data.counts
      counts.passed += passed
      counts.skipped += skipped
      counts.failed += tests - passed - skipped
    }
  }
  if (values.record !== undefined) await record(recorder, values.record, names)
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  write(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
}

/** A record of some suites would take what the others left out for shown. */
async function record(recorder: Recorder, path: string, names: readonly SuiteName[]): Promise<void> {
  const absent = Object.keys(suites).filter((name) => !names.some((each) => each === name))
  if (absent.length === 0) await recorder.write(path)
  else write(`${path} is not written: these suites were left out: ${absent.join(', ')}`)
}

function tell(mark: string, data: EventData.TestPass | EventData.TestFail, recorder: Recorder): void {
  if (data.details.type === 'suite' || data.file === undefined) return
  const failure = mark === 'FAIL' ? 'failed' : 'passed'
  recorder.note({ title: data.name, outcome: typeof data.skip === 'string' ? 'skipped' : failure })
  const seconds = (data.details.duration_ms / 1000).toFixed(1)
  const skip = typeof data.skip === 'string' ? `  left out: ${data.skip}` : ''
  write(`${skip === '' ? mark : 'skip'}  ${data.name}  ${seconds} s${skip}`)
  if ('error' in data.details) write(`      ${relative(root, data.file)}\n${textOf(data.details.error)}`)
}

/** What a test measured; the counts that the runner tells at its end are of no file. */
function tellFigure({ file, message }: EventData.TestDiagnostic): void {
  if (file !== undefined) write(`      ${message}`)
}

function textOf(error: Error): string {
  const shown = inspect(error.cause ?? error, { colors: process.stdout.isTTY })
  return shown.replace(/^/gm, '      ')
}

async function main(): Promise<void> {
  const chosen = chosenSuites()
  const reasons = new Map(chosen.map((name) => [name, whyNot(name)]))
  for (const [name, reason] of reasons) {
    if (reason !== null) write(`the suite ${name} is left out: ${reason}`)
  }
  const names = chosen.filter((name) => reasons.get(name) === null)
  if (!isGiven || values.build) {
    await buildTools(toolsOf(names), (line) => process.stderr.write(`${line}\n`))
  }
  if (!values.build && names.length > 0) await inFolderOfTheRun(() => runSuites(names))
}

/** A suite that is killed leaves its files; they go with the folder that all of them are in. */
async function inFolderOfTheRun(work: () => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-cluster-run-'))
  process.env['TMPDIR'] = folder
  if (values['may-change']) process.env['CDB_MAY_CHANGE'] = '1'
  try {
    await work()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (values.help) process.stdout.write(help)
else await main()
