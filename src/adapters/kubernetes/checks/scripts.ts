import type { AuditInput, Check, Problem } from '../check.ts'
import { kindOf } from './scripts-kinds.ts'
import {
  isEntry,
  isFixed,
  kubectlCalls,
  optionOf,
  plainWords,
  scriptsOf,
  wholeLines,
} from './scripts-source.ts'
import type { KubectlCall, Line, Script } from './scripts-source.ts'

/** D01 and D03: a script ends where something fails, and waits for what can come. */
export const scriptChecks: readonly Check[] = [
  {
    id: 'D01',
    severity: 'high',
    title: 'scripts end at the first failure and swallow none',
    run: (input) => scriptsOf(input).flatMap(failureProblems),
  },
  {
    id: 'D03',
    severity: 'high',
    title: 'waits fit the kind, end by themselves, and say what went wrong',
    run: waitProblems,
  },
]

/** The part of a problem that is the same wherever in the script it is. */
const problemAt = (path: string, line: number, message: string, mend: string): Problem => ({
  ...{ file: path, line, object: '' },
  ...{ message, mend },
})

function failureProblems(script: Script): readonly Problem[] {
  const commands = script.lines.filter(({ isRow }) => !isRow)
  const begin =
    script.shell === 'powershell' ? powershellBegin(script, commands) : shellBegin(script, commands)
  return [
    ...begin,
    ...commands.flatMap((command) => swallowed(script, command)),
    ...unchecked(script, commands),
  ]
}

function shellBegin({ path, shell }: Script, commands: readonly Line[]): readonly Problem[] {
  const set = commands.filter(({ text }) => /^\s*set\s+-/.test(text)).map(({ text }) => text)
  const has = (letter: string, word: string): boolean =>
    set.some((line) => new RegExp(`\\s-[a-z]*${letter}|\\b${word}\\b`).test(line))
  const missing = [
    ...(has('e', 'errexit') ? [] : ['-e']),
    ...(has('u', 'nounset') ? [] : ['-u']),
    ...(shell === 'sh' || set.some((line) => line.includes('pipefail')) ? [] : ['-o pipefail']),
  ]
  if (missing.length === 0) return []
  const wanted = shell === 'sh' ? 'set -eu' : 'set -euo pipefail'
  return [
    problemAt(
      path,
      1,
      `goes on after a failure: ${missing.join(', ')} is not set`,
      `begin with \`${wanted}\``,
    ),
  ]
}

