import { expect, test } from 'vitest';
import { ownerOfId, replyAddressOf, replyId, replyIdIn } from '../../lib/mail/reply_address.ts';
import type { Attendee } from '../../lib/meetings/meeting.ts';

const SETTING = 'visio+{id}@univ.example';
const meeting = { id: '9223372036854775807' };
const bob: Attendee = {
  hash: 'AbCdEfGhIjKlMnOp',
  role: 'guest',
  email: 'bob@x.example',
  connections: 0,
  answer: 'none',
};
const carol: Attendee = { ...bob, hash: 'QbCdEfGhIjKlMnOp', email: 'carol@x.example' };

test('an id is of digits and small letters, holds nothing of the secret, and leaves the local part below 45 signs', () => {
  const id = replyId(meeting.id, bob.hash);
  expect(id).toMatch(/^[0-9a-z]{25}$/);
  expect(replyAddressOf(SETTING, meeting, bob)).toBe(`visio+${id}@univ.example`);
  expect(replyAddressOf('visio@univ.example', meeting, bob)).toBe('visio@univ.example');
});

test('an address leads to its person, whatever a server did to its letters', () => {
  const address = replyAddressOf(SETTING, meeting, bob);
  for (const written of [address, address.toUpperCase()]) {
    const id = replyIdIn(SETTING, written);
    expect(id?.meetingId).toBe(meeting.id);
    expect(id && ownerOfId(id, [carol, bob])).toBe(bob);
  }
});

test('what is no address of ours leads nowhere', () => {
  const address = replyAddressOf(SETTING, meeting, bob);
  for (const other of [
    '',
    'visio@univ.example',
    'visio+@univ.example',
    `visio+${'z'.repeat(40)}@univ.example`,
    `x${address}`,
  ]) {
    expect(replyIdIn(SETTING, other)).toBeUndefined();
  }
  expect(replyIdIn('visio@univ.example', address)).toBeUndefined();
  const forged = replyIdIn(
    SETTING,
    address.replace(/.@/, (end) => (end === '0@' ? '1@' : '0@')),
  );
  expect(forged && ownerOfId(forged, [carol, bob])).toBeUndefined();
});
