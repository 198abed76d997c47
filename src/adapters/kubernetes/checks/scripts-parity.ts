import type { AuditInput, Check, Problem } from '../check.ts'
import {
  isEntry,
  isFixed,
  kubectlCalls,
  optionNames,
  optionOf,
  scriptsOf,
  wholeLines,
} from './scripts-source.ts'
import type { KubectlCall, Line, Script } from './scripts-source.ts'

/** D04: a script works from every folder, asks before it touches prod, and is the same in both shells. */
export const scriptParityChecks: readonly Check[] = [
  {
    id: 'D04',
    severity: 'high',
    title: 'scripts work from any folder, ask before prod, and are the same in both shells',
    run: parityProblems,
  },
]

type Whole = Readonly<{ script: Script; lines: readonly Line[]; calls: readonly KubectlCall[] }>

function parityProblems(input: AuditInput): readonly Problem[] {
  const all = scriptsOf(input)
  const entries = all
    .filter((script) => script.shell !== 'sh' && isEntry(script, all))
    .map((script) => wholeOf(script, all))
    .filter(({ calls }) => calls.length > 0)
  return [...entries.flatMap(placeProblems), ...entries.flatMap(promptProblems), ...pairProblems(entries)]
}

function wholeOf(script: Script, all: readonly Script[]): Whole {
  const lines = wholeLines(script, all)
  return { script, lines, calls: kubectlCalls(script.path, lines) }
}

/** A path that begins in the working directory is found from one folder only. */
function placeProblems({ lines, calls }: Whole): readonly Problem[] {
  const knowsPlace = lines.some(({ text }) =>
    /BASH_SOURCE|\bdirname\b.*\$0|PSScriptRoot|MyInvocation/.test(text),
  )
  const goesThere = lines.some(({ text }) =>
    /^\s*(?:cd|pushd|Set-Location|Push-Location)\s.*(?:BASH_SOURCE|\$0|PSScriptRoot)/i.test(text),
  )
  if (knowsPlace && goesThere) return []
  return calls.flatMap((call) => {
    const path = pathOf(call)
    if (path === undefined || !isRelative(path)) return []
    return [
      {
        ...{ file: call.path, line: call.line, object: '' },
        message: `${path} is found from one working directory only`,
        mend: 'begin paths with the folder of the script: ${BASH_SOURCE[0]}, $PSScriptRoot',
      },
    ]
  })
}

const pathOf = (call: KubectlCall): string | undefined => {
  const kustomize = call.words.indexOf('kustomize')
  return kustomize < 0 ? optionOf(call, '-k', '--kustomize', '-f', '--filename') : call.words[kustomize + 1]
}

const isRelative = (path: string): boolean =>
  path !== '' && path !== '-' && !/^(?:[/${~@]|[a-z]+:)/i.test(path)

const CHANGES: readonly string[] = ['apply', 'create', 'delete', 'replace', 'patch', 'scale']

/** What changes a cluster says which one it is, and asks before prod. */
function promptProblems({ script, lines, calls }: Whole): readonly Problem[] {
  if (!calls.some(({ words }) => words.some((word) => CHANGES.includes(word)))) return []
  const asks = lines.some(({ text }) =>
    /^\s*(?:.*[;&|]\s*)?read\s|Read-Host|\[Console\]::In\.ReadLine|ShouldContinue/i.test(text),
  )
  const shows = calls.some(({ words }) => words.includes('current-context'))
  const problem = (message: string, mend: string): Problem => ({
    ...{ file: script.path, line: 1, object: '' },
    ...{ message, mend },
  })
  return [
    ...(asks
      ? []
      : [
          problem('asks nobody before it changes prod', 'ask for a typed word, and take --yes instead of it'),
        ]),
    ...(shows
      ? []
      : [problem('does not say which cluster it changes', 'show `kubectl config current-context`')]),
  ]
}

const stemOf = ({ path }: Script): string => path.replace(/\.\w+$/, '')

/** Where one script is there for both shells, each is. */
function pairProblems(entries: readonly Whole[]): readonly Problem[] {
  const bash = new Map(
    entries.filter(({ script }) => script.shell === 'bash').map((each) => [stemOf(each.script), each]),
  )
  const other = entries.filter(({ script }) => script.shell === 'powershell')
  const paired = other.filter(({ script }) => bash.has(stemOf(script)))
  if (paired.length === 0) return []
  const alone = entries.filter(({ script }) => !paired.some((each) => stemOf(each.script) === stemOf(script)))
  return [
    ...alone.map(({ script }) => ({
      ...{ file: script.path, line: 1, object: '' },
      message: `is there for ${script.shell} only, though others are for both shells`,
      mend: `write ${stemOf(script)}${script.shell === 'bash' ? '.ps1' : '.sh'}`,
    })),
    ...paired.flatMap((each) => differences(bash.get(stemOf(each.script)), each)),
  ]
}

function differences(left: Whole | undefined, right: Whole): readonly Problem[] {
  if (left === undefined) return []
  const problem = (line: number, message: string, mend: string): Problem => ({
    ...{ file: right.script.path, line, object: '' },
    ...{ message, mend },
  })
  const options = [left, right].map(({ script, lines }) => optionNames(script, lines).join(', '))
  const found = []
  if (options[0] !== options[1]) {
    const [there = '', here = ''] = options
    const message = `takes other options than ${left.script.path}: ${here}; there: ${there}`
    found.push(problem(1, message, 'give both the same options'))
  }
  const [ours, theirs] = [left, right].map(({ calls }) => calls.map(shown))
  const index = Array.from({ length: Math.max(ours?.length ?? 0, theirs?.length ?? 0) }).findIndex(
    (_, place) => ours?.[place] !== theirs?.[place],
  )
  if (index >= 0) {
    const [here = 'none', there = 'none'] = [theirs?.[index], ours?.[index]]
    const message = `call ${index + 1} of kubectl is "${here}", in ${left.script.path} "${there}"`
    found.push(problem(right.calls[index]?.line ?? 1, message, 'make the same calls in the same order'))
  }
  return found
}

/** A call as both shells may write it: every variable looks the same. */
const shown = ({ words }: KubectlCall): string =>
  words.map((word) => (isFixed(word) ? word : word.replaceAll(/\$\{?\w+\}?/g, '$'))).join(' ')
