import { deployed } from '../check.ts'
import type { AuditInput, Check, Problem } from '../check.ts'
import { kubectlCalls, optionNames, optionOf, plainWords, scriptsOf, wholeLines } from './scripts-source.ts'
import type { KubectlCall, Line, Script } from './scripts-source.ts'
import { kindsOf } from './scripts-kinds.ts'
import { knownLabels, matchesAny, selectorPairs } from './scripts-labels.ts'

/** D05: what removes an environment removes that one only, and no data unless it is asked for. */
export const scriptCleanupChecks: readonly Check[] = [
  {
    id: 'D05',
    severity: 'blocker',
    title: 'cleanup removes its environment only, and keeps the data unless it is asked for',
    run: cleanupProblems,
  },
]

function cleanupProblems(input: AuditInput): readonly Problem[] {
  const all = scriptsOf(input)
  return all.flatMap((script) => {
    const lines = wholeLines(script, all)
    const deletes = kubectlCalls(script.path, script.lines).filter(isDelete)
    return deletes.flatMap((call) => deleteProblems(input, script, lines, call))
  })
}

const isDelete = (call: KubectlCall): boolean => plainWords(call)[0] === 'delete'

/** `all` is no kind, and holds no volume, but it is as blunt. */
const DATA: readonly string[] = ['namespace', 'persistentvolumeclaim', 'persistentvolume', 'all']
/** Kinds of the cluster: a namespace cannot bound what is deleted of them. */
const OF_CLUSTER: readonly string[] = ['namespace', 'persistentvolume']

function deleteProblems(
  input: AuditInput,
  script: Script,
  lines: readonly Line[],
  call: KubectlCall,
): readonly Problem[] {
  const [, word = '', name] = plainWords(call)
  const kinds = kindsOf(word)
  const file = optionOf(call, '-f', '--filename', '-k', '--kustomize')
  const problem = (message: string, mend: string): Problem => ({
    ...{ file: call.path, line: call.line, object: '' },
    message: `${message}: kubectl ${call.words.join(' ')}`,
    mend,
  })
  if (file !== undefined) return fileProblems(lines, file, problem)
  const isData = kinds.some((kind) => DATA.includes(kind)) || call.words.includes('--all')
  const isNamed = name !== undefined || word.includes('/')
  return [
    ...(isData ? dataProblems(script, lines, problem) : []),
    ...(kinds.includes('namespace') ? sharedProblems(input, problem) : []),
    ...(kinds.some((kind) => OF_CLUSTER.includes(kind)) ? [] : placeProblems(call, problem)),
    ...(isNamed ? [] : selectorProblems(input, lines, call, problem)),
  ]
}

type Say = (message: string, mend: string) => Problem

/** By file goes all that is in it, so the script must have taken out what holds data. */
function fileProblems(lines: readonly Line[], file: string, problem: Say): readonly Problem[] {
  const text = lines.map((line) => line.text).join('\n')
  if (/\bNamespace\b/.test(text) && /\bPersistentVolumeClaim\b/.test(text)) return []
  const mend = 'take the Namespace and every PersistentVolumeClaim out of what is deleted'
  return [problem(`deletes all that ${file} holds, the namespace and the volumes too`, mend)]
}

const ASKS = /^\s*(?:.*[;&|]\s*)?read\s|Read-Host|\[Console\]::In\.ReadLine/i

function dataProblems(script: Script, lines: readonly Line[], problem: Say): readonly Problem[] {
  const hasOption = optionNames(script, lines).some((name) => /data|volume|pvc|purge/.test(name))
  const asks = lines.some(({ text }) => ASKS.test(text))
  return hasOption && asks
    ? []
    : [
        problem(
          'deletes volumes unasked',
          'do it only for an option of its own, such as --delete-data, and a typed word',
        ),
      ]
}

/** A namespace of two environments is nobody's to delete. */
function sharedProblems(input: AuditInput, problem: Say): readonly Problem[] {
  const owners = new Map<string, Set<string>>()
  for (const { environment, manifests } of deployed(input)) {
    for (const { namespace } of manifests) {
      if (namespace === '' || environment === null) continue
      owners.set(namespace, (owners.get(namespace) ?? new Set()).add(environment))
    }
  }
  return [...owners]
    .filter(([, environments]) => environments.size > 1)
    .map(([namespace, environments]) =>
      problem(
        `deletes a namespace, and ${namespace} is that of ${[...environments].join(' and ')}`,
        'give each environment its own namespace',
      ),
    )
}

function placeProblems(call: KubectlCall, problem: Say): readonly Problem[] {
  if (optionOf(call, '-n', '--namespace') !== undefined && !call.words.includes('-A')) return []
  return [problem('deletes in whatever namespace the context names', 'give --namespace')]
}

/** Without a name it deletes what its selector finds: that must be some, and not everything. */
function selectorProblems(
  input: AuditInput,
  lines: readonly Line[],
  call: KubectlCall,
  problem: Say,
): readonly Problem[] {
  const selector = optionOf(call, '-l', '--selector')
  if (selector === undefined) {
    const mend = "select by the labels of the environment's own objects"
    return [problem('deletes everything in the namespace', mend)]
  }
  const pairs = selectorPairs(selector, lines)
  const known = knownLabels(deployed(input))
  if (known.length === 0 || matchesAny(pairs, known, input.environments)) return []
  return [problem('selects nothing that is rendered', 'select by labels that the objects have')]
}
