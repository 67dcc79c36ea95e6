/** What is thrown when the settings cannot be understood: it says where, so that an administrator can mend it. */

/** A settings file that cannot be understood. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /**
   * @param file the path of the file, or the name of the setting where the value came from elsewhere
   * @param line counted from 1; 0 when it is about the file as a whole
   * @param detail what is wrong and what to write instead, without a value that must not be shown
   * @param settings the settings that it leaves without a value; none where nobody can tell
   */
  constructor(
    readonly file: string,
    readonly line: number,
    readonly detail: string,
    readonly settings: readonly string[] = [],
  ) {
    super(line > 0 ? `${file}:${line}: ${detail}` : `${file}: ${detail}`);
  }
}
