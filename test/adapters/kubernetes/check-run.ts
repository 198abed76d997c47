import assert from 'node:assert/strict'
import type { AuditInput, Check, Problem } from '../../../src/adapters/kubernetes/check.ts'
import { sampleInput } from './audit-sample.ts'

/** What the check of an id finds in a YAML text, deployed as the whole of prod, or in an input. */
export function problemsOf(
  checks: readonly Check[],
  id: string,
  input: string | AuditInput,
): readonly Problem[] {
  const check = checks.find((each) => each.id === id)
  assert.ok(check, `there is a check ${id}`)
  return check.run(typeof input === 'string' ? sampleInput(input) : input)
}

/** Likewise, but only what it says. */
export const messagesOf = (
  checks: readonly Check[],
  id: string,
  input: string | AuditInput,
): readonly string[] => problemsOf(checks, id, input).map(({ message }) => message)

/** A Deployment with the fields of its pods and its one container as YAML in one line each. */
export const deploymentText = ({
  name = 'web',
  namespace = 'shop',
  spec = '',
  pod = '',
  container = '',
}: Readonly<{
  name?: string
  namespace?: string
  spec?: string
  pod?: string
  container?: string
}> = {}): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: ${name} } }
  ${spec}
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      ${pod}
      containers:
        - name: main
          image: shop/${name}:1.2.3
          ${container}
---
`

/** A Service of the pods of a Deployment of that name. */
export const serviceText = (name: string, port = 'port: 80', namespace = 'shop'): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { selector: { app: ${name} }, ports: [{ ${port} }] }
---
`
