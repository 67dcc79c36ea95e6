/** A browser of before websockets: XMPP over HTTP (XEP-0124, XEP-0206), as much of it as signing in and rooms need. */
import xml, { Parser } from '@xmpp/xml';
import type { Session, Stanza } from './xmpp_session.ts';

const BOSH = 'http://jabber.org/protocol/httpbind';
const XBOSH = 'urn:xmpp:xbosh';
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** What came in one answer. */
interface Answer {
  readonly body: Stanza;
  readonly stanzas: Stanza[];
}

/**
 * Signs in without a password.
 * @throws Error with the condition of the refusal
 */
export async function signInByBosh(address: string, host: string): Promise<Session> {
  let rid = 1_000_000;
  let sid = '';
  let open = true;
  const stanzas: Stanza[] = [];
  const ask = async (attrs: Record<string, string>, ...children: Stanza[]): Promise<Answer> => {
    rid += 1;
    const words = { ...attrs, xmlns: BOSH, 'xmlns:xmpp': XBOSH, rid: String(rid), ...(sid === '' ? {} : { sid }) };
    const response = await fetch(address, { method: 'POST', body: xml('body', words, ...children).toString() });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    return parsed(await response.text());
  };
  const first = await ask({ to: host, wait: '5', hold: '1', ver: '1.6', 'xmpp:version': '1.0', 'xml:lang': 'en' });
  sid = first.body.attrs['sid'] ?? '';
  if (sid === '') throw new Error(first.body.attrs['condition'] ?? 'no session');
  const said = await untilOne(ask, await ask({}, xml('auth', { xmlns: SASL, mechanism: 'ANONYMOUS' })));
  if (!said.is('success')) throw new Error(/<([\w-]+)/.exec(said.children.join(''))?.[1] ?? 'failure');
  await ask({ to: host, 'xmpp:restart': 'true' });
  const bind = xml('iq', { type: 'set', id: 'bind' }, xml('bind', { xmlns: 'urn:ietf:params:xml:ns:xmpp-bind' }));
  const bound = await untilOne(ask, await ask({}, bind));
  if (bound.attrs['type'] !== 'result') throw new Error('no resource');
  const take = ({ body, stanzas: got }: Answer): void => {
    stanzas.push(...got);
    if (body.attrs['type'] === 'terminate') open = false;
  };
  const poll = (async () => {
    while (open) take(await ask({}));
  })().catch(() => {
    open = false;
  });
  return {
    stanzas,
    send: async (stanza) => take(await ask({}, stanza)),
    leave: async () => {
      open = false;
      await ask({ type: 'terminate' }).catch(() => undefined);
      await poll;
    },
  };
}

/** The first stanza of this answer or of those after it. */
async function untilOne(ask: (attrs: Record<string, string>) => Promise<Answer>, answer: Answer): Promise<Stanza> {
  for (let got = answer, left = 5; left > 0; left -= 1, got = await ask({})) {
    const found = got.stanzas.find(({ name }) => !name.startsWith('stream:'));
    if (found) return found;
  }
  throw new Error('no answer');
}

function parsed(text: string): Answer {
  const stanzas: Stanza[] = [];
  let body: Stanza | undefined;
  const parser = new Parser();
  parser.on('start', (element) => {
    body = element;
  });
  parser.on('element', (element) => stanzas.push(element));
  parser.write(text);
  if (!body) throw new Error(`no body: ${text.slice(0, 200)}`);
  return { body, stanzas };
}
