/** When a sender stops: by the time that is left, what mails took, and what the server says. */
import { describe, expect, it } from 'vitest';
import { startPace } from '../../lib/mail/pace.ts';
import type { Outcome } from '../../lib/mail/smtp_failures.ts';

const SENT: Outcome = { state: 'sent' };
const postponed = (obstacle: 'mail' | 'connection' | 'server'): Outcome => ({
  state: 'postponed',
  reason: obstacle,
  obstacle,
});

/** A pace whose time passes as it is told, of so many milliseconds. */
function paceOf(milliseconds: number) {
  let left = milliseconds;
  const pace = startPace(() => left);
  return {
    pace,
    wait: (passed: number) => {
      left -= passed;
    },
    /** Tries a mail that takes so long. */
    tries: (outcome: Outcome, takes = 10) =>
      pace.time(async () => {
        left -= takes;
        return outcome;
      }),
  };
}

describe('a mail is begun', () => {
  it('while a quarter of a second is left', () => {
    const { pace, wait } = paceOf(300);
    expect(pace.goesOn()).toBe(true);
    wait(49);
    expect(pace.goesOn()).toBe(true);
    wait(1);
    expect(pace.goesOn()).toBe(false);
  });

  it('while half as much again is left as the slowest has taken', async () => {
    const { pace, wait, tries } = paceOf(2_000);
    await tries(SENT, 400);
    await tries(SENT, 20);
    wait(979);
    expect(pace.goesOn()).toBe(true);
    wait(1);
    expect(pace.goesOn()).toBe(false);
  });

  it('and broken off when the time is over', async () => {
    const { time } = startPace(() => 30);
    const broken = await time(
      (signal) => new Promise((done) => signal.addEventListener('abort', () => done(postponed('connection')))),
    );
    expect(broken).toEqual(postponed('connection'));
    expect(() => startPace(() => -1)).not.toThrow();
  });
});

describe('the server has answered', () => {
  it.each<[Outcome, boolean]>([
    [SENT, true],
    [{ state: 'refused', reason: 'no such mailbox' }, true],
    [postponed('mail'), true],
    [postponed('connection'), false],
    [postponed('server'), false],
  ])('%j: %s', async (outcome, answered) => {
    const { pace, tries } = paceOf(5_000);
    expect(pace.answered).toBe(false);
    expect(await tries(outcome)).toBe(outcome);
    expect(pace.answered).toBe(answered);
    await tries(postponed('connection'));
    expect(pace.answered).toBe(answered);
  });
});

describe('the server is given up', () => {
  it('when it says so itself, with its reason', async () => {
    const { pace, tries } = paceOf(5_000);
    await tries(SENT);
    expect(pace.unreachable).toBeUndefined();
    await tries(postponed('server'));
    expect([pace.unreachable, pace.goesOn()]).toEqual(['server', false]);
  });

  it('not when it puts off mails, however many', async () => {
    const { pace, tries } = paceOf(5_000);
    for (let n = 0; n < 10; n += 1) await tries(postponed('mail'));
    expect([pace.unreachable, pace.goesOn()]).toEqual([undefined, true]);
  });

  it.each([
    ['that has not answered', [], 2],
    ['that has', [SENT], 4],
  ])('when connections to one %s break in a row', async (_, before, most) => {
    const { pace, tries } = paceOf(5_000);
    for (const outcome of before) await tries(outcome);
    for (let n = 1; n < most; n += 1) await tries(postponed('connection'));
    expect(pace.unreachable).toBeUndefined();
    await tries(postponed('connection'));
    expect([pace.unreachable, pace.goesOn()]).toEqual(['connection', false]);
  });

  it('counting from the last mail that went through', async () => {
    const { pace, tries } = paceOf(5_000);
    for (let round = 0; round < 3; round += 1) {
      for (const outcome of [SENT, ...Array<Outcome>(3).fill(postponed('connection'))]) await tries(outcome);
    }
    expect(pace.unreachable).toBeUndefined();
  });
});
