/** What the owner hears of answers, by JMB_MAIL_ANSWERS: at once, gathered in one mail an hour at most, or not at all. */
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tellGathered } from '../../lib/booking/answer.ts';
import { fixedClock } from '../../lib/clock.ts';
import { answerGive } from '../../lib/pages/invitation_answer.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { readSettings } from '../../lib/settings.ts';
import { updateMeeting } from '../../lib/store/bookings.ts';
import { mailsIn } from '../../lib/store/outbox.ts';
import { rememberName } from '../../lib/store/people.ts';
import { longDate } from '../../lib/text/dates.ts';
import { processZone } from '../../lib/text/zones.ts';
import { ALICE, BOB, NOW, OUTSIDER, site } from './site.ts';

const HOUR = 3600;

const DAY = longDate({ language: 'fr', zone: processZone }, NOW + 86_400);

function scene(settings = '') {
  const jmb = site(settings);
  const { meeting, attendees } = jmb.meeting(86_400);
  const all = [...attendees];
  const give = (word: string, email = BOB, form: Record<string, string> = {}, later = 0) => {
    const hash = all.findLast((one) => one.email === email)?.hash ?? '';
    return jmb.ask(answerGive, { query: `${word}&id=${hash}`, form, later, env: { SCRIPT_NAME: '/join.cgi' } });
  };
  const another = (subject: string) => {
    const other = jmb.meeting(172_800, { subject });
    all.push(...other.attendees);
    return other;
  };
  const cron = (later: number) =>
    tellGathered({
      settings: readSettings(dirname(jmb.store.file), {}),
      store: jmb.store,
      clock: fixedClock(NOW + later),
      log: { event: () => undefined },
    });
  const mails = () =>
    mailsIn(jmb.store, 'waiting', 50)
      .filter(({ kind }) => kind === 'answers')
      .map(({ recipient, content }) => ({ recipient, ...(JSON.parse(content) as { subject: string; text: string }) }));
  return { jmb, meeting, give, another, cron, mails };
}

describe('as it is set by default', () => {
  it('calls who answers as the meeting does', async () => {
    const jmb = site();
    const { attendees } = jmb.meeting(86_400, { names: new Map([[BOB, 'Durand, Bob (DSI)']]) });
    rememberName(jmb.store, [BOB], 'Bob Durand');
    const hash = attendees.find(({ email }) => email === BOB)?.hash ?? '';
    await jmb.ask(answerGive, { query: `decline&id=${hash}`, form: {}, env: { SCRIPT_NAME: '/join.cgi' } });
    const [mail] = mailsIn(jmb.store, 'waiting', 50).filter(({ kind }) => kind === 'answers');
    expect(JSON.parse(mail?.content ?? '{}').subject).toMatch(/^Durand, Bob \(DSI\) décline/);
  });

  it('a no is told at once, with the count and who it was, and once', async () => {
    const { jmb, meeting, give, mails } = scene();
    rememberName(jmb.store, [BOB], 'Bob Durand');
    await give('accept', OUTSIDER);
    expect(mails()).toEqual([]);
    await give('decline');
    await give('decline');
    const [mail, ...others] = mails();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      recipient: ALICE,
      subject: `Bob Durand décline\u00a0: Jury – ${DAY}`,
      replyTo: { address: BOB },
    });
    expect(mail?.text).toContain(`Bob Durand (${BOB}) décline`);
    expect(mail?.text).toContain('1 oui · 1 non · 0 en attente');
    expect(mail?.text).toContain(`booking.cgi?attendees&id=${meeting.id}`);
    // It was tried within the answer, before cron comes.
    expect(jmb.log.filter((line) => line.startsWith('mail-server-away')).length).toBeGreaterThan(0);
  });

  it('so are a word and another time, whatever the answer', async () => {
    const { give, mails } = scene();
    await give('accept', BOB, { comment: 'J’arrive à 10:15' });
    await give('accept', BOB, { comment: 'J’arrive à 10:15' });
    await give('tentative', OUTSIDER, { comment: '', date: '2026-11-26', time: '14:30' });
    expect(mails().map(({ subject }) => subject)).toEqual([
      `${BOB} accepte\u00a0: Jury – ${DAY}`,
      `${OUTSIDER} propose un autre horaire\u00a0: Jury – ${DAY}`,
    ]);
    expect(mails()[0]?.text).toContain('> J’arrive à 10:15');
    expect(mails()[1]?.text).toContain('Propose le jeudi 26 novembre 2026 à 14:30 (Europe/Paris, UTC+01:00).');
    expect(mails()[1]?.text).toContain('1 oui · 1 peut-être · 0 non · 0 en attente');
  });

  it('a yes is not told, and cron has nothing to say', async () => {
    const { give, cron, mails } = scene();
    await give('accept');
    expect(cron(HOUR)).toBe(0);
    expect(mails()).toEqual([]);
  });

  it('who changes their mind all the time fills no mailbox', async () => {
    const { give, cron, mails } = scene();
    for (let times = 0; times < 8; times += 1) {
      await give('decline');
      await give('accept');
    }
    await give('decline');
    expect(mails()).toHaveLength(5);
    expect(cron(60)).toBe(1);
    expect(mails()).toHaveLength(6);
  });
});

