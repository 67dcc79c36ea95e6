/** A real Prosody with a MUC and one account, as its own process on a free port. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { client, type Element, xml } from '@xmpp/client';
import { freePort, untilAnswers } from './port.ts';

/** A running server. */
export interface Prosody {
  readonly service: string;
  readonly muc: string;
  stop(): Promise<void>;
}

/** Starts Prosody with the given accounts on `localhost` (name → password). */
export async function startProsody(accounts: Record<string, string>): Promise<Prosody> {
  const dir = mkdtempSync(join(tmpdir(), 'jmb-prosody-'));
  const port = await freePort();
  const config = join(dir, 'prosody.cfg.lua');
  writeFileSync(
    config,
    `pidfile = "${dir}/prosody.pid"
data_path = "${dir}"
certificates = "${dir}"
run_as_root = true
daemonize = false
log = { warn = "${dir}/prosody.log" }
c2s_ports = { ${port} }
c2s_interfaces = { "127.0.0.1" }
s2s_ports = {}
http_ports = {}
https_ports = {}
c2s_require_encryption = false
modules_enabled = { "roster", "saslauth", "disco", "ping" }
modules_disabled = { "s2s", "tls", "http" }
VirtualHost "localhost"
  authentication = "internal_hashed"
Component "conference.meet.example.org" "muc"
`,
  );
  for (const [name, password] of Object.entries(accounts)) {
    const made = spawnSync('prosodyctl', ['--config', config, 'register', name, 'localhost', password], {
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`prosodyctl: ${made.stdout}${made.stderr}`);
  }
  const child = spawn('prosody', ['--config', config, '-F'], { stdio: 'ignore' });
  await answering(port, child);
  return {
    service: `xmpp://127.0.0.1:${port}`,
    muc: 'conference.meet.example.org',
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(dir, { recursive: true, force: true });
          resolve();
        });
        child.kill('SIGTERM');
      }),
  };
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  if (await untilAnswers(port, 10, () => child.exitCode === null)) return;
  throw new Error(child.exitCode === null ? 'prosody does not answer' : `prosody ended with ${child.exitCode}`);
}

/** Alice (password alice) in a room that she opens; `heard` are the lines that she reads. */
export async function someoneIn(
  prosody: Prosody,
  room: string,
): Promise<{ heard: string[]; leave(): Promise<unknown> }> {
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
