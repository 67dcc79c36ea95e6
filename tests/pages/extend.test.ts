import { describe, expect, it } from 'vitest';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingExtend } from '../../lib/pages/meeting_running.ts';
import { saidOf } from '../../lib/store/answers.ts';
import { feedOf } from '../../lib/store/feeds.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { planReminderRows } from '../../lib/store/reminders.ts';
import { ALICE, BOB, between, NOW, type Site, site } from './site.ts';

const HOUR = 3600;

/** Presses a button of the list; `fields` over those of the form. */
function press(jmb: Site, meeting: { id: string; end: number }, minutes: string, asked: object = {}) {
  const form = {
    conf_token: jmb.token('alice'),
    conf_tsn: meeting.id,
    conf_end: String(meeting.end),
    conf_minutes: minutes,
  };
  return jmb.ask(meetingExtend, { as: 'alice', query: 'extend', form, ...asked });
}

const dates = (jmb: Site, id: string) =>
  jmb.store
    .all<{ date: number }>(
      `SELECT xmpp_reminder_date AS date FROM xmpp_reminder
       WHERE xmpp_reminder_meeting_id = ? AND xmpp_reminder_done IS NOT 1 ORDER BY 1`,
      BigInt(id),
    )
    .map(({ date }) => date - NOW);

describe('extending a running meeting', () => {
  it('moves the end, the room’s messages and everyone’s feed, and sends no mail', async () => {
    const jmb = site('JMB_XMPP_REMINDER="15 5 0"');
    const { meeting } = jmb.meeting(-HOUR / 2);
    planReminderRows(jmb.store, 'xmpp', meeting.id, [NOW + HOUR / 2 - 900, NOW + HOUR / 2]);
    await jmb.ask(meetingList, { as: 'bob' });
    const feed = () => jmb.ask(feedRead, { query: feedOf(jmb.store, 'bob') });
    const before = (await feed()).body;
    expect(before).toContain('DTEND:20261124T093000Z');

    const { status, headers } = await press(jmb, meeting, '30');
    expect(status).toBe(303);
    expect(headers.get('location')).toBe(`/booking.cgi?list&notice=extended&of=${meeting.id}#m${meeting.id}`);
    const after = meetingById(jmb.store, meeting.id);
    expect(after).toMatchObject({ begin: meeting.begin, duration: 5400, end: meeting.end + 1800, sequence: 1 });
    expect(dates(jmb, meeting.id)).toEqual([HOUR - 900, HOUR - 300, HOUR]);
    const moved = (await feed()).body;
    expect(moved).toContain('DTEND:20261124T100000Z');
    expect(moved).toContain('SEQUENCE:1');
    expect(outboxOf(jmb.store, meeting.id)).toEqual([]);
    expect(jmb.log.join('\n')).toContain('extended {"id"');
  });

  it('asks nobody anew: what was answered stands, and so do other times that were proposed', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(-HOUR / 2);
    const bob = attendees.find(({ email }) => email === BOB)?.hash ?? '';
    const proposal = { begin: NOW + 86_400, duration: 3600 };
    recordAnswer(jmb.store, bob, 'accepted', NOW - 9000, { comment: '', proposal, way: 'page' });
    await press(jmb, meeting, '30');
    expect(attendeesOf(jmb.store, meeting.id).find(({ email }) => email === BOB)?.answer).toBe('accepted');
    expect(saidOf(jmb.store, meeting.id).get(bob)?.proposal).toEqual(proposal);
  });

  it('once, when a button is pressed twice; and not unseen, when the end has moved otherwise', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(0);
    expect((await press(jmb, meeting, '15')).status).toBe(303);
    expect((await press(jmb, meeting, '15')).status).toBe(303);
    expect(meetingById(jmb.store, meeting.id)?.end).toBe(meeting.end + 900);
    const other = await press(jmb, meeting, '60');
    expect(other.status).toBe(409);
    expect(other.text).toContain('a changé entre-temps');
    expect(meetingById(jmb.store, meeting.id)?.end).toBe(meeting.end + 900);
  });

  it('keeps within the longest duration, and says how much is left', async () => {
    const jmb = site('JMB_MAX_MEETING_DURATION="80"');
    const { meeting } = jmb.meeting(0);
    const long = await press(jmb, meeting, '30');
    expect(long.status).toBe(400);
    expect(long.text).toContain('prolongée de 20 min au plus');
    expect((await press(jmb, meeting, '15')).status).toBe(303);
    const list = await jmb.ask(meetingList, { as: 'alice' });
    expect(list.body).not.toContain('booking.cgi?extend');

    const full = site('JMB_MAX_MEETING_DURATION="60"');
    const whole = full.meeting(0).meeting;
    const refused = await press(full, whole, '15');
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('la durée la plus longue, 60 min');
  });

  it('is for the owner, with the form, from the begin until some minutes after the end', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(600);
    const form = { conf_tsn: meeting.id, conf_end: String(meeting.end), conf_minutes: '15' };
    const asBob = { as: 'bob', form: { ...form, conf_token: jmb.token('bob') }, later: HOUR };
    expect((await press(jmb, meeting, '15', asBob)).status).toBe(403);
    expect((await press(jmb, meeting, '15', { form, later: HOUR })).status).toBe(403);
    expect((await press(jmb, meeting, '15', { env: { HTTP_SEC_FETCH_SITE: 'cross-site' }, later: HOUR })).status).toBe(
      403,
    );
    const early = await press(jmb, meeting, '15', { later: 599 });
    expect(early.status).toBe(403);
    expect(early.text).toContain('pas encore commencé');
    const late = await press(jmb, meeting, '15', { later: 600 + HOUR + 900 });
    expect(late.status).toBe(403);
    expect(late.text).toContain('terminée');
    for (const odd of ['', '16', '-15', '15.0', '1e9', '15 ']) {
      expect((await press(jmb, meeting, odd, { later: HOUR })).status, odd).toBe(400);
    }
    expect(meetingById(jmb.store, meeting.id)?.end).toBe(meeting.end);
    expect((await press(jmb, meeting, '15', { later: 600 + HOUR + 899 })).status).toBe(303);
  });

  it('does not need the directory', async () => {
    const jmb = site('JMB_MODULE_CHECK_EDITOR="editor_role-ldap.sh"', null);
    const { meeting } = jmb.meeting(0);
    expect((await press(jmb, meeting, '15')).status).toBe(303);
  });
});

