import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runAudit } from '../../src/adapters/kubernetes/audit-outcome.ts'
import { checks } from '../../src/adapters/kubernetes/checks.ts'
import { readAuditedFolder } from '../../src/cli/audited-folder.ts'

/**
 * The forerunner's delivery, written anew in small: what its own audit report called ready is what this audit
 * must refuse. Faults are numbered as in the study of it.
 */
const { input, given } = await readAuditedFolder(join(import.meta.dirname, 'kubernetes', 'forerunner'), {
  overlay: null,
  signal: new AbortController().signal,
})
const { results, findings } = runAudit({ checks, input, given, live: new Map(), today: '2026-01-06' })

const countOf = (kinds: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...new Set(kinds)].sort().map((kind) => [kind, kinds.filter((each) => each === kind).length]),
  )

test('base, dev and prod of the forerunner render the 27 objects that its report counts', () => {
  const seen = input.builds.map(({ path, error, manifests }) => [
    path,
    error,
    countOf(manifests.map(({ kind }) => kind)),
  ])
  const objects = {
    ConfigMap: 2,
    Deployment: 8,
    Namespace: 1,
    PersistentVolumeClaim: 5,
    Secret: 1,
    Service: 9,
    StatefulSet: 1,
  }
  assert.deepEqual(seen, [
    ['base', null, objects],
    ['overlays/dev', null, objects],
    ['overlays/prod', null, objects],
  ])
})

/** Checks that the forerunner passes, or has no subject for; it fails all others. */
const passing: readonly string[] = [
  ...['R01', 'R04', 'R06', 'R07', 'R10'],
  ...['W01', 'W02'],
  ...['X01', 'X04', 'X05', 'X06', 'X07', 'X09', 'X13', 'X23', 'X26'],
  ...['S02', 'S04', 'S07'],
  ...['G02', 'G04', 'G12', 'G14'],
]

for (const { id, title } of checks) {
  const expected = passing.includes(id) ? 'passed' : 'failed'
  test(`the forerunner has ${expected} ${id}: ${title}`, () => {
    assert.equal(results.find((result) => result.id === id)?.outcome, expected)
  })
}

type Sign = Readonly<{ id: string; at: RegExp; says: RegExp }>

/** A finding of a check, at a file or an object, that says so. */
const sign = (id: string, at: RegExp, says: RegExp): Sign => ({ id, at, says })

