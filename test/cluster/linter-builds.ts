import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LinterName } from './lint-findings.ts'
import { toolsFolder } from './tools.ts'

/** A linter as a Go module; `from` is the repository, where the proxy knows it by that name only. */
type LinterBuild = Readonly<{ module: string; version: string; from?: string; args: readonly string[] }>

const BUILD_TIMEOUT_MS = 1_800_000

/** Every check of both is on, those that are optional too. */
export const linterBuilds: Readonly<Record<LinterName, LinterBuild>> = {
  'kube-linter': {
    module: 'golang.stackrox.io/kube-linter',
    from: 'github.com/stackrox/kube-linter',
    version: 'v0.8.3',
    // Its validation asks the network for schemas; R02 of the audit has them.
    args: [
      ...['lint', '--add-all-built-in', '--exclude', 'schema-validation'],
      ...['--fail-if-no-objects-found', '--format', 'json', '-'],
    ],
  },
  'kube-score': {
    module: 'github.com/zegl/kube-score',
    version: 'v1.20.0',
    args: [
      'score',
      '--all-default-optional',
      '--kubernetes-version',
      'v1.35',
      '--output-format',
      'json',
      '-',
    ],
  },
}

/** The path of a linter's binary, which is built where it is not there yet. */
export async function buildLinter(name: LinterName, say: (line: string) => void): Promise<string> {
  const { module, version, from } = linterBuilds[name]
  const folder = join(toolsFolder, `${name}-${version}`)
  const binary = join(folder, name)
  if (existsSync(binary)) return binary
  say(`${name} ${version}: building in ${folder}`)
  mkdirSync(folder, { recursive: true })
  const replaced = from === undefined ? '' : `replace ${module} => ${from} ${version}\n`
  writeFileSync(
    join(folder, 'go.mod'),
    `module cdb.local/${name}\n\ngo 1.26.0\n\nrequire ${module} ${version}\n${replaced}`,
  )
  const flags = ['-mod=mod', '-trimpath', '-p', '2', '-ldflags', '-s -w', '-o', `${name}.new`]
  await promisify(execFile)('nice', ['-n', '19', 'go', 'build', ...flags, `${module}/cmd/${name}`], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    timeout: BUILD_TIMEOUT_MS,
    maxBuffer: 8 << 20,
  })
  renameSync(join(folder, `${name}.new`), binary)
  return binary
}