describe('the list', () => {
  it('offers it to the owner while the meeting runs and shortly after, and to nobody else', async () => {
    const jmb = site('JMB_MAX_MEETING_DURATION="100"');
    const running = jmb.meeting(-600, { moderators: [BOB], guests: [] }).meeting;
    jmb.meeting(HOUR, { subject: 'Later' });
    const ended = jmb.meeting(-HOUR - 300, { subject: 'Just over' }).meeting;
    const { body } = await jmb.ask(meetingList, { as: 'alice' });
    const now = between(body, 'id="now"', 'class="ahead"');
    expect(now.match(/action="booking\.cgi\?extend"/g)).toHaveLength(2);
    const item = between(now, `id="m${running.id}"`, '</form>');
    expect(item).toContain(`name="conf_end" value="${running.end}"`);
    expect(item).toMatch(
      /<button[^>]*name="conf_minutes" value="15"[^>]*><span class="hidden">Prolonger Jury <\/span>\+15/,
    );
    expect(item).toContain('value="30"');
    // 100 minutes is the longest here.
    expect(item).not.toContain('value="60"');
    expect(now).toContain(`id="m${ended.id}"`);
    expect(between(now, `id="m${ended.id}"`, '</ul>')).toContain('Terminée');
    expect((await jmb.ask(meetingList, { as: 'bob' })).body).not.toContain('booking.cgi?extend');
    const later = await jmb.ask(meetingList, { as: 'alice', later: 600 });
    expect(between(later.body, 'id="now"', 'class="ahead"')).not.toContain(`id="m${ended.id}"`);
  });

  it('says when the room closes, where it does', async () => {
    const jmb = site('JMB_ROOM_END="hard"\nJMB_PROSODY_SECRET_FILE="/nowhere"');
    jmb.meeting(-HOUR - 150);
    const { text } = await jmb.ask(meetingList, { as: 'alice' });
    expect(text).toContain('Terminée, la salle ferme dans 8 min');
  });

  it('says that it was done', async () => {
    const jmb = site();
    const { text } = await jmb.ask(meetingList, { as: 'alice', query: 'list&notice=extended', addresses: ALICE });
    expect(text).toContain('La réunion est prolongée');
  });
});
