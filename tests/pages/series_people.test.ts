/** The people of a series: written to again, corrected, given other links, and their replies by mail. */
import { describe, expect, it } from 'vitest';
import { assistantsShow } from '../../lib/pages/assistants.ts';
import { attendeeCorrect, attendeeMail, attendeeRelink, attendeesRemind } from '../../lib/pages/attendees_write.ts';
import { handGive } from '../../lib/pages/meeting_part.ts';
import { roomJoin } from '../../lib/pages/room_enter.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import {
  bookAt,
  booked,
  change,
  EARLY,
  linkIn,
  linkOf,
  type Mail,
  mailsSince,
  meetings,
  part,
  sendAll,
} from './courses.ts';
import { ALICE, BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;

describe('the page of one meeting', () => {
  const posted = (jmb: Site, id: string | undefined, form: Record<string, string>) => ({
    as: 'alice',
    form: { conf_token: jmb.token('alice', EARLY), conf_tsn: id ?? '', ...form },
    later: EARLY + DAY,
  });

  it('sends the invitation to the series again, and asks by it', async () => {
    const { jmb, all, sent } = await booked();
    await jmb.ask(attendeeMail, posted(jmb, all[2]?.id, { conf_person: BOB }));
    const [mail] = mailsSince(jmb, sent) as [Mail];
    expect([mail.to, mail.kind]).toEqual([BOB, 'new']);
    expect(part(mail, 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;COUNT=12;BYDAY=TU']);
    const before = sendAll(jmb);
    await jmb.ask(attendeesRemind, posted(jmb, all[2]?.id, {}));
    const asked = mailsSince(jmb, before);
    expect(asked.map(({ to, kind }) => `${kind} ${to}`)).toEqual([`ask ${BOB}`, `ask ${OUTSIDER}`]);
    for (const one of asked) expect(part(one, 'UID')).toEqual(part(mail, 'UID'));
  });

  it('corrects an address in all of the series', async () => {
    const { jmb, all, sent } = await booked();
    await change(jmb, all[3], { conf_time: '16:00' });
    const link = linkOf(jmb, OUTSIDER);
    await jmb.ask(attendeeCorrect, posted(jmb, all[2]?.id, { conf_person: OUTSIDER, conf_email: 'right@example.org' }));
    for (const { id } of all)
      expect(attendeesOf(jmb.store, id).map(({ email }) => email)).toContain('right@example.org');
    expect(linkOf(jmb, 'right@example.org')).toBe(link);
    const told = mailsSince(jmb, sent).filter(({ to }) => to === 'right@example.org');
    expect(told.map((mail) => part(mail, 'RRULE').length)).toEqual([1, 0]);
  });

  it('gives somebody new links to all of it', async () => {
    const { jmb, all, sent } = await booked();
    const old = linkOf(jmb, BOB);
    const hashes = () => all.map(({ id }) => attendeesOf(jmb.store, id).find(({ email }) => email === BOB)?.hash);
    const before = hashes();
    await jmb.ask(attendeeRelink, posted(jmb, all[2]?.id, { conf_person: BOB }));
    expect(linkOf(jmb, BOB)).not.toBe(old);
    for (const [at, hash] of hashes().entries()) expect(hash).not.toBe(before[at]);
    expect((await jmb.ask(roomJoin, { query: `id=${old}`, later: EARLY + DAY })).status).toBe(410);
    const told = mailsSince(jmb, sent);
    expect(told.map(({ to, kind }) => `${kind} ${to}`)).toEqual([`new ${BOB}`]);
    expect(told[0] && linkIn(told[0])).toBe(linkOf(jmb, BOB));
  });

  it('hands all of it to a colleague', async () => {
    const { jmb, all, sent } = await booked();
    await jmb.ask(assistantsShow, { as: 'bob' });
    const given = await jmb.ask(handGive, posted(jmb, all[2]?.id, { conf_to: 'bob' }));
    expect(given.status).toBe(303);
    const owners = all.map(({ id }) => attendeesOf(jmb.store, id).find(({ role }) => role === 'owner')?.email);
    expect(new Set(owners)).toEqual(new Set([BOB]));
    const told = mailsSince(jmb, sent);
    expect(told.map(({ to }) => to).sort()).toEqual([ALICE, BOB].sort());
    for (const mail of told) expect(part(mail, 'RRULE')).toHaveLength(1);
  });
});

describe('a reply by mail', () => {
  const MAIL = 'JMB_MAIL_REPLY="jmb+{id}@meet.example.org"';

  async function scene() {
    const jmb = site(MAIL);
    await bookAt(jmb);
    const all = meetings(jmb);
    const mail = mailsSince(jmb).find(({ to }) => to === BOB) as Mail;
    const organiser = /mailto:(.*)/.exec(part(mail, 'ORGANIZER')[0] ?? '')?.[1] ?? '';
    const reply = (answer: string, minutes: number, lines: readonly string[] = []) => {
      const stamp = new Date((NOW + EARLY + minutes * 60) * 1000).toISOString().replace(/[-:]|\.000/g, '');
      const dates = lines.length > 0 ? lines : part(mail, 'DTSTART;');
      const calendar = [
        ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//a client//EN', 'METHOD:REPLY'],
        ...mail.lines.slice(mail.lines.indexOf('BEGIN:VTIMEZONE'), mail.lines.indexOf('END:VTIMEZONE') + 1),
        ...['BEGIN:VEVENT', part(mail, 'UID')[0] ?? '', `DTSTAMP:${stamp}`, 'SEQUENCE:0', ...dates],
        `ATTENDEE;PARTSTAT=${answer}:mailto:${BOB}`,
        ...['END:VEVENT', 'END:VCALENDAR', ''],
      ];
      const raw = [
        ...[`From: ${BOB}`, `To: ${organiser}`, 'Subject: Re', `Message-ID: <${minutes}@x>`, 'MIME-Version: 1.0'],
        ...['Content-Type: text/calendar; method=REPLY; charset=utf-8', '', ...calendar],
      ].join('\r\n');
      return jmb.take(raw, organiser, EARLY + 3600);
    };
    const answers = () =>
      all.map(({ id }) => attendeesOf(jmb.store, id).find(({ email }) => email === BOB)?.answer ?? '');
    return { all, jmb, reply, answers };
  }

  it('without a date answers all that are to come; with one, in a zone or in UTC, that one', async () => {
    const { reply, answers, all } = await scene();
    expect(await reply('ACCEPTED', 1)).toBe('done');
    expect(answers()).toEqual(Array(12).fill('accepted'));
    const at = (local: string) => [`RECURRENCE-ID;TZID=Europe/Paris:${local}`, `DTSTART;TZID=Europe/Paris:${local}`];
    await reply('DECLINED', 2, at('20261013T140000'));
    await reply('TENTATIVE', 3, ['RECURRENCE-ID:20261027T130000Z', 'DTSTART:20261027T130000Z']);
    // Of another date, and given before: it is no older answer to this one.
    await reply('DECLINED', 2.5, at('20261103T140000'));
    const expected = all.map((_, number) => ({ 1: 'declined', 3: 'tentative', 4: 'declined' })[number] ?? 'accepted');
    expect(answers()).toEqual(expected);
  });

  it('to a date that is no more, or was moved, changes nothing', async () => {
    const { reply, answers, jmb, all } = await scene();
    await change(jmb, all[2], { conf_time: '16:00' });
    const at = (local: string) => [`RECURRENCE-ID;TZID=Europe/Paris:${local}`, `DTSTART;TZID=Europe/Paris:${local}`];
    await reply('DECLINED', 2, at('20261020T140000'));
    await reply('DECLINED', 3, at('20261021T140000'));
    expect(answers()).toEqual(Array(12).fill('none'));
  });
});
