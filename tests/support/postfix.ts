/** A real Postfix with a folder and a port of its own: it hands mails on to one other server, or to a program. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, untilAnswers } from './port.ts';
import { giveToWebUser } from './web_user.ts';

/** Where mails go, and who may bring them. */
export interface PostfixOptions {
  /** The port of 127.0.0.1 that all mails are handed on to; what that refuses comes back as a report. */
  readonly next?: number;
  /** The command that gets what comes to `visio@univ.example`, by an alias of the web server's user; then it is no relay. */
  readonly pipe?: string;
  /** Files of a certificate and its key: STARTTLS is offered. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** A socket of Dovecot that knows passwords: who wants to send must sign in, and over TLS alone. */
  readonly accounts?: string;
  /** What it answers to recipients, such as `552 5.2.2 mailbox full`. */
  readonly answers?: Readonly<Record<string, string>>;
}

/** A running Postfix. */
export interface Postfix {
  /** For JMB_SMTP_URL. */
  readonly url: string;
  readonly port: number;
  /** What it has logged. */
  log(): string;
  /** Has it try again at once what it put off. */
  flush(): void;
  stop(): Promise<void>;
}

/** Starts one; as root alone. */
export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const dir = mkdtempSync(join(tmpdir(), 'jmb-postfix-'));
  chmodSync(dir, 0o755);
  const [config, queue, data] = ['config', 'queue', 'data'].map((name) => join(dir, name)) as [string, string, string];
  for (const folder of [config, queue, data]) mkdirSync(folder);
  spawnSync('chown', ['postfix', data]);
  const port = await freePort();
  const run = (program: string, ...words: string[]) =>
    spawnSync(`/usr/sbin/${program}`, ['-c', config, ...words], { encoding: 'utf8' });
  const settings = {
    compatibility_level: '3.6',
    myhostname: 'mx.univ.example',
    mydestination: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    queue_directory: queue,
    data_directory: data,
    maillog_file: join(dir, 'log'),
    maillog_file_prefixes: dir,
    mynetworks: '127.0.0.0/8',
    alias_maps: '',
    local_recipient_maps: '',
    smtp_tls_security_level: 'none',
    smtp_host_lookup: 'native',
    ...(options.next !== undefined && { relayhost: `[127.0.0.1]:${options.next}` }),
    ...(options.pipe !== undefined && piped(config)),
    ...guarded(options),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(join(config, 'main.cf'), lines.join(''));
  writeFileSync(join(config, 'master.cf'), `127.0.0.1:${port} inet n - n - - smtpd\n${SERVICES.join('\n')}\n`);
  if (options.pipe !== undefined) {
    const aliases = join(config, 'aliases');
    writeFileSync(aliases, `visio: "|${options.pipe}"\n`);
    run('postalias', aliases);
    for (const file of [aliases, `${aliases}.db`]) giveToWebUser(file);
  }
  const started = run('postfix', 'start');
  if (!(await untilAnswers(port, 10))) throw new Error(`Postfix does not answer: ${started.stderr}`);
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    log: () => readFileSync(join(dir, 'log'), 'utf8'),
    flush: () => void run('postqueue', '-f'),
    async stop() {
      run('postfix', 'stop');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What is put off is tried again each second. */
function piped(config: string): Record<string, string> {
  return {
    mydestination: 'univ.example',
    recipient_delimiter: '+',
    alias_maps: `hash:${join(config, 'aliases')}`,
    minimal_backoff_time: '1s',
    queue_run_delay: '1s',
  };
}

function guarded({ tls, accounts, answers = {} }: PostfixOptions): Record<string, string> {
  const said = Object.entries(answers).map(([address, answer]) => `{ ${address} = ${answer} }`);
  const checks = said.length === 0 ? [] : [`check_recipient_access inline:{ ${said.join(', ')} }`];
  const who = accounts === undefined ? ['permit_mynetworks'] : ['permit_sasl_authenticated'];
  return {
    smtpd_error_sleep_time: '0',
    smtpd_recipient_restrictions: [...checks, ...who, 'reject'].join(', '),
    ...(tls && { smtpd_tls_security_level: 'may', smtpd_tls_cert_file: tls.certificate, smtpd_tls_key_file: tls.key }),
    ...(accounts && {
      smtpd_sasl_auth_enable: 'yes',
      smtpd_sasl_type: 'dovecot',
      smtpd_sasl_path: accounts,
      smtpd_tls_auth_only: 'yes',
    }),
  };
}

const SERVICES = [
  'pickup unix n - n 60 1 pickup',
  'cleanup unix n - n - 0 cleanup',
  'qmgr unix n - n 300 1 qmgr',
  'rewrite unix - - n - - trivial-rewrite',
  'bounce unix - - n - 0 bounce',
  'defer unix - - n - 0 bounce',
  'trace unix - - n - 0 bounce',
  'smtp unix - - n - - smtp',
  'relay unix - - n - - smtp',
  'error unix - - n - - error',
  'retry unix - - n - - error',
  'showq unix n - n - - showq',
  'anvil unix - - n - 1 anvil',
  'proxymap unix - - n - - proxymap',
  'local unix - n n - - local',
  'tlsmgr unix - - n 1000? 1 tlsmgr',
  'postlog unix-dgram n - n - 1 postlogd',
];
