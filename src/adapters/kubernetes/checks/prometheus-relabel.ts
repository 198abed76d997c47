import { createHash } from 'node:crypto'
import { at, listAt, numberAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { textsOf } from './scope.ts'

export type Labels = Readonly<Record<string, string>>

/** What becomes of one target: its labels, dropped, or a rule that Prometheus would refuse. */
export type Relabeled =
  | Readonly<{ kind: 'kept'; labels: Labels }>
  | Readonly<{ kind: 'dropped' }>
  | Readonly<{ kind: 'broken'; reason: string }>

type Rule = Readonly<{
  action: string
  source: string
  regex: RegExp
  target: string
  replacement: string
  modulus: number
}>

const DROPPED = { kind: 'dropped' } as const

/**
 * Runs `relabel_configs` over the labels of a target, rule by rule, as Prometheus does: a label that becomes
 * empty is gone. https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config
 */
export function relabel(rules: readonly Value[], labels: Labels): Relabeled {
  let now = labels
  for (const value of rules) {
    const rule = ruleOf(value, now)
    if (typeof rule === 'string') return { kind: 'broken', reason: rule }
    const next = applied(rule, now)
    if (next === null) return DROPPED
    if (typeof next === 'string') return { kind: 'broken', reason: next }
    now = Object.fromEntries(Object.entries(next).filter(([, text]) => text !== ''))
  }
  return { kind: 'kept', labels: now }
}

function ruleOf(value: Value, labels: Labels): Rule | string {
  const names = textsOf(listAt(value, 'source_labels'))
  const given = at(value, 'regex')
  // Prometheus takes any scalar for its text: `regex: true` is what most jobs are written with.
  const isScalar = typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean'
  const written = isScalar ? String(given) : '(.*)'
  const regex = anchored(written)
  if (regex === null) return `regex ${written} cannot be read`
  return {
    action: (textAt(value, 'action') ?? 'replace').toLowerCase(),
    source: names.map((name) => labels[name] ?? '').join(textAt(value, 'separator') ?? ';'),
    regex,
    target: textAt(value, 'target_label') ?? '',
    replacement: textAt(value, 'replacement') ?? numberAt(value, 'replacement')?.toString() ?? '$1',
    modulus: numberAt(value, 'modulus') ?? 0,
  }
}

/** Expressions of Go are those of JavaScript but for the spelling of names and flags; both ends are bound. */
function anchored(written: string): RegExp | null {
  const flags = /^\(\?([is]+)\)/.exec(written)
  const body = written.slice(flags?.[0].length ?? 0).replaceAll('(?P<', '(?<')
  try {
    return new RegExp(`^(?:${body})$`, flags?.[1]?.includes('i') === true ? 'is' : 's')
  } catch {
    return null
  }
}

/** The labels after one rule; null when the target is dropped; why it is no rule, as text. */
function applied(rule: Rule, labels: Labels): Labels | string | null {
  const { action, source, regex, target } = rule
  switch (action) {
    case 'keep':
      return regex.test(source) ? labels : null
    case 'drop':
      return regex.test(source) ? null : labels
    case 'keepequal':
      return source === (labels[target] ?? '') ? labels : null
    case 'dropequal':
      return source === (labels[target] ?? '') ? null : labels
    case 'replace':
      return replaced(rule, labels)
    case 'lowercase':
      return { ...labels, [target]: source.toLowerCase() }
    case 'uppercase':
      return { ...labels, [target]: source.toUpperCase() }
    case 'hashmod':
      return { ...labels, [target]: hashOf(source, rule.modulus).toString() }
    case 'labelmap':
      return mapped(rule, labels)
    case 'labeldrop':
      return Object.fromEntries(Object.entries(labels).filter(([name]) => !regex.test(name)))
    case 'labelkeep':
      return Object.fromEntries(Object.entries(labels).filter(([name]) => regex.test(name)))
    default:
      return `action ${action} does not exist`
  }
}

function replaced({ source, regex, target, replacement }: Rule, labels: Labels): Labels | string {
  if (target === '') return 'a rule that replaces has no target_label'
  const match = regex.exec(source)
  if (match === null) return labels
  const name = expand(target, match)
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? { ...labels, [name]: expand(replacement, match) } : labels
}

function mapped({ regex, replacement }: Rule, labels: Labels): Labels {
  const copies = Object.entries(labels).flatMap(([name, value]) => {
    const match = regex.exec(name)
    return match === null ? [] : [[expand(replacement, match), value] as const]
  })
  return { ...labels, ...Object.fromEntries(copies) }
}

/**
 * Fills `$1`, `${1}` and `${name}` in as Go's `Regexp.Expand` does: the longest name counts, `$$` is a
 * dollar, and a group that is not there is empty.
 */
export const expand = (template: string, match: RegExpExecArray): string =>
  template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$'
    const name = braced ?? bare ?? ''
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? ''
  })

/** The last eight bytes of MD5 by the modulus, as Prometheus shards. */
function hashOf(source: string, modulus: number): bigint {
  const digest = createHash('md5').update(source).digest()
  return modulus > 0 ? digest.readBigUInt64BE(8) % BigInt(modulus) : 0n
}
