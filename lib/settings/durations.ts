/** Durations that do not go together, each allowed by itself: a form would have none to choose, or megabytes of them. */

/** Bounds and step of the durations of meetings, in minutes. */
export interface Durations {
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

/** What is wrong with them, and the settings that say so, the likeliest to be mended first. */
export interface DurationsFault {
  readonly settings: readonly ['JMB_MAX_MEETING_DURATION', 'JMB_MIN_MEETING_DURATION' | 'JMB_STEP_MEETING_DURATION'];
  readonly detail: string;
}

/** How many durations a form may offer. */
const MOST_DURATIONS = 1000;

/** Why durations do not go together; undefined where they do. */
export function durationsFault({ least, most, step }: Durations): DurationsFault | undefined {
  if (most < least) {
    return {
      settings: ['JMB_MAX_MEETING_DURATION', 'JMB_MIN_MEETING_DURATION'],
      detail: `the longest duration (${most} min) is below the shortest (${least} min)`,
    };
  }
  const choices = Math.floor((most - least) / step) + 1;
  if (choices <= MOST_DURATIONS) return undefined;
  return {
    settings: ['JMB_MAX_MEETING_DURATION', 'JMB_STEP_MEETING_DURATION'],
    detail: `${choices} durations to choose from: a longer JMB_STEP_MEETING_DURATION, or a lower JMB_MAX_MEETING_DURATION`,
  };
}
