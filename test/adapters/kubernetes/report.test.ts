import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditReport } from '../../../src/adapters/kubernetes/report.ts'
import { sampleInput } from './audit-sample.ts'
import { completeInput, reportFacts } from './report-facts.ts'

const problem = { object: 'Deployment shop/web', message: 'is wrong', mend: 'mend it' }

test('the sections are those of the first report, in its order', () => {
  const text = auditReport(reportFacts(completeInput))
  assert.deepEqual(
    [...text.matchAll(/^##? (.+)$/gm)].map((match) => match[1]),
    [
      'Kubernetes & GitOps Audit Report',
      'Executive Summary',
      'Audit Scope',
      'Findings',
      'Acceptance Criteria Verification',
      'Governance Compliance',
      'Quality Metrics',
      'Recommendations',
      'Risk Assessment',
      'Audit Conclusion',
    ],
  )
  assert.match(text, /^- \*\*Date\*\*: 2026-01-06$/m)
  assert.match(text, /^- \*\*Auditor\*\*: `cdb audit k8s`, version 1\.2\.3$/m)
  assert.doesNotMatch(text, /\/audited/, 'no path of the machine')
})

test('when everything holds, also on a cluster, it passes and is ready', () => {
  const text = auditReport(reportFacts(completeInput))
  assert.match(text, /✅ \*\*AUDIT PASSED\*\* - 8 of 8 acceptance criteria met/)
  assert.match(text, /\*\*8\/8 criteria met\*\* ✅/)
  assert.match(text, /\*\*Ready for Deployment\*\*: ✅ \*\*YES\*\*/)
  assert.match(text, /\*\*Governance Compliant\*\*: ✅ \*\*YES\*\*/)
  assert.match(text, /\*\*APPROVE for deployment\*\*/)
  assert.doesNotMatch(text, /^(?:-|\|).*(?:❌|⏳)/m)
})

test('without a cluster the audit passes, but readiness is not shown', () => {
  const text = auditReport(reportFacts(completeInput, {}, false))
  assert.match(text, /✅ \*\*AUDIT PASSED\*\*/)
  assert.match(text, /\*\*Ready for Deployment\*\*: ⏳ \*\*NOT SHOWN\*\* \(L01 not run/)
  assert.match(text, /\*\*Governance Compliant\*\*: ⏳ \*\*NOT SHOWN\*\*/)
  assert.match(text, /^- ⏳ Disaster recovery ready \(X26 passed, G08 passed, L10 not run\)$/m)
  assert.match(text, /^- ⏳ \*\*L08\*\* not run: /m)
})

test('one failed check fails its criterion, its lines and the audit, with the mend', () => {
  const text = auditReport(reportFacts(completeInput, { W11: [problem] }))
  assert.match(text, /❌ \*\*AUDIT FAILED\*\* - 7 of 8 acceptance criteria met/)
  assert.match(text, /^- \[ \] Resource limits \(W11 FAILED \(1\), X24 passed\)$/m)
  assert.match(text, /^\| Resource limits \| Yes \| No \| W11 FAILED \(1\), X24 passed \| ❌ \|$/m)
  assert.match(text, /^- \*\*W11\*\* Deployment shop\/web: is wrong; mend it$/m)
  assert.match(text, /\*\*DO NOT APPROVE yet\*\*/)
  assert.match(text, /\*\*Ready for Deployment\*\*: ❌ \*\*NO\*\*/)
})

test('metrics are numbers of the folder and of the checks', () => {
  const text = auditReport(reportFacts(completeInput, { R05: [problem] }))
  assert.match(text, /^\| Files \| 25\+ \| 32 \| ✅ \|$/m)
  assert.match(text, /^\| Documentation Size \| 50 KiB\+ \| 73\.2 KiB \| ✅ \|$/m)
  assert.match(text, /^\| Validation \| all \| 9 of 10 checks \| ❌ \|$/m)
  const empty = auditReport(reportFacts(sampleInput('')))
  assert.match(empty, /^\| Files \| 25\+ \| 0 \| ❌ \|$/m)
})

test('waivers are shown with reason and day', () => {
  const waiver = { check: 'W17', object: '*', reason: 'one tenant', expires: '2026-06-30' }
  const waived = { ...completeInput, settings: { waivers: [waiver] } }
  const text = auditReport(reportFacts(waived, { W17: [problem] }))
  assert.match(text, /^- \*\*W17\*\* `\*` until 2026-06-30: one tenant$/m)
})

test('a folder in which nothing is deployed proves nothing, though no check finds anything', () => {
  const text = auditReport(reportFacts(sampleInput('')))
  assert.match(text, /❌ \*\*AUDIT FAILED\*\* - 0 of 8 acceptance criteria met/)
  assert.match(text, /^\| GitOps reconcile \| Yes \| No \| no Kustomization of Flux and no Application/m)
  assert.match(text, /^\| Resource limits \| Yes \| No \| overlays\/prod has no workload \| ❌ \|$/m)
  assert.match(text, /^- ⏳ GitOps reconciliation \(G01 without a subject, /m)
})
