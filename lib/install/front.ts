/** What is known of the web server that people reach, whichever it is. */

/** Where it listens for Jitsi's domain. */
export interface Address {
  /** An address of this machine: 127.0.0.1 where it listens on all. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Whether a connection begins with a line of the PROXY protocol. */
  readonly proxied: boolean;
}

/** Something that a web server listens on: `*` for every address of this machine. */
export interface Socket {
  readonly host: string;
  readonly port: number;
}

/** Jitsi's site in the web server that people reach. */
export interface Front {
  readonly kind: 'nginx' | 'apache';
  /** Where to ask it; undefined where its files do not say. */
  readonly address: Address | undefined;
  /** The files that serve the domain and do not lead to us by themselves, with the offsets at which our lines go. */
  readonly edits: ReadonlyMap<string, readonly number[]>;
  /** Whether the site says itself what its front page is. */
  readonly ownFrontPage: boolean;
  /** What nginx listens on; empty where Apache is the front. */
  readonly sockets: readonly Socket[];
}

/** Address and port of `443`, `*:443`, `192.0.2.7:443`, `[::]:443`, `[2001:db8::7]`, `meet.example.org:443`; `port` where none is said. */
export function socketOf(text: string, port: number): Socket {
  if (/^\d+$/.test(text)) return { host: '*', port: Number(text) };
  const [, host = text, said] = /^(\[[^\]]*\]|[^:]*)(?::(\d+|\*))?$/.exec(text) ?? [];
  const bare = host.replace(/^\[|\]$/g, '');
  return {
    host: ['', '0.0.0.0', '_default_'].includes(bare) ? '*' : bare,
    port: said === undefined || said === '*' ? port : Number(said),
  };
}

/** An address of this machine at which a socket is reached. */
export function reachable(host: string): string {
  if (host === '*') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
