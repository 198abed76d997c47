import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../tidy/repository.ts'

export const monitoring = join(root, 'k8s/base/infrastructure/monitoring')
export const rulesFolder = join(monitoring, 'rules')
export const ruleTestsFolder = join(root, 'k8s/tests/rules')

export type AlertRule = Readonly<{
  alert: string
  expr: string
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
}>
export type RuleGroup = Readonly<{ name: string; rules: readonly AlertRule[] }>

/** Paths of the files of a folder, in order. */
export const pathsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))

export const readYaml = (path: string): unknown => parse(readFileSync(path, 'utf8'))

/** Every group of rules, in the order of their files. */
export const ruleGroups = (): readonly RuleGroup[] =>
  pathsIn(rulesFolder).flatMap(
    (path) => (readYaml(path) as Readonly<{ groups: readonly RuleGroup[] }>).groups,
  )

/** Names of metrics in a query: by what they begin with, as every exporter's do. */
export const metricsIn = (query: string): readonly string[] => [
  ...new Set(query.match(/\b(?:cdb|process|nodejs|prometheus|alertmanager)_[a-z0-9_]+/g)),
]
