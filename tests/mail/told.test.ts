/** Who is told of a change, who is reminded, and what of an outbox is one person's thread. */
import { describe, expect, it } from 'vitest';
import { fold, messagesToAll, reminderMessages, threadRoot, threadsOf, whoIsTold } from '../../lib/mail/messages.ts';
import { guest, meeting, moderator, owner } from '../calendar/samples.ts';

const all = [owner, moderator, guest];
const before = { meeting, attendees: all };
const emails = (attendees: readonly { readonly email: string }[]) => attendees.map(({ email }) => email);

describe('of a change', () => {
  const told = (after: Partial<typeof before>) => {
    const { newcomers, changed, removed, moved } = whoIsTold(before, { ...before, ...after });
    return { newcomers: emails(newcomers), changed: emails(changed), removed: emails(removed), moved };
  };
  const nobody = { newcomers: [], changed: [], removed: [], moved: false };

  it('nobody is told who stays what they are at the same time', () => {
    expect(told({ meeting: { ...meeting, subject: 'Other' } })).toEqual(nobody);
  });

  it.each([{ begin: meeting.begin + 60 }, { duration: meeting.duration + 60 }])(
    'all who stay are told: %j',
    (change) => {
      expect(told({ meeting: { ...meeting, ...change } })).toEqual({ ...nobody, changed: emails(all), moved: true });
    },
  );

  it('who comes, who goes and who is something else are told, each of that', () => {
    const newcomer = { ...guest, email: 'new@x.test' };
    expect(told({ attendees: [owner, { ...moderator, role: 'guest' }, newcomer] })).toEqual({
      ...{ newcomers: ['new@x.test'], changed: [moderator.email], removed: [guest.email], moved: false },
    });
    expect(told({ meeting: { ...meeting, begin: 0 }, attendees: [owner, newcomer] })).toEqual({
      ...{ newcomers: ['new@x.test'], changed: [owner.email], removed: [moderator.email, guest.email], moved: true },
    });
  });
});

describe('a message to all', () => {
  it('goes to who has an address', () => {
    expect(messagesToAll('edit', [owner, { ...guest, email: '' }])).toEqual([{ kind: 'edit', attendee: owner }]);
  });

  it('that reminds goes neither to who declined, the owner apart, nor to who wants none', () => {
    const said = (answer: 'none' | 'accepted' | 'declined' | 'tentative') =>
      emails(
        reminderMessages([
          { ...owner, answer },
          { ...guest, answer },
        ]).map(({ attendee }) => attendee),
      );
    for (const answer of ['none', 'accepted', 'tentative'] as const) expect(said(answer)).toHaveLength(2);
    expect(said('declined')).toEqual([owner.email]);
    const without = reminderMessages([owner, moderator], new Set([owner.email]));
    expect(without).toEqual([{ kind: 'reminder', attendee: moderator }]);
  });
});

describe('a question', () => {
  it.each([
    ['new waiting', null, []],
    ['new sent, edit waiting', null, []],
    ['new sent', 'ask', []],
    ['new refused', 'new', []],
    ['new dropped', 'ask', []],
  ] as const)('after "%s" becomes %s', (text, kind, dropped) => {
    const earlier = text.split(', ').map((one, at) => {
      const [of, state] = one.split(' ') as ['new' | 'edit', 'waiting' | 'sent' | 'refused' | 'dropped'];
      return { id: at + 1, kind: of, state };
    });
    expect(fold('ask', earlier)).toEqual({ kind, dropped });
  });
});

describe('a thread', () => {
  it('is what one person was sent or will be, in order', () => {
    const mails = ['sent', 'refused', 'waiting', 'dropped', 'sent'].map((state, at) => ({
      ...{ recipient: at === 4 ? 'b@x.test' : 'a@x.test', messageId: `<${at}@x>`, state },
    }));
    expect(threadsOf(mails)).toEqual(
      new Map([
        ['a@x.test', ['<0@x>', '<2@x>']],
        ['b@x.test', ['<4@x>']],
      ]),
    );
  });

  it('has a root of its own, which tells nobody’s address', () => {
    const root = threadRoot(meeting, guest.email, 'meet.example.org');
    expect(root).toMatch(/^<1763910000123456789\.[0-9a-z]+@meet\.example\.org>$/);
    expect(threadRoot(meeting, owner.email, 'meet.example.org')).not.toBe(root);
    expect(threadRoot({ id: '42' }, guest.email, 'meet.example.org')).not.toBe(root);
  });
});
