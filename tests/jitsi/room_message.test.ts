import { client, type Element, xml } from '@xmpp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MessengerAccount, openMessenger } from '../../lib/jitsi/room_message.ts';
import { type Prosody, startProsody } from '../support/prosody.ts';

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

/** Alice in a room; `heard` are the lines that she reads. */
async function aliceIn(room: string): Promise<{ heard: string[]; leave(): Promise<unknown> }> {
  const alice = client({ service: prosody.service, domain: 'localhost', username: 'alice', password: 'alice' });
  const heard: string[] = [];
  const opened = new Promise<void>((resolve) => {
    alice.on('stanza', (stanza: Element) => {
      if (stanza.is('message') && stanza.getChildText('body')) heard.push(stanza.getChildText('body') ?? '');
      if (stanza.is('presence')) resolve();
    });
  });
  alice.on('error', () => undefined);
  await alice.start();
  const address = `${room}@${prosody.muc}`;
  await alice.send(xml('presence', { to: `${address}/alice` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })));
  await opened;
  // A new room is locked until its owner has accepted the default configuration (XEP-0045 section 10.1.2).
  await alice.iqCaller.request(
    xml(
      'iq',
      { type: 'set', to: address },
      xml(
        'query',
        { xmlns: 'http://jabber.org/protocol/muc#owner' },
        xml('x', { xmlns: 'jabber:x:data', type: 'submit' }),
      ),
    ),
  );
  return { heard, leave: () => alice.stop() };
}

test('the people in a running room read the line', async () => {
  const alice = await aliceIn('abcdefghijklmnop');
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
