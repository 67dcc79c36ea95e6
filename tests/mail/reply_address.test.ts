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

test('an address of another house or name leads nowhere, however long it is', () => {
  const address = replyAddressOf(SETTING, meeting, bob);
  for (const other of [
    address.replace('visio', 'fisio'),
    address.replace(/e$/, 'a'),
    address.replace('univ.example', 'x.example'),
  ]) {
    expect(replyIdIn(SETTING, other)).toBeUndefined();
  }
  expect(replyIdIn('visio@univ.example', `visio@univ.example${'1'.repeat(20)}`)).toBeUndefined();
});

test('ids are all as long, and those that were mailed stay valid', () => {
  const ids = Array.from({ length: 500 }, (_, at) => replyId('1', `hash${at}`));
  expect(new Set(ids.map((id) => id.length))).toEqual(new Set([13]));
  expect(replyId('1763910000123456789', bob.hash)).toBe('deg5wrc2x2j9csc3tcem7w9s');
});

test('somebody without a secret has no address', () => {
  const nobody = { ...bob, hash: '' };
  expect(ownerOfId({ meetingId: meeting.id, id: replyId(meeting.id, '') }, [nobody])).toBeUndefined();
});
