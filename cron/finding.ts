/** What a question of `jmb check` finds. */

/** A verdict and its reason; `unknown` where JMB may not look, `off` where the part is not set up. */
export interface Answer {
  readonly verdict: 'ok' | 'warning' | 'unknown' | 'wrong' | 'off';
  readonly detail: string;
}
