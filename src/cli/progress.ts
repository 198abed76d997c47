import { createLogUpdate } from 'log-update'

/**
 * Tells how far long work has come, on stderr: one moving line on a terminal, a line now and then elsewhere.
 */
export type Progress = Readonly<{
  update(text: string): void
  /** Clears the moving line. */
  end(): void
}>

const REDRAW_MS = 100
const LINE_MS = 5_000

export function createProgress(stderr: NodeJS.WritableStream): Progress {
  const isTTY = (stderr as Readonly<{ isTTY?: boolean }>).isTTY === true
  const draw = isTTY ? createLogUpdate(stderr) : null
  let shownMs = performance.now()
  return {
    update(text) {
      const nowMs = performance.now()
      if (nowMs - shownMs < (draw === null ? LINE_MS : REDRAW_MS)) return
      shownMs = nowMs
      if (draw === null) stderr.write(`${text}\n`)
      else draw(text)
    },
    end() {
      draw?.clear()
      draw?.done()
    },
  }
}

const BAR_CELLS = 24

/** A bar of fixed width: `[######------]  50 %`. */
export function progressBar(done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1
  const filled = Math.round(share * BAR_CELLS)
  const percent = `${Math.floor(share * 100)}`.padStart(3)
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}] ${percent} %`
}
