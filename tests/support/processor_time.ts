/** What a computation takes of the processor: by the clock it would take longer on a machine that has other work. */

/** Milliseconds of processor time that this process has used so far. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
