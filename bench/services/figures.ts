import { cpus } from 'node:os'

/** A distribution of times in ms, rounded to tenths. */
export type Times = Readonly<{ count: number; p50: number; p99: number; p999: number; max: number }>

export function timesOf(values: readonly number[]): Times {
  const sorted = values.toSorted((left, right) => left - right)
  const at = (share: number): number => {
    const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share))
    return Math.round((sorted[index] ?? 0) * 10) / 10
  }
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) }
}

export const timesLine = (what: string, { count, p50, p99, p999, max }: Times): string =>
  `${what.padEnd(24)} p50 ${p50} ms, p99 ${p99} ms, p99.9 ${p999} ms, max ${max} ms (${count})`

export const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0

/** Two significant decimals are more than a shared machine repeats. */
export const ratioOf = (value: number, base: number): number => Math.round((value / base) * 100) / 100

export const machineLine = (): string =>
  [
    `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}`,
    `Node.js ${process.versions.node}`,
    new Date().toISOString().slice(0, 10),
  ].join(', ')
