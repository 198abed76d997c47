import { auditCluster } from '../../src/adapters/kubernetes/live-audit.ts'
import { readAuditedFolder } from '../../src/cli/audited-folder.ts'
import type { Kubectl } from './kubectl.ts'

/** What the live audit of a folder of manifests says about a cluster: its findings, by check. */
export async function findingsOf(
  kubectl: Kubectl,
  folder: string,
  environment: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { signal } = new AbortController()
  const { input } = await readAuditedFolder(folder, { overlay: environment, signal })
  const found = await auditCluster(input, (args, text) =>
    kubectl.run(args, text === undefined ? {} : { input: text }),
  )
  return Object.fromEntries(
    [...found].map(([id, problems]) => [id, problems.map(({ object, message }) => `${object}: ${message}`)]),
  )
}
