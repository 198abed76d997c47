import { formatDuration } from '../../domain/param.ts'

/** Figures as people read them; exact ones are in `--json`. */
const NONE = 'n/a'

/**
 * Decimal text with groups of thousands and at least two digits after the point, cut (not rounded) at
 * `digits`.
 */
export function moneyFigure(text: string, digits = 2): string {
  const [, sign = '', whole = '0', tail = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  const fraction = tail.slice(0, digits).padEnd(2, '0')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const isZero = /^[0.]*$/.test(`${whole}${fraction}`)
  return `${isZero ? '' : sign}${grouped}.${fraction}`
}

export const countFigure = (value: number): string => value.toLocaleString('en-US')

export const ratioFigure = (value: number | null): string => (value === null ? NONE : value.toFixed(2))

export const percentFigure = (share: number | null): string =>
  share === null ? NONE : `${(share * 100).toFixed(share !== 0 && Math.abs(share) < 0.1 ? 3 : 2)} %`

/** `2024-08-08 23:54:14` in UTC; without the time where it is midnight. */
export function timeFigure(atMs: number | null): string {
  if (atMs === null) return NONE
  const text = new Date(atMs).toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 19)}`
}

/** The two largest units: `5m 46s`, `3d 2h`. */
export function spanFigure(spanMs: number | null): string {
  if (spanMs === null) return NONE
  if (spanMs < 1000) return formatDuration(Math.round(spanMs))
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const
  const parts: string[] = []
  let rest = spanMs
  for (const [unit, unitMs] of units) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0 || parts.length > 0) parts.push(`${count}${unit}`)
  }
  return parts.slice(0, 2).join(' ')
}
