/** A meeting that is moved asks everybody anew; one that has another subject only tells nobody. */
import { expect, it } from 'vitest';
import { reminderMessages } from '../../lib/mail/messages.ts';
import { meetingChange } from '../../lib/pages/meeting_save.ts';
import { slotsOf } from '../../lib/store/agenda.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf, invitationsIn } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { ALICE, BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

function scene(jmb: Site) {
  const { meeting, attendees } = jmb.meeting(86_400, { guests: [BOB, OUTSIDER], subject: 'Jury' });
  const give = (email: string, answer: 'accepted' | 'declined' | 'tentative') =>
    recordAnswer(jmb.store, attendees.find((one) => one.email === email)?.hash ?? '', answer, NOW);
  const change = (more: Record<string, string>) =>
    jmb.ask(meetingChange, {
      as: 'alice',
      form: {
        conf_token: jmb.token('alice'),
        conf_tsn: meeting.id,
        conf_version: '0',
        conf_date: '2026-11-25',
        conf_time: '10:00',
        conf_duration: '60',
        conf_object: 'Jury',
        conf_moderators: '',
        conf_guests: `${BOB}, ${OUTSIDER}`,
        ...more,
      },
    });
  const answers = () => attendeesOf(jmb.store, meeting.id).map(({ email, answer }) => `${email} ${answer}`);
  const mailTo = (email: string) =>
    outboxOf(jmb.store, meeting.id).find(({ recipient }) => recipient === email)?.content;
  return { meeting, give, change, answers, mailTo };
}

it('sets answers back where the time changes, and the mail says what was answered', async () => {
  const jmb = site();
  const { meeting, give, change, answers, mailTo } = scene(jmb);
  give(BOB, 'accepted');
  give(OUTSIDER, 'declined');
  await change({ conf_time: '14:00' });
  expect(answers()).toEqual([`${ALICE} accepted`, `${BOB} none`, `${OUTSIDER} none`]);
  expect(mailTo(BOB)).toContain('Vous aviez accepté l’ancien horaire');
  expect(mailTo(OUTSIDER)).toContain('Vous aviez décliné l’ancien horaire');
  expect(mailTo(ALICE)).not.toContain('Vous aviez');
  expect(invitationsIn(jmb.store, slotsOf(jmb.store, [ALICE], { endAfter: NOW }))[0]).toMatchObject({
    invited: 2,
    accepted: 0,
  });
  const reminded = () => reminderMessages(attendeesOf(jmb.store, meeting.id)).map(({ attendee }) => attendee.email);
  expect(reminded()).toEqual([ALICE, BOB, OUTSIDER]);
  give(BOB, 'declined');
  expect(reminded()).toEqual([ALICE, OUTSIDER]);
});

it('forgets a "maybe", too, and asks anew where only the duration is another', async () => {
  const jmb = site();
  const { give, change, answers, mailTo } = scene(jmb);
  give(BOB, 'tentative');
  await change({ conf_duration: '90' });
  expect(answers()).toContain(`${BOB} none`);
  expect(mailTo(BOB)).toContain('Vous aviez répondu «\u00a0peut-être\u00a0»');
});

it('tells nobody of another subject, says so, and keeps the answers', async () => {
  const jmb = site();
  const { meeting, give, change, answers } = scene(jmb);
  give(BOB, 'accepted');
  const answer = await change({ conf_object: 'Jury de thèse' });
  expect(answer.headers.get('location')).toContain('notice=changed_quietly');
  expect(outboxOf(jmb.store, meeting.id)).toEqual([]);
  expect(answers()).toContain(`${BOB} accepted`);
});
