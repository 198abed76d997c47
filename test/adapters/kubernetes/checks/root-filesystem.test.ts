import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rootFilesystemChecks } from '../../../../src/adapters/kubernetes/checks/root-filesystem.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const readOnly = 'securityContext: { readOnlyRootFilesystem: true }'

test('a read-only root with a limited folder for what is written passes W04', () => {
  const text = deploymentText({
    pod: 'volumes: [{ name: tmp, emptyDir: { sizeLimit: 16Mi } }]',
    container: `${readOnly}
          env: [{ name: TMPDIR, value: /tmp/work }]
          volumeMounts: [{ name: tmp, mountPath: /tmp }]`,
  })
  assert.deepEqual(problemsOf(rootFilesystemChecks, 'W04', text), [])
})

test('W04 refuses a root that can be written and an emptyDir without a limit', () => {
  const text = deploymentText({ pod: 'volumes: [{ name: tmp, emptyDir: {} }]' })
  assert.deepEqual(messagesOf(rootFilesystemChecks, 'W04', text), [
    'container main: its root file system can be written',
    'emptyDir tmp has no sizeLimit',
  ])
})

test('W04 misses a volume where a variable or an option says that files are written', () => {
  const text = deploymentText({
    pod: 'volumes: [{ name: config, configMap: { name: a } }]',
    container: `${readOnly}
          args: [venue, --state=/state/venue.jsonl]
          env: [{ name: TMPDIR, value: /tmp }]
          volumeMounts: [{ name: config, mountPath: /tmp }]`,
  })
  assert.deepEqual(messagesOf(rootFilesystemChecks, 'W04', text), [
    'container main: it writes to /tmp (TMPDIR), which is no volume that can be written',
    'container main: it writes to /state (--state=/state/venue.jsonl), which is no volume that can be written',
  ])
})

test('W04 knows the folders of images that others make, unless another program of theirs runs', () => {
  const pod = (more: string) =>
    `{ apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { containers: [{ name: main, ` +
    `image: grafana/grafana:12.1.0, ${more} ${readOnly} }] } }`
  assert.deepEqual(messagesOf(rootFilesystemChecks, 'W04', pod('')), [
    'container main: it writes to /var/lib/grafana (grafana/grafana:12.1.0), which is no volume that can be written',
  ])
  assert.deepEqual(problemsOf(rootFilesystemChecks, 'W04', pod('command: [grafana, cli],')), [])
})
