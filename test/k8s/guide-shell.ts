import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isShell, readDocument } from '../../src/adapters/kubernetes/checks/documents-text.ts'
import { findKubectl } from '../cluster/kubectl.ts'
import { sound } from '../k8s-scripts/fake-cluster.ts'
import type { Answers } from '../k8s-scripts/fake-cluster.ts'
import { root } from '../tidy/repository.ts'

/**
 * Shell blocks of a page of k8s, in their order; indented ones of lists without their indent. With headings,
 * those that stand right below one of them.
 */
export function shellBlocks(page: string, headings?: readonly string[]): readonly string[] {
  const text = readFileSync(join(root, 'k8s', page), 'utf8')
  const lines = text.split('\n')
  const headingAbove = (line: number): string =>
    lines
      .slice(0, line - 1)
      .findLast((each) => /^#{2,6} /.test(each))
      ?.replace(/^#+ /, '') ?? ''
  return readDocument(text)
    .blocks.filter(isShell)
    .filter(({ line }) => headings === undefined || headings.includes(headingAbove(line)))
    .map((block) => {
      const indent = /^ */.exec(block.text)?.[0] ?? ''
      return block.text.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
    })
}

const kubectl = await findKubectl()

/** What kubectl prints for a folder below k8s. */
export const rendered = (folder: string): string =>
  execFileSync(kubectl, ['kustomize', join(root, 'k8s', folder)], { encoding: 'utf8', maxBuffer: 32 << 20 })

export type ShellRun = Readonly<{
  code: number | null
  stdout: string
  stderr: string
  /** What was called beside kubectl, with its arguments. */
  programs: readonly string[]
  /** Arguments of each call of kubectl. */
  calls: readonly string[]
  /** What `kubectl create secret` was given: text by key, by name of the Secret. */
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What lies in its folder for temporary files afterwards. */
  leftBehind: readonly string[]
}>

/** Programs that a test has not, or must not run; they are noted, and do nothing. */
const STAND_INS = ['docker', 'kind', 'npm', 'sleep', 'git', 'curl', 'flux', 'pg_dump', 'jq'] as const
const MORE_STAND_INS = ['kubeseal', 'vault', 'aws'] as const

const NOTE = `#!/bin/sh
printf '%s %s\\n' "\${0##*/}" "$*" >> "$FAKE_KUBECTL/programs"
`

/** Runs text as one bash, in a folder of its own that is removed, with the given kubectl. */
function runText(
  text: string,
  options: Readonly<{
    kubectl: string
    cwd: string
    files?: Answers
    environment?: Readonly<Record<string, string>>
  }>,
): ShellRun {
  const fake = mkdtempSync(join(tmpdir(), 'cdb-guide-'))
  try {
    const bin = join(fake, 'bin')
    const temporary = join(fake, 'tmp')
    for (const folder of [bin, temporary, join(fake, 'answers')]) mkdirSync(folder)
    const put = (name: string, script: string): void => {
      writeFileSync(join(bin, name), script)
      chmodSync(join(bin, name), 0o755)
    }
    for (const name of [...STAND_INS, ...MORE_STAND_INS]) put(name, NOTE)
    put('npx', '#!/bin/sh\nshift\nPATH=$GUIDE_PATH exec "$GUIDE_NODE" "$GUIDE_ROOT/src/cli/cdb.ts" "$@"\n')
    copyFileSync(options.kubectl, join(bin, 'kubectl'))
    chmodSync(join(bin, 'kubectl'), 0o755)
    for (const [name, answer] of Object.entries(options.files ?? {})) {
      writeFileSync(join(fake, 'answers', name), answer)
    }
    const { status, stdout, stderr } = spawnSync('bash', ['-c', text], {
      ...{ cwd: options.cwd, encoding: 'utf8', timeout: 300_000, input: '', maxBuffer: 32 << 20 },
      env: {
        ...{ PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: fake, TMPDIR: temporary },
        ...{ FAKE_KUBECTL: fake, FAKE_KUBECTL_FAILS_AT: '0', KUBECONFIG: '/dev/null' },
        GUIDE_PATH: `${dirname(kubectl)}:${process.env['PATH'] ?? ''}`,
        ...{ GUIDE_ROOT: root, GUIDE_NODE: process.execPath, XDG_CACHE_HOME: join(fake, 'cache') },
        ...options.environment,
      },
    })
    return {
      ...{ code: status, stdout, stderr },
      programs: linesOf(join(fake, 'programs')),
      calls: linesOf(join(fake, 'calls')).map((call) => call.replaceAll('\t', ' ')),
      secrets: secretsOf(join(fake, 'secrets')),
      leftBehind: readdirSync(temporary),
    }
  } finally {
    rmSync(fake, { recursive: true, force: true })
  }
}

const linesOf = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []

const secretsOf = (folder: string): ShellRun['secrets'] =>
  Object.fromEntries(
    (existsSync(folder) ? readdirSync(folder) : []).map((name) => [
      name,
      Object.fromEntries(
        readdirSync(join(folder, name)).map((key) => [key, readFileSync(join(folder, name, key), 'utf8')]),
      ),
    ]),
  )

/**
 * Runs every block of the quickstart in one bash that ends at the first fault, from the root of the
 * repository. The database is of the given address, and the port of the page is its port.
 */
export function runQuickstart(database: Readonly<{ url: string; port: number }>): ShellRun {
  const blocks = shellBlocks('QUICKSTART.md').map(
    (block, index) => `echo "block ${index + 1}" >&2\n${block.replaceAll('15432', String(database.port))}`,
  )
  const layers = ['infrastructure', 'migrations', 'services']
  return runText(`set -euo pipefail\n${blocks.join('\n')}`, {
    ...{ kubectl: join(import.meta.dirname, 'guide-kubectl.sh'), cwd: root },
    environment: { GUIDE_DATABASE: database.url },
    files: {
      ...sound,
      'render-dev': rendered('overlays/dev'),
      ...Object.fromEntries(layers.map((layer) => [`render-${layer}`, rendered(`overlays/dev/${layer}`)])),
      ...{ namespace: 'claire-de-binare/dev', 'namespace.1': '' },
      ...{ 'secret-cdb-secrets.1': '', 'secret-grafana-admin.1': '' },
    },
  })
}

const REAL = `#!/bin/bash
IFS=$'\\t'
words="\${*//$'\\n'/ }"
printf '%s\\n' "$words" >> "$FAKE_KUBECTL/calls"
if ! said=$("$GUIDE_KUBECTL" "$@" 2>&1 >/dev/null < /dev/null); then
  printf '%s\\t%s\\n' "\${said//$'\\n'/ }" "$words" >> "$FAKE_KUBECTL/programs"
fi
`

/** Nothing listens there. */
const NOWHERE = `apiVersion: v1
kind: Config
current-context: nowhere
clusters: [{ name: nowhere, cluster: { server: 'http://127.0.0.1:1' } }]
contexts: [{ name: nowhere, context: { cluster: nowhere, user: '' } }]
`

/**
 * What a real kubectl without a cluster complains of, call by call, when blocks are run; the scripts of k8s
 * do nothing.
 */
export function complaintsOf(
  blocks: readonly string[],
): Readonly<{ calls: number; complaints: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-guide-root-'))
  try {
    cpSync(join(root, 'k8s'), join(folder, 'k8s'), { recursive: true })
    for (const script of ['deploy-k8s.sh', 'cleanup-k8s.sh']) {
      writeFileSync(join(folder, 'k8s', script), '#!/bin/sh\n')
    }
    const wrapper = join(folder, 'kubectl')
    writeFileSync(wrapper, REAL)
    const kubeconfig = join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, NOWHERE)
    // The reader of the page on Secrets brings it.
    writeFileSync(join(folder, 'ca.crt'), '')
    // What ends at its first fault would hide the calls behind it, and what is removed is needed again.
    const text = blocks.map((block) => block.replaceAll(/^ *set -e$/gm, '')).join('\n')
    const head = 'namespace=cdb-trading\nrm() { :; }\nnpx() { :; }\n'
    const { programs, calls } = runText(head + text, {
      ...{ kubectl: wrapper, cwd: folder },
      environment: { GUIDE_KUBECTL: kubectl, KUBECONFIG: kubeconfig },
    })
    return { calls: calls.length, complaints: programs.filter((line) => line.includes('\t')) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
