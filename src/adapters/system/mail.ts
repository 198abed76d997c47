import { createTransport } from 'nodemailer'
import { CdbError } from '../../domain/errors.ts'
import type { RenderedReport } from '../../engine/daily-report.ts'

export type MailSettings = Readonly<{
  /** `smtps://USER:PASSWORD@HOST:465`. */
  url: string
  from: string
  to: readonly string[]
}>

/** A mail server that takes longer is away. */
const ANSWER_MS_MAX = 10_000

/** Mails a report to all receivers at once. Throws CDB_CONFIG_INVALID when the server is away or refuses. */
export async function mailReport({ url, from, to }: MailSettings, report: RenderedReport): Promise<void> {
  const { title, markdown, html } = report
  const transport = createTransport({
    url,
    connectionTimeout: ANSWER_MS_MAX,
    greetingTimeout: ANSWER_MS_MAX,
    socketTimeout: ANSWER_MS_MAX,
    // What a report says is data: it names no file and no address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    await transport.sendMail({ from, to: [...to], subject: `Daily report ${title}`, text: markdown, html })
  } catch (error) {
    throw new CdbError('CDB_CONFIG_INVALID', `the report cannot be mailed: ${wordsOf(error)}`, {
      mend: 'check CDB_SMTP_URL, CDB_MAIL_FROM and CDB_MAIL_TO',
      cause: error,
    })
  } finally {
    transport.close()
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
