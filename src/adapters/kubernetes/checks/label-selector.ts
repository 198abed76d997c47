import { at, listAt, textAt, textsAt } from '../value.ts'
import type { Value } from '../value.ts'
import { textsOf } from './scope.ts'

type Labels = Readonly<Record<string, string>>

/**
 * Whether a LabelSelector means a pod: all of `matchLabels` and all of `matchExpressions`. An empty one
 * means every pod.
 */
export function matchesLabels(selector: Value | undefined, labels: Labels): boolean {
  const isEqual = Object.entries(textsAt(selector, 'matchLabels')).every(
    ([key, value]) => labels[key] === value,
  )
  return isEqual && listAt(selector, 'matchExpressions').every((expression) => isMet(expression, labels))
}

/** Whether a LabelSelector has no condition. */
export const isEmptySelector = (selector: Value | undefined): boolean =>
  Object.keys(textsAt(selector, 'matchLabels')).length === 0 &&
  listAt(selector, 'matchExpressions').length === 0

function isMet(expression: Value, labels: Labels): boolean {
  const label = labels[textAt(expression, 'key') ?? '']
  const values = textsOf(listAt(expression, 'values'))
  switch (at(expression, 'operator')) {
    case 'In':
      return label !== undefined && values.includes(label)
    case 'NotIn':
      return label === undefined || !values.includes(label)
    case 'Exists':
      return label !== undefined
    case 'DoesNotExist':
      return label === undefined
    default:
      return false
  }
}
