import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MessengerAccount, openMessenger } from '../../lib/jitsi/room_message.ts';
import { type Prosody, someoneIn, startProsody } from '../support/prosody.ts';

let prosody: Prosody;
beforeAll(async () => {
  prosody = await startProsody({ jmb: 'a "secret" $', alice: 'alice' });
}, 30_000);
afterAll(() => prosody?.stop());

const account = (): MessengerAccount => ({
  service: prosody.service,
  domain: 'localhost',
  user: 'jmb',
  password: 'a "secret" $',
  muc: prosody.muc,
  nick: 'Visio',
});

test('the people in a running room read the line', async () => {
  const alice = await someoneIn(prosody, 'abcdefghijklmnop');
  const messenger = await openMessenger(account());
  expect(await messenger.post('abcdefghijklmnop', 'La réunion se termine dans 15 minutes <&>')).toBe('posted');
  expect(await messenger.post('abcdefghijklmnop', 'et encore')).toBe('posted');
  await messenger.close();
  await expect.poll(() => alice.heard).toEqual(['La réunion se termine dans 15 minutes <&>', 'et encore']);
  await alice.leave();
});

test('a room in which nobody is stays closed', async () => {
  const messenger = await openMessenger(account());
  expect(await messenger.post('nobodyishereatall', 'hello')).toBe('empty');
  expect(await messenger.post('nobodyishereatall', 'hello')).toBe('empty');
  await messenger.close();
});

test('a wrong password and a closed port are errors that say so', async () => {
  await expect(openMessenger({ ...account(), password: 'wrong' })).rejects.toThrow(/not-authorized/);
  await expect(openMessenger({ ...account(), service: 'xmpp://127.0.0.1:1' })).rejects.toThrow(/ECONNREFUSED/);
});
