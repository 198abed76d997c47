/** A point of a curve: time in epoch ms and value. */
export type CurvePoint = Readonly<{ atMs: number; value: number }>

/**
 * A curve of bounded size that looks like the whole one: per slice of time the first, lowest, highest and
 * last value are kept, and slices are merged in pairs when there are too many. Source: U. Jugel, Z. Jerzak,
 * G. Hackenbroich, V. Markl, "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 7 (2014).
 */
export type Curve = {
  readonly slicesMax: number
  sliceMs: number
  slices: Slice[]
}

type Slice = {
  number: number
  firstMs: number
  first: number
  lowMs: number
  low: number
  highMs: number
  high: number
  lastMs: number
  last: number
}

/** Keeps at most pointsMax points (4 for each slice). */
export const createCurve = (pointsMax: number): Curve => ({
  slicesMax: Math.max(2, Math.floor(pointsMax / 4)),
  sliceMs: 1,
  slices: [],
})

/**
 * Adds a value. A time that steps back is taken as the newest time: venues' streams are not ordered with
 * each other.
 */
export function addPoint(curve: Curve, atMs: number, value: number): void {
  const newest = curve.slices.at(-1)
  const at = newest === undefined ? atMs : Math.max(atMs, newest.lastMs)
  const number = Math.floor(at / curve.sliceMs)
  if (newest?.number === number) {
    if (value < newest.low) {
      newest.low = value
      newest.lowMs = at
    }
    if (value > newest.high) {
      newest.high = value
      newest.highMs = at
    }
    newest.last = value
    newest.lastMs = at
    return
  }
  curve.slices.push({
    ...{ number, firstMs: at, first: value, lowMs: at, low: value },
    ...{ highMs: at, high: value, lastMs: at, last: value },
  })
  while (curve.slices.length > curve.slicesMax) halve(curve)
}

/** The kept points in order of time, each once. */
export function pointsOf(curve: Curve): readonly CurvePoint[] {
  const points: CurvePoint[] = []
  for (const slice of curve.slices) {
    const inner = [
      { atMs: slice.lowMs, value: slice.low },
      { atMs: slice.highMs, value: slice.high },
    ]
    if (slice.highMs < slice.lowMs) inner.reverse()
    const kept = [
      { atMs: slice.firstMs, value: slice.first },
      ...inner,
      { atMs: slice.lastMs, value: slice.last },
    ]
    for (const point of kept) {
      const before = points.at(-1)
      if (before?.atMs !== point.atMs || before.value !== point.value) points.push(point)
    }
  }
  return points
}

function halve(curve: Curve): void {
  const slices: Slice[] = []
  curve.sliceMs *= 2
  for (const slice of curve.slices) {
    const number = Math.floor(slice.firstMs / curve.sliceMs)
    const before = slices.at(-1)
    if (before?.number !== number) {
      slices.push({ ...slice, number })
      continue
    }
    if (slice.low < before.low) Object.assign(before, { low: slice.low, lowMs: slice.lowMs })
    if (slice.high > before.high) Object.assign(before, { high: slice.high, highMs: slice.highMs })
    before.last = slice.last
    before.lastMs = slice.lastMs
  }
  curve.slices = slices
}