describe('where all is wanted', () => {
  it('yes and maybe come in one mail an hour at most, of all meetings together', async () => {
    const { give, another, cron, mails } = scene('JMB_MAIL_ANSWERS="all"');
    await give('accept');
    await give('tentative', OUTSIDER);
    expect(mails()).toEqual([]);
    expect(cron(60)).toBe(1);
    expect(mails()[0]?.subject).toBe(`2 réponses\u00a0: Jury – ${DAY}`);
    expect(mails()[0]?.text).toContain('1 oui · 1 peut-être · 0 non · 0 en attente');
    await give('accept', OUTSIDER, {}, 120);
    another('Budget');
    await give('accept', BOB, {}, 180);
    expect([cron(240), cron(HOUR), cron(HOUR + 59)]).toEqual([0, 0, 0]);
    expect([cron(HOUR + 60), cron(HOUR + 120)]).toEqual([1, 0]);
    const [, second] = mails();
    expect(second?.subject).toBe('2 réponses');
    expect(second?.text).toMatch(
      /Jury[\s\S]*2 oui · 0 non · 0 en attente[\s\S]*Budget[\s\S]*1 oui · 0 non · 1 en attente/,
    );
  });

  it('what does not stand any more is not told', async () => {
    const { jmb, meeting, give, cron, mails } = scene('JMB_MAIL_ANSWERS="all"');
    await give('accept');
    const moved = { subject: 'Jury', begin: NOW + 90_000, duration: HOUR, moderators: [], guests: [BOB, OUTSIDER] };
    updateMeeting(jmb.store, meeting.id, 0, moved, NOW);
    await give('accept', OUTSIDER);
    await give('decline', OUTSIDER);
    expect(cron(60)).toBe(0);
    expect(mails().map(({ subject }) => subject)).toEqual([
      `${OUTSIDER} décline\u00a0: Jury – ${longDate({ language: 'fr', zone: processZone }, NOW + 90_000)}`,
    ]);
    expect(jmb.store.all('SELECT 1 FROM answer_untold')).toEqual([]);
  });
});

it('nothing is told where nothing is wanted', async () => {
  const { give, cron, mails } = scene('JMB_MAIL_ANSWERS="none"');
  await give('decline', BOB, { comment: 'Malade' });
  expect([cron(60), ...mails()]).toEqual([0]);
});

it('the list counts, maybe only where somebody said so', async () => {
  const { jmb, give } = scene();
  const list = async () => (await jmb.ask(meetingList, { as: 'alice' })).text;
  expect(await list()).toContain('0 oui · 0 non · 2 en attente');
  await give('decline');
  expect(await list()).toContain('0 oui · 1 non · 1 en attente');
  await give('tentative', OUTSIDER);
  expect(await list()).toContain('0 oui · 1 peut-être · 1 non · 0 en attente');
});
