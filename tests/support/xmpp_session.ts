/** People in Prosody's rooms, who come as browsers do, by websocket or BOSH (XEP-0206), or by XMPP itself. */
import xml, { type Element } from '@xmpp/xml';
import { signInByBosh } from './bosh.ts';
import { DOMAIN, MUC, type Prosody } from './prosody.ts';
import { tcpPipe, websocketPipe } from './xmpp_pipe.ts';

/** How somebody comes. */
export type Way = 'websocket' | 'bosh' | 'c2s';

/** An XML element as far as tests read it. */
export type Stanza = Element;

/** A signed-in session. */
export interface Session {
  readonly stanzas: Stanza[];
  send(stanza: Stanza): Promise<void>;
  leave(): Promise<void>;
}

/** Who comes: to which host, with what in the address, by which account (none: ANONYMOUS). */
export interface Visitor {
  readonly host?: string;
  readonly token?: string;
  readonly room?: string;
  readonly account?: string;
}

/** Guests sign in here, without a token. */
export const GUEST: Visitor = { host: `guest.${DOMAIN}` };

/** Jicofo's account. */
export const FOCUS: Visitor = { host: `auth.${DOMAIN}`, account: 'focus' };

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const BIND = 'urn:ietf:params:xml:ns:xmpp-bind';

/** @throws Error with the condition of the refusal when Prosody refuses the session */
export async function signIn(prosody: Prosody, way: Way, visitor: Visitor = {}): Promise<Session> {
  const { host = DOMAIN, token, room, account } = visitor;
  const query = new URLSearchParams();
  if (room !== undefined) query.set('room', room);
  if (token !== undefined) query.set('token', token);
  const words = query.size > 0 ? `?${query}` : '';
  if (way === 'bosh') return signInByBosh(`http://127.0.0.1:${prosody.http}/http-bind${words}`, host);
  const stanzas: Stanza[] = [];
  const take = (stanza: Stanza): void => void stanzas.push(stanza);
  const pipe =
    way === 'c2s'
      ? await tcpPipe(prosody.c2s, host, take)
      : await websocketPipe(`ws://127.0.0.1:${prosody.http}/xmpp-websocket${words}`, host, take);
  const session: Session = { stanzas, send: async (stanza) => pipe.send(stanza), leave: () => pipe.close() };
  try {
    pipe.open();
    await next(session, 0, ({ name }) => name === 'stream:features');
    const secret = account === undefined ? [] : [Buffer.from(`\0${account}\0${account}`).toString('base64')];
    const mechanism = account === undefined ? 'ANONYMOUS' : 'PLAIN';
    let before = stanzas.length;
    pipe.send(xml('auth', { xmlns: SASL, mechanism }, ...secret));
    const said = await next(session, before, ({ name }) => name === 'success' || name === 'failure');
    if (said.name === 'failure') throw new Error(childrenOf(said)[0]?.name ?? 'failure');
    before = stanzas.length;
    pipe.open();
    await next(session, before, ({ name }) => name === 'stream:features');
    pipe.send(xml('iq', { type: 'set', id: 'bind' }, xml('bind', { xmlns: BIND })));
    await next(session, before, (stanza) => stanza.is('iq') && stanza.attrs['type'] === 'result');
    return session;
  } catch (error) {
    await pipe.close();
    throw error;
  }
}

const MUC_NS = 'http://jabber.org/protocol/muc';

/** Enters a room, or another component's by its whole address; `in`, or the condition and text of the refusal. */
export async function enter(session: Session, room: string, nick: string, password?: string): Promise<string> {
  const address = room.includes('@') ? room : `${room}@${MUC}`;
  const seat = `${address}/${nick}`;
  const before = session.stanzas.length;
  const x = xml('x', { xmlns: MUC_NS }, ...(password === undefined ? [] : [xml('password', {}, password)]));
  // Jitsi's lobby takes nobody without a name.
  const name = xml('nick', { xmlns: 'http://jabber.org/protocol/nick' }, nick);
  await session.send(xml('presence', { to: seat }, x, name));
  const answer = await next(session, before, (stanza) => {
    if (!stanza.is('presence') || !stanza.attrs['from']?.startsWith(address)) return false;
    return stanza.attrs['type'] === 'error' || hasStatus(stanza, '110');
  });
  return answer.attrs['type'] === 'error' ? reasonOf(answer) : 'in';
}

/** What somebody is in a room, by the presence that everybody got of them last. */
export function standing(session: Session, room: string, nick: string): { role?: string; affiliation?: string } {
  const last = session.stanzas.findLast((stanza) => stanza.attrs['from'] === `${room}@${MUC}/${nick}`);
  const item = last?.getChild('x', `${MUC_NS}#user`)?.getChild('item');
  const { role, affiliation } = item?.attrs ?? {};
  return { ...(role === undefined ? {} : { role }), ...(affiliation === undefined ? {} : { affiliation }) };
}

/** The lines that somebody has read, with the name that they are shown under where the stanza brings one. */
export function heard(session: Session): string[] {
  return session.stanzas.flatMap((stanza) => {
    const line = stanza.is('message') ? stanza.getChildText('body') : null;
    const name = stanza.getChildText('display-name');
    return line === null ? [] : [name === null ? line : `${name}: ${line}`];
  });
}

/** The reason with which somebody's room was ended (XEP-0045 section 10.9); undefined while it stands. */
export function endOf(session: Session, room: string): string | undefined {
  for (const stanza of session.stanzas) {
    if (!stanza.is('presence') || !stanza.attrs['from']?.startsWith(`${room}@`)) continue;
    const destroyed = stanza.getChild('x', `${MUC_NS}#user`)?.getChild('destroy');
    if (destroyed) return destroyed.getChildText('reason') ?? '';
  }
  return undefined;
}

/** Sets fields of a room's form (XEP-0045 section 10.2); `result`, or why not. */
export async function configure(session: Session, room: string, fields: Record<string, string>): Promise<string> {
  const id = `form-${session.stanzas.length}`;
  const before = session.stanzas.length;
  const type = xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, `${MUC_NS}#roomconfig`));
  const rows = Object.entries(fields).map(([name, value]) => xml('field', { var: name }, xml('value', {}, value)));
  await session.send(
    xml(
      'iq',
      { type: 'set', to: `${room}@${MUC}`, id },
      xml('query', { xmlns: `${MUC_NS}#owner` }, xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, type, ...rows)),
    ),
  );
  const answer = await next(session, before, (stanza) => stanza.is('iq') && stanza.attrs['id'] === id);
  return answer.attrs['type'] === 'result' ? 'result' : reasonOf(answer);
}

function hasStatus(stanza: Stanza, code: string): boolean {
  const statuses = stanza.getChild('x', `${MUC_NS}#user`)?.getChildren('status') ?? [];
  return statuses.some(({ attrs }) => attrs['code'] === code);
}

function reasonOf(stanza: Stanza): string {
  const error = stanza.getChild('error');
  const condition = childrenOf(error).find(({ name }) => name !== 'text')?.name ?? 'error';
  const text = error?.getChildText('text') ?? null;
  return text === null ? condition : `${condition}: ${text}`;
}

function childrenOf(stanza: Stanza | undefined): Stanza[] {
  return (stanza?.children ?? []).flatMap((child) => (typeof child === 'string' ? [] : [child]));
}

async function next(session: Session, from: number, fits: (stanza: Stanza) => boolean): Promise<Stanza> {
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    const found = session.stanzas.slice(from).find(fits);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`no answer; got ${session.stanzas.slice(from).map(String).join('\n')}`);
}
