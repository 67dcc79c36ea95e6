/** A real Dovecot with one mailbox, as its own process on free ports. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, untilAnswers } from './port.ts';

/** A running server. */
export interface Dovecot {
  /** For JMB_MAIL_INBOX: TLS from the first byte, by a user name and a password that must be percent-encoded. */
  readonly url: string;
  /** The same without TLS. */
  readonly plainUrl: string;
  readonly user: string;
  readonly password: string;
  /** The socket by which a Postfix asks for passwords: any user with this one. */
  readonly accounts: string;
  /** Puts a message into the mailbox. */
  deliver(message: string): void;
  /** How many messages are marked as read, and how many are not. */
  counts(): { read: number; unread: number };
  /** Ends the process and keeps the mailbox. */
  pause(): Promise<void>;
  /** Starts it again on the same ports. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const USER = 'visio@univ.example';
const PASSWORD = 'pa/ss@w:d%41';

/** Starts one. @param tls files of a certificate and its key; else it makes one that nobody vouches for */
export async function startDovecot(tls?: { readonly certificate: string; readonly key: string }): Promise<Dovecot> {
  const dir = mkdtempSync(join(tmpdir(), 'jmb-dovecot-'));
  chmodSync(dir, 0o755);
  const mail = join(dir, 'mail');
  for (const name of ['new', 'cur', 'tmp']) mkdirSync(join(mail, name), { recursive: true });
  const [secure, plain] = [await freePort(), await freePort()];
  const subject = ['-subj', '/CN=localhost', '-days', '30', '-nodes'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
  if (tls === undefined) execFileSync('openssl', ['req', '-x509', ...key, ...subject, ...files], { stdio: 'pipe' });
  const own = tls ?? { certificate: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  writeFileSync(join(dir, 'dovecot.conf'), configuration(dir, secure, plain, own));
  execFileSync('chown', ['-R', 'mail:mail', mail]);

  let child: ChildProcess | undefined;
  const resume = async (): Promise<void> => {
    const started = spawn('/usr/sbin/dovecot', ['-F', '-c', join(dir, 'dovecot.conf')], { stdio: 'ignore' });
    child = started;
    if (await untilAnswers(secure, 10, () => started.exitCode === null)) return;
    throw new Error(`Dovecot does not answer on port ${secure} (exit code ${started.exitCode})`);
  };
  const pause = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    await ended;
  };
  await resume();
  let delivered = 0;
  const who = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}`;
  return {
    url: `imaps://${who}@127.0.0.1:${secure}/INBOX`,
    plainUrl: `imap://${who}@127.0.0.1:${plain}/INBOX`,
    user: USER,
    password: PASSWORD,
    accounts: join(dir, 'accounts'),
    deliver(message) {
      delivered += 1;
      const name = `${1_000_000 + delivered}.${process.pid}.test`;
      writeFileSync(join(mail, 'tmp', name), message.replace(/\r?\n/g, '\n'));
      execFileSync('chown', ['mail:mail', join(mail, 'tmp', name)]);
      renameSync(join(mail, 'tmp', name), join(mail, 'new', name));
    },
    counts() {
      const names = ['new', 'cur'].flatMap((folder) => readdirSync(join(mail, folder)));
      const read = names.filter((name) => /:2,.*S/.test(name)).length;
      return { read, unread: names.length - read };
    },
    pause,
    resume,
    async stop() {
      await pause();
      if (existsSync(dir)) rmSync(dir, { recursive: true, force: true });
    },
  };
}

function configuration(
  dir: string,
  secure: number,
  plain: number,
  { certificate, key }: { readonly certificate: string; readonly key: string },
): string {
  return `protocols = imap
listen = 127.0.0.1
base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/log
ssl = yes
ssl_cert = <${certificate}
ssl_key = <${key}
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:${dir}/mail
first_valid_uid = 0
passdb {
  driver = static
  args = password=${PASSWORD.replaceAll('%', '%%')}
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${dir}
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener ${dir}/accounts {
    mode = 0666
  }
}
service imap-login {
  inet_listener imap {
    port = ${plain}
  }
  inet_listener imaps {
    port = ${secure}
    ssl = yes
  }
}
`;
}
