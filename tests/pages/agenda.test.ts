/** The agenda of a meeting: from the form to the page, the emails and calendars, as it was typed and no longer than it may be. */
import { expect, it } from 'vitest';
import type { MailParts } from '../../lib/mail/compose.ts';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { feedRead, invitationEvent } from '../../lib/pages/calendar_read.ts';
import { answerAsk } from '../../lib/pages/invitation_answer.ts';
import { meetingEdit } from '../../lib/pages/meeting_form.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import { roomJoin } from '../../lib/pages/room_enter.ts';
import { feedOf } from '../../lib/store/feeds.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { readWithIcalJs } from '../peers/calendar_readers.ts';
import { BOB, type Site, site } from './site.ts';

const AGENDA = '1. Budget, <b>2027</b>; staff\n\n  \u2022 rooms\n-- \nEnd \\n';
/** The same without the blanks at the ends of lines. */
const KEPT = '1. Budget, <b>2027</b>; staff\n\n  \u2022 rooms\n--\nEnd \\n';

function typed(jmb: Site, changes: Record<string, string> = {}): Record<string, string> {
  return {
    conf_token: jmb.token('alice'),
    ...{ conf_object: 'Conseil', conf_date: '2026-12-01', conf_time: '14:00', conf_duration: '60' },
    ...{ conf_guests: BOB, conf_language: 'en', conf_agenda: AGENDA.replaceAll('\n', '\r\n'), ...changes },
  };
}

const idOf = (jmb: Site): string =>
  jmb.store.get<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings')?.id ?? '';

const mailsOf = (jmb: Site, kind: string): MailParts[] =>
  outboxOf(jmb.store, idOf(jmb))
    .filter((mail) => mail.kind === kind && mail.recipient === BOB)
    .map(({ content }) => JSON.parse(content) as MailParts);

it('stands in form, responses, the page before the room, emails, their calendar part, and feeds', async () => {
  const jmb = site();
  expect((await jmb.ask(meetingBook, { as: 'alice', form: typed(jmb) })).status).toBe(303);
  const id = idOf(jmb);
  const html = KEPT.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const form = await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${id}` });
  expect(form.body).toContain(`>\n${html}</textarea>`);
  expect((await jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&id=${id}` })).body).toContain(
    `>${html}</dd>`,
  );
  const hash = attendeesOf(jmb.store, id).find(({ email }) => email === BOB)?.hash ?? '';
  expect((await jmb.ask(roomJoin, { query: `id=${hash}` })).body).toContain(`>${html}</dd>`);

  expect((await jmb.ask(answerAsk, { query: `accept&id=${hash}` })).body).toContain(`>${html}</dd>`);

  const [mail] = mailsOf(jmb, 'new');
  expect(mail?.text).toContain('\nAgenda\n  1. Budget, <b>2027</b>; staff\n\n    \u2022 rooms\n  --\n  End \\n\n');
  expect(mail?.html).toContain('1. Budget, &lt;b&gt;2027&lt;/b&gt;; staff<br>\n<br>\n');
  const event = await jmb.ask(invitationEvent, { query: `event&id=${hash}` });
  const feed = await jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, 'alice')}` });
  for (const calendar of [mail?.calendar?.body ?? '', event.body, feed.body]) {
    expect(readWithIcalJs(calendar).events[0]?.description?.split('\n\n').slice(1).join('\n\n')).toBe(KEPT);
  }
});

it('a new one tells nobody, and the feed has it', async () => {
  const jmb = site();
  await jmb.ask(meetingBook, { as: 'alice', form: typed(jmb) });
  const form = typed(jmb, { conf_tsn: idOf(jmb), conf_version: '0', conf_agenda: 'Another' });
  const changed = await jmb.ask(meetingChange, { as: 'alice', form });
  expect(changed.headers.get('location')).toContain('notice=changed_quietly');
  expect(mailsOf(jmb, 'edit')).toEqual([]);
  const gone = await jmb.ask(meetingChange, {
    as: 'alice',
    form: { ...form, conf_version: '1', conf_agenda: ' \r\n' },
  });
  expect(gone.headers.get('location')).toContain('notice=changed_quietly');
  expect(jmb.store.all('SELECT * FROM meeting_agenda')).toEqual([]);
});

it.each([
  ['2,000 signs, each two units of JavaScript', '🎓'.repeat(2000), 303],
  ['2,001 signs', 'x'.repeat(2001), 400],
  ['more than is looked at', `${' '.repeat(100_000)}x`, 400],
])('%s', async (_, conf_agenda, status) => {
  const jmb = site();
  const told = await jmb.ask(meetingBook, { as: 'alice', form: typed(jmb, { conf_agenda }) });
  expect(told.status).toBe(status);
  if (status === 400) expect(told.text).toContain('L’ordre du jour ne peut pas dépasser 2000 caractères.');
});
