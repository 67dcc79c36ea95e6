/**
 * What helpers leave for the end of the file of tests that has called them. A hook of their own would be set for the first file alone,
 * where several share a process.
 */
const ends: (() => void)[] = [];

/** Has this done once the file's tests and hooks are through. */
export function atEndOfFile(end: () => void): void {
  ends.push(end);
}

/** Does what was left, the last first. */
export function endFile(): void {
  for (const end of ends.splice(0).reverse()) end();
}