function powershellBegin({ path }: Script, commands: readonly Line[]): readonly Problem[] {
  if (commands.some(({ text }) => /\$ErrorActionPreference\s*=\s*["']Stop["']/i.test(text))) return []
  const message = 'goes on after a failure: $ErrorActionPreference is not Stop'
  return [problemAt(path, 1, message, "begin with `$ErrorActionPreference = 'Stop'`")]
}

type Swallow = Readonly<{ pattern: RegExp; message: string; mend: string }>

const SHELL_SWALLOWS: readonly Swallow[] = [
  {
    pattern:
      /\|\|\s*(?:true|:)\s*(?:[;)}]|$)|^(?!\s*(?:\[\[?\s|\(\()).*\|\|\s*(?:exit|return)\s+0\s*(?:[;)}]|$)/,
    message: 'swallows a failure',
    mend: 'handle it or let the script end',
  },
  { pattern: /^\s*set\s+\+e/, message: 'goes on after failures', mend: 'keep `set -e` on' },
  {
    pattern: /\bkubectl\b.*(?:2>|&>)\s*\/dev\/null/,
    message: 'hides what kubectl complains of',
    mend: 'leave stderr alone; `--ignore-not-found` is for what may be absent',
  },
  {
    pattern: /\bkubectl\b.*\|\|\s*(?:echo|printf|warn\w*|log\w*)\b(?!.*(?:;|&&)\s*(?:exit|return)\b)/,
    message: 'tells of a failure and goes on',
    mend: 'end with the exit code of kubectl',
  },
]

const POWERSHELL_SWALLOWS: readonly Swallow[] = [
  {
    pattern: /\\\s*$/,
    message: 'ends with a backslash, which does not continue a line in PowerShell',
    mend: 'give the arguments as an array, or end the line with a backtick',
  },
  {
    pattern: /\bkubectl\b.*(?:2>|\*>)\s*\$null/i,
    message: 'hides what kubectl complains of',
    mend: 'leave stderr alone; `--ignore-not-found` is for what may be absent',
  },
  {
    pattern: /\$ErrorActionPreference\s*=\s*["'](?:Silently)?Continue/i,
    message: 'goes on after failures',
    mend: "keep it 'Stop'",
  },
]

const swallowed = ({ path, shell }: Script, { line, text }: Line): readonly Problem[] =>
  (shell === 'powershell' ? POWERSHELL_SWALLOWS : SHELL_SWALLOWS)
    .filter(({ pattern }) => pattern.test(text))
    .map(({ message, mend }) => problemAt(path, line, `${message}: ${text.trim()}`, mend))

/** In PowerShell a program that fails throws nothing: its exit code must be read soon after. */
const LINES_UNTIL_READ_MAX = 3

function unchecked({ path, shell }: Script, commands: readonly Line[]): readonly Problem[] {
  if (shell !== 'powershell') return []
  if (commands.some(({ text }) => /\$PSNativeCommandUseErrorActionPreference\s*=\s*\$true/i.test(text)))
    return []
  return commands.flatMap(({ line, text }, index) => {
    if (!/(?:^|[\s=(&{])kubectl(?:\.exe)?\s+[^)\s]/.test(withoutTexts(text)) || /Get-Command/i.test(text))
      return []
    const soon = commands.slice(index, index + LINES_UNTIL_READ_MAX)
    if (soon.some((next) => /\$LASTEXITCODE/i.test(next.text))) return []
    const mend = 'read $LASTEXITCODE after it and end with it: try and catch see no exit code'
    return [problemAt(path, line, `nobody reads the exit code of: ${text.trim()}`, mend)]
  })
}

const withoutTexts = (text: string): string => text.replace(/"(?:[^"`]|`.)*"|'[^']*'/g, '""')

/** Conditions that a kind's controller sets; a kind that is not here may set any. */
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  deployment: ['available', 'progressing', 'replicafailure'],
  statefulset: [],
  daemonset: [],
  replicaset: [],
  service: [],
  job: ['complete', 'failed', 'suspended', 'successcriteriamet', 'failuretarget'],
}
const ROLLED_OUT: readonly string[] = ['deployment', 'statefulset', 'daemonset']

function waitProblems(input: AuditInput): readonly Problem[] {
  const all = scriptsOf(input)
  const faults = all.flatMap((script) => kubectlCalls(script.path, script.lines).flatMap(waitFaults))
  return [...faults, ...all.filter((script) => isEntry(script, all)).flatMap((script) => mute(script, all))]
}

const isWait = ({ words }: KubectlCall): boolean =>
  words[0] === 'wait' || (words.includes('rollout') && words.includes('status'))

function waitFaults(call: KubectlCall): readonly Problem[] {
  if (!isWait(call)) return []
  const shown = `kubectl ${call.words.join(' ')}`
  const fault = (message: string, mend: string): Problem => problemAt(call.path, call.line, message, mend)
  const endless = optionOf(call, '--timeout') === undefined
  const words = plainWords(call)
  const target = words[0] === 'rollout' ? words[2] : words[1]
  return [
    ...(endless ? [fault(`waits as long as kubectl likes: ${shown}`, 'give --timeout')] : []),
    ...(target === undefined || !isFixed(target) ? [] : kindFaults(call, target, fault)),
  ]
}

function kindFaults(
  call: KubectlCall,
  target: string,
  fault: (message: string, mend: string) => Problem,
): readonly Problem[] {
  const kind = kindOf(target)
  if (call.words.includes('rollout')) {
    const mend = 'wait for a Job with `kubectl wait --for=condition=complete`'
    return ROLLED_OUT.includes(kind) ? [] : [fault(`a ${kind} has no rollout: ${target}`, mend)]
  }
  const condition = /^condition=([^=]+)/i.exec(optionOf(call, '--for') ?? '')?.[1]
  const known = CONDITIONS[kind]
  if (condition === undefined || known === undefined || known.includes(condition.toLowerCase())) return []
  const mend = ROLLED_OUT.includes(kind)
    ? 'use `kubectl rollout status`'
    : `wait for one of: ${known.join(', ')}`
  return [fault(`a ${kind} never has the condition ${condition}: ${target}`, mend)]
}

/** A script that waits and then only says that it failed. */
function mute(script: Script, all: readonly Script[]): readonly Problem[] {
  const calls = kubectlCalls(script.path, wholeLines(script, all))
  const first = calls.find(isWait)
  if (first === undefined) return []
  const asks = (verb: string): boolean => calls.some(({ words }) => words.includes(verb))
  const missing = [
    ...(asks('describe') ? [] : ['describe']),
    ...(asks('events') ? [] : ['events']),
    ...(asks('logs') ? [] : ['logs']),
  ]
  if (missing.length === 0) return []
  const message = `shows nothing of why a wait failed: no kubectl ${missing.join(', ')}`
  return [problemAt(script.path, first.line, message, 'describe the workload, its events and its last logs')]
}
