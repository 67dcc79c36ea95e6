/** The database of a stage, looked at and changed from outside while its programs run. */
import Database from 'better-sqlite3';
import type { Stage } from './stage.ts';

/** Does it with the database at hand; what it gave. */
export function within<Result>({ db }: Pick<Stage, 'db'>, work: (database: Database.Database) => Result): Result {
  const database = new Database(db);
  try {
    return work(database);
  } finally {
    database.close();
  }
}
