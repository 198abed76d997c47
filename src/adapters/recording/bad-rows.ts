/** A row of the input that was left out, and why. Lines count from 1. */
export type BadRow = Readonly<{ file: string; line: number; reason: string }>

/** Bad rows kept with their reason; all are counted. */
export const BAD_ROWS_LISTED_MAX = 20

export type BadRows = { count: number; readonly list: BadRow[] }

export const createBadRows = (): BadRows => ({ count: 0, list: [] })

export function addBadRow(bad: BadRows, row: BadRow): void {
  bad.count++
  if (bad.list.length < BAD_ROWS_LISTED_MAX) bad.list.push(row)
}
