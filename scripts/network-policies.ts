import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { parse, stringify } from 'yaml'
import { policiesByFolder } from './flow-policies.ts'
import type { Flow, FlowTable } from './flow-policies.ts'
import { writeGenerated } from './generated-files.ts'

/*
 * Writes the network policies of k8s/components from k8s/flows.yaml: node scripts/network-policies.ts. With
 * --check it writes nothing, and ends with 1 where a file differs.
 */
const k8s = join(import.meta.dirname, '..', 'k8s')

/** The table as it stands in k8s/flows.yaml. Throws where a row lacks something. */
export function readFlowTable(): FlowTable {
  const { components, flows } = parse(readFileSync(join(k8s, 'flows.yaml'), 'utf8')) as Readonly<{
    components: FlowTable['components']
    flows: readonly Readonly<Partial<Flow>>[]
  }>
  return { components, flows: flows.map(flowOf) }
}

function flowOf({ from, to, port, why, when }: Readonly<Partial<Flow>>): Flow {
  if (
    typeof from === 'string' &&
    typeof to === 'string' &&
    typeof port === 'number' &&
    typeof why === 'string'
  ) {
    return { from, to, port, why, when: when ?? null }
  }
  throw new Error(
    `k8s/flows.yaml: a flow needs from, to, port and why: ${JSON.stringify({ from, to, port })}`,
  )
}

const HEAD = '# Written by `node scripts/network-policies.ts` from k8s/flows.yaml; a test compares the two.\n'

/** What the files must hold, by their path. */
export async function policyFiles(table: FlowTable): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const [folder, policies] of policiesByFolder(table)) {
    const text = HEAD + policies.map((policy) => stringify(policy)).join('---\n')
    const path = join(k8s, 'components', folder, 'network-policies.yaml')
    files.set(path, await format(text, { parser: 'yaml', printWidth: 110, singleQuote: true }))
  }
  return files
}

if (import.meta.main) {
  writeGenerated(await policyFiles(readFlowTable()), 'node scripts/network-policies.ts')
}
