/** A real Postfix with a folder and a port of its own, that hands everything on to one other server: what that refuses comes back as a report. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, untilAnswers } from './port.ts';

/** A running Postfix. */
export interface Postfix {
  /** For JMB_SMTP_URL. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one; as root alone. @param next the port of 127.0.0.1 that it hands mails to */
export async function startPostfix(next: number): Promise<Postfix> {
  const dir = mkdtempSync(join(tmpdir(), 'jmb-postfix-'));
  chmodSync(dir, 0o755);
  const [config, queue, data] = ['config', 'queue', 'data'].map((name) => join(dir, name)) as [string, string, string];
  for (const folder of [config, queue, data]) mkdirSync(folder);
  spawnSync('chown', ['postfix', data]);
  const port = await freePort();
  writeFileSync(
    join(config, 'main.cf'),
    `compatibility_level = 3.6
myhostname = mx.univ.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = ${queue}
data_directory = ${data}
maillog_file = ${dir}/log
maillog_file_prefixes = ${dir}
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:${next}
smtp_tls_security_level = none
smtp_host_lookup = native
alias_maps =
local_recipient_maps =
`,
  );
  const services = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
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
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  writeFileSync(join(config, 'master.cf'), `${services.join('\n')}\n`);
  const postfix = (word: string) => spawnSync('/usr/sbin/postfix', ['-c', config, word], { encoding: 'utf8' });
  const started = postfix('start');
  if (!(await untilAnswers(port, 10))) throw new Error(`Postfix does not answer: ${started.stderr}`);
  return {
    url: `smtp://127.0.0.1:${port}`,
    async stop() {
      postfix('stop');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