const faults: Readonly<Record<string, readonly Sign[]>> = {
  'K3: overlays rename the stores, and configuration does not know': [
    sign('X14', /cdb-config/, /REDIS_HOST names redis/),
    sign('X14', /cdb-config/, /POSTGRES_HOST names postgresql/),
  ],
  'K4: base, dev and prod share a namespace': [
    sign('G07', /cdb-trading/, /overlays\/dev and overlays\/prod/),
  ],
  'K5: Services send to the pods of every environment': [
    sign('X03', /Service cdb-trading\/prod-redis/, /it sends to 3 workloads: .*dev-redis.*prod-redis/),
    sign('X02', /StatefulSet cdb-trading\/dev-postgresql/, /also means the pods of .*prod-postgresql/),
  ],
  'K6: what is called infrastructure is the whole base, services too': [
    sign('G06', /Kustomization flux-system\/cdb-infrastructure/, /deploys .*cdb-execution/),
    sign('R09', /./, /./),
  ],
  'K7: a Secret of placeholders is applied over the real one': [
    sign('S01', /Secret cdb-trading\/(?:dev-|prod-)?cdb-secrets/, /./),
    sign('S03', /cdb-secrets/, /./),
    sign('R05', /Secret .*cdb-secrets/, /CHANGE_ME/),
  ],
  'K8: the script looks for a Secret that no pod of an overlay reads': [
    sign('D02', /deploy-k8s\.sh/, /cdb-secrets/),
    sign('D02', /deploy-k8s\.ps1/, /cdb-secrets/),
  ],
  'K9: three inventories own one Namespace, and pruning one deletes it': [
    sign('G05', /Kustomization flux-system\/cdb-prod/, /Namespace cdb-trading/),
    sign('G08', /Namespace cdb-trading/, /is deleted by Flux/),
  ],
  'K10: Flux refuses validation': [
    sign('G01', /Kustomization flux-system\/cdb-prod/, /validation/),
    sign('R02', /Kustomization flux-system\/cdb-prod/, /validation/),
  ],
  'K11: the folder that Flux is started on holds objects of Argo CD': [
    sign('G15', /flux/, /Flux and of Argo CD/),
  ],
  'K12: PostgreSQL of Alpine runs as the user of Debian': [
    sign('W08', /StatefulSet cdb-trading\/prod-postgresql/, /runAsUser is 999, and postgres is made for 70/),
  ],
  'K13: the database has another user than its schema grants to': [
    sign('X17', /./, /POSTGRES_USER is cdb_user, and claire_user is specified/),
  ],
  'K14: signal is not told its strategy': [
    sign('X16', /Deployment cdb-trading\/prod-cdb-signal/, /SIGNAL_STRATEGY_ID is required/),
  ],
  'K15: ws is not told its source': [
    sign('X16', /Deployment cdb-trading\/prod-cdb-ws/, /WS_SOURCE is required/),
  ],
  'K16: nobody allocates, so risk blocks all': [
    sign('X19', /flows\.yaml/, /cdb-allocation is the end of a flow/),
  ],
  'K17: db-writer is probed where it does not listen': [
    sign('X15', /Deployment cdb-trading\/prod-cdb-db-writer/, /METRICS_PORT is 9090/),
  ],
  'K18: execution gets keys by names that it does not read': [
    sign('X16', /prod-cdb-execution/, /EXCHANGE_API_KEY is set, and the service reads no such variable/),
    sign('X16', /prod-cdb-execution/, /MEXC_API_KEY is required/),
  ],
  'K19: limits are set that nobody reads': [
    sign('X16', /prod-cdb-risk/, /MAX_POSITIONS is set, and the service reads no such variable/),
    sign('X16', /prod-cdb-risk/, /ENVIRONMENT is set, and the service reads no such variable/),
  ],
  'K20: two pods of each service hear every message': [
    sign('W16', /Deployment cdb-trading\/prod-cdb-execution/, /2 pods of it listen to one bus/),
    sign('W16', /Deployment cdb-trading\/prod-cdb-db-writer/, /2 pods of it listen to one bus/),
  ],
  'K21: two pods want one volume of one node, and rollouts wait for themselves': [
    sign('X10', /PersistentVolumeClaim cdb-trading\/prod-signal-models/, /prod-cdb-signal \(2\)/),
    sign('W15', /Deployment cdb-trading\/prod-redis/, /which its old pod holds/),
    sign('W15', /Deployment cdb-trading\/prod-grafana/, /which its old pod holds/),
  ],
  'K22: Redis evicts streams and keeps no log': [
    sign('W11', /Deployment cdb-trading\/prod-redis/, /allkeys-lru/),
    sign('W11', /Deployment cdb-trading\/prod-redis/, /loses what came after its last snapshot/),
  ],
  'K23: Prometheus may not look for pods': [
    sign('X20', /prod-prometheus/, /default may not get, list and watch pods/),
  ],
  'K24: relabeling makes addresses without a host': [
    sign('X20', /prod-prometheus/, /the rules make 8002:, which is no host and port/),
  ],
  'K25: ws and signal are not scraped, and there are no rules': [
    sign('X20', /prod-cdb-ws/, /scraped by no Prometheus/),
    sign('X20', /prod-cdb-signal/, /scraped by no Prometheus/),
    sign('X21', /./, /./),
  ],
  'K26: Grafana shows nothing, and shares a password with PostgreSQL': [
    sign('X22', /prod-grafana/, /has no data source/),
    sign('X22', /prod-grafana/, /Secret .*cdb-secrets/),
  ],
  'K27: the script waits for what is not there and swallows that': [
    sign('D02', /deploy-k8s\.sh/, /deployment\/redis/i),
    sign('D03', /deploy-k8s\.sh/, /a statefulset never has the condition ready/),
    sign('D01', /deploy-k8s\.sh/, /swallows a failure/),
  ],
  'K28: PowerShell is continued as a shell is, and exit codes are not read': [
    sign('D01', /deploy-k8s\.ps1/, /nobody reads the exit code/),
    sign('D01', /deploy-k8s\.ps1/, /backslash|\\/),
  ],
  'K29: cleanup selects a label that no object has': [
    sign('D05', /cleanup-k8s\.ps1/, /environment=\$Environment/),
    sign('D06', /README\.md/, /cleanup-k8s\.sh/),
  ],
  'K30: a patch changes nothing, and dev does not debug': [
    sign('X27', /overlays\/prod/, /security-patch\.yaml repeats what is there/),
    sign('X17', /dev-cdb-ws/, /LOG_LEVEL is INFO/),
  ],
}

for (const [fault, signs] of Object.entries(faults)) {
  test(`the audit finds ${fault}`, () => {
    for (const { id, at, says } of signs) {
      const own = findings.filter((finding) => finding.id === id)
      const isFound = own.some(
        ({ file, object, message }) => at.test(`${file ?? ''} ${object}`) && says.test(message),
      )
      const said = own.map(({ file, object, message }) => `${file ?? ''} ${object}: ${message}`).slice(0, 12)
      assert.ok(isFound, `${id} does not say ${String(says)} at ${String(at)}, but:\n${said.join('\n')}`)
    }
  })
}
