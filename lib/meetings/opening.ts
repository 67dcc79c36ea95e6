/** When a booked room opens to those who open it (JMB_ROOM_OPENS). Pure. */

/**
 * The time from which tokens of a meeting are made, in Unix seconds.
 * @param begin Unix seconds
 * @param minutes how long before the begin; null: from any time, which is -Infinity
 */
export function opensAt(begin: number, minutes: number | null): number {
  return minutes === null ? -Infinity : begin - minutes * 60;
}
