/**
 * One row as read: columns by name. Amounts are selected as text, so that no client turns them into floats.
 */
export type Row = Readonly<Record<string, unknown>>

/** Where statements run: a database or one of its transactions. */
export interface Sql {
  query(text: string, params?: readonly unknown[]): Promise<readonly Row[]>
}

/**
 * PostgreSQL, in this process or elsewhere. The SQL in this folder is plain PostgreSQL 15 and runs on either.
 */
export interface SqlDatabase extends Sql {
  /**
   * One statement that is a transaction of its own and changes something. Throws CDB_COMMIT_UNKNOWN where a
   * query would throw CDB_DATABASE_UNREACHABLE after it had been sent.
   */
  statement(text: string, params?: readonly unknown[]): Promise<readonly Row[]>
  /** Several statements without parameters: the schema. */
  script(text: string): Promise<void>
  /** Commits what the body did, or nothing of it when the body throws. */
  transaction<T>(body: (tx: Sql) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export const textAt = (row: Row, column: string): string => String(row[column])
export const numberAt = (row: Row, column: string): number => Number(row[column])
