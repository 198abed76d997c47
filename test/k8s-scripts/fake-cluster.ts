import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { root } from '../tidy/repository.ts'

/** Where the scripts lie. */
export const scripts = join(root, 'k8s')

/** What the fake kubectl says, by the name of the call; see fake-kubectl.sh. */
export type Answers = Readonly<Record<string, string>>

export type Outcome = Readonly<{
  code: number | null
  stdout: string
  stderr: string
  /** The arguments of each call, the temporary folder written as FOLDER and the folder k8s as K8S. */
  calls: readonly string[]
  /** What lies in its folder for temporary files afterwards. */
  leftBehind: readonly string[]
  /** What a file held when it was given to a verb, such as `delete` and `services.yaml`. */
  fileGiven(verb: string, name: string): string | null
}>

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata:
  labels:
    app.kubernetes.io/part-of: claire-de-binare
  name: cdb-trading
`
const CLAIM = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: postgresql-backup
  namespace: cdb-trading
`
const plain = (apiVersion: string, kind: string, name: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  namespace: cdb-trading\n`

const KEYS = {
  database: ['ws', 'signal', 'risk', 'execution', 'db-writer', 'control', 'read', 'backup', 'admin'],
  redis: ['ws', 'signal', 'risk', 'execution', 'db-writer', 'migrate'],
} as const

/** A cluster in which everything is as it should be, before the first deployment of prod. */
export const sound: Answers = {
  'client-version': '{\n  "clientVersion": {\n    "gitVersion": "v1.35.0"\n  }\n}\n',
  'current-context': 'kind-test\n',
  server: 'https://127.0.0.1:6443',
  'api-ready': 'ok',
  priorities: ['cdb-critical', 'cdb-standard']
    .map((name) => `priorityclass.scheduling.k8s.io/${name}\n`)
    .join(''),
  'render-infrastructure': [NAMESPACE, plain('apps/v1', 'StatefulSet', 'redis'), CLAIM].join('---\n'),
  'render-migrations': plain('batch/v1', 'Job', 'cdb-migrate'),
  'render-services': plain('apps/v1', 'Deployment', 'cdb-ws'),
  namespace: 'claire-de-binare/prod',
  managers: 'Service  redis  <none>  <none>  <none>\n',
  'secret-cdb-secrets': [
    ...KEYS.database.map((name) => `database-password-${name}\n`),
    ...KEYS.redis.map((name) => `redis-password-${name}\n`),
  ].join(''),
  'secret-grafana-admin': 'admin-password\nadmin-user\n',
  'check-infrastructure': 'namespace/cdb-trading\nstatefulset.apps/redis\n',
  'check-migrations': 'job.batch/cdb-migrate\n',
  'check-services': 'service/cdb-ws\ndeployment.apps/cdb-ws\n',
  'watch-pods': 'cdb-ws-1  Running  true  0  <none>\nredis-0  Running  true,true  0,1  <none>\n',
  'watch-endpoints': 'cdb-ws  true\nredis  true,true\n',
  summary: 'deployment.apps/cdb-ws  2/2\n',
  retention: 'redis  Retain\n',
  volumes: 'persistentvolumeclaim/data-redis-0\n',
}

/** Runs a script of the folder k8s against the fake kubectl, from a folder that is not the repository's. */
export function runScript(
  context: TestContext,
  name: string,
  args: readonly string[],
  options: Readonly<{ answers?: Answers; failsAt?: number; typed?: string; withoutKubectl?: boolean }> = {},
): Outcome {
  const fake = fs.mkdtempSync(join(tmpdir(), 'cdb-fake-kubectl-'))
  context.after(() => {
    fs.rmSync(fake, { recursive: true, force: true })
  })
  const folders = { answers: join(fake, 'answers'), bin: join(fake, 'bin'), temporary: join(fake, 'tmp') }
  for (const folder of Object.values(folders)) fs.mkdirSync(folder)
  for (const [file, text] of Object.entries({ ...sound, ...options.answers })) {
    fs.writeFileSync(join(folders.answers, file), text)
  }
  const kubectl = join(folders.bin, 'kubectl')
  fs.copyFileSync(join(import.meta.dirname, 'fake-kubectl.sh'), kubectl)
  fs.chmodSync(kubectl, 0o755)
  const { status, stdout, stderr } = spawnSync('/bin/bash', [join(scripts, name), ...args], {
    cwd: fake,
    encoding: 'utf8',
    input: options.typed ?? '',
    timeout: 60_000,
    env: {
      PATH:
        options.withoutKubectl === true
          ? toolsOnly(folders.bin)
          : `${folders.bin}:${process.env['PATH'] ?? ''}`,
      FAKE_KUBECTL: fake,
      FAKE_KUBECTL_FAILS_AT: String(options.failsAt ?? 0),
      TMPDIR: folders.temporary,
    },
  })
  const log = join(fake, 'calls')
  const calls = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trimEnd().split('\n') : []
  return {
    code: status,
    stdout,
    stderr,
    calls: calls.map((call) => withoutPaths(call, folders.temporary)),
    leftBehind: fs.readdirSync(folders.temporary),
    fileGiven: (verb, file) => {
      const path = join(fake, `seen-${verb}-${file}`)
      return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : null
    },
  }
}

const withoutPaths = (call: string, temporary: string): string =>
  call
    .replaceAll('\t', ' ')
    .replaceAll(new RegExp(`${temporary}/[^/ ]+`, 'g'), 'FOLDER')
    .replaceAll(scripts, 'K8S')

/** A folder for PATH that has what the scripts need but no kubectl. */
function toolsOnly(bin: string): string {
  fs.rmSync(join(bin, 'kubectl'))
  for (const tool of ['dirname', 'mktemp', 'rm']) {
    const found = spawnSync('bash', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim()
    fs.symlinkSync(found, join(bin, tool))
  }
  return bin
}
