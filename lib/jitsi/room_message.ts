/** Puts a line into the chat of a running room, as a local XMPP account (XEP-0045 multi-user chat; spec section 6). */
import type { Client, Element } from '@xmpp/client';

/** Where the rooms are and who speaks. */
export interface MessengerAccount {
  /** Prosody's client port, such as `xmpp://localhost:5222`. */
  readonly service: string;
  /** The virtual host of the account. */
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  /** The domain of the rooms, such as `conference.meet.example.org`. */
  readonly muc: string;
  /** The name that the participants see. */
  readonly nick: string;
}

/** What became of a message: `posted`, or `empty` when nobody is in the room. */
export type Posted = 'posted' | 'empty';

/** An open connection to Prosody. */
export interface Messenger {
  /**
   * Says one line in a room, and leaves it again. A room in which nobody is, is not opened for it.
   * @throws Error when Prosody refuses the entry or the message, or does not answer within `timeout`
   */
  post(room: string, text: string): Promise<Posted>;
  close(): Promise<void>;
}

const MUC = 'http://jabber.org/protocol/muc';
const MUC_USER = 'http://jabber.org/protocol/muc#user';
const DISCO_INFO = 'http://jabber.org/protocol/disco#info';

/**
 * Connects and signs in.
 * @param timeout milliseconds that each step may take
 * @throws Error when Prosody cannot be reached or refuses the account
 */
export async function openMessenger(account: MessengerAccount, timeout = 5000): Promise<Messenger> {
  const { client, xml } = await import('@xmpp/client');
  const xmpp = client({
    service: account.service,
    domain: account.domain,
    username: account.user,
    password: account.password,
    resource: `jmb-${process.pid}`,
    timeout,
  });
  // A stream error is told to whoever waits for an answer; without a listener it would end the process.
  xmpp.on('error', () => undefined);
  xmpp.reconnect.stop();
  try {
    await within(timeout, `${account.service} does not answer`, xmpp.start());
  } catch (error) {
    await closeQuietly(xmpp);
    throw error;
  }

  async function exists(address: string): Promise<boolean> {
    const question = xml('iq', { type: 'get', to: address }, xml('query', { xmlns: DISCO_INFO }));
    try {
      await xmpp.iqCaller.request(question, timeout);
      return true;
    } catch (error) {
      if (conditionOf(error) === 'item-not-found') return false;
      throw error;
    }
  }

  return {
    async post(room, text) {
      const address = `${room}@${account.muc}`;
      if (!(await exists(address))) return 'empty';
      const seat = `${address}/jmb-${process.pid}`;
      const entered = next(xmpp, timeout, `${address}: no answer to the entry`, (stanza) =>
        isOwnPresence(stanza, address),
      );
      await xmpp.send(
        xml(
          'presence',
          { to: seat },
          xml('x', { xmlns: MUC }, xml('history', { maxstanzas: '0' })),
          xml('nick', { xmlns: 'http://jabber.org/protocol/nick' }, account.nick),
        ),
      );
      refuseError(await entered, `${address}: entry refused`);
      // The room sends each message back to its author: that is its receipt (XEP-0045 section 7.4).
      const echoed = next(
        xmpp,
        timeout,
        `${address}: the message did not come back`,
        (stanza) => stanza.is('message') && (stanza.attrs['from'] === seat || stanza.attrs['from'] === address),
      );
      await xmpp.send(xml('message', { type: 'groupchat', to: address }, xml('body', {}, text)));
      refuseError(await echoed, `${address}: message refused`);
      await xmpp.send(xml('presence', { to: seat, type: 'unavailable' }));
      return 'posted';
    },
    close: () => closeQuietly(xmpp),
  };
}

/** Status code 110 marks one's own presence (XEP-0045 section 7.2.2); an error answers it too. */
function isOwnPresence(stanza: Element, room: string): boolean {
  if (!stanza.is('presence') || !stanza.attrs['from']?.startsWith(`${room}`)) return false;
  if (stanza.attrs['type'] === 'error') return true;
  const statuses = stanza.getChild('x', MUC_USER)?.getChildren('status') ?? [];
  return statuses.some((status) => status.attrs['code'] === '110');
}

function refuseError(stanza: Element, what: string): void {
  if (stanza.attrs['type'] !== 'error') return;
  const conditions = stanza.getChild('error');
  throw new Error(`${what}: ${conditions?.getChildText('text') ?? conditions?.attrs['type'] ?? 'error'}`);
}

function conditionOf(error: unknown): string | undefined {
  return error instanceof Error && 'condition' in error ? String(error.condition) : undefined;
}

/** The next stanza that fits; listening starts now, so that an answer cannot come before its listener. */
function next(xmpp: Client, timeout: number, what: string, fits: (stanza: Element) => boolean): Promise<Element> {
  const { promise, resolve } = deferred<Element>();
  const listener = (stanza: Element): void => {
    if (fits(stanza)) resolve(stanza);
  };
  xmpp.on('stanza', listener);
  return within(timeout, what, promise).finally(() => xmpp.removeListener('stanza', listener));
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function within<T>(timeout: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${timeout} ms`)), timeout);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function closeQuietly(xmpp: Client): Promise<void> {
  // A connection that broke has nothing left to close.
  await within(1000, 'close', xmpp.stop()).catch(() => undefined);
}
