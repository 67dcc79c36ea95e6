/** A staged tree with the files that Jitsi's packages leave, and install.sh run on it. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const clone = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const DOMAIN = 'meet.example.org';
/** Everything that a shell, Lua or Apache would take for something else. */
export const SECRET = `a "b' $HOME \${X} # -- \`id\` \\ é;`;
export const CAS = ['--auth', 'cas', '--cas-url', 'https://cas.example.org/cas'];

/** What install.sh ended with, and said on either stream. */
export interface Done {
  readonly status: number | null;
  readonly said: string;
}

/** A tree on which JMB can be installed. */
export interface JitsiTree {
  readonly root: string;
  put(path: string, text: string, mode?: number): void;
  read(path: string): string;
  /** Every path with its mode, owner, and digest or target. */
  snapshot(): Record<string, string>;
  /** Runs install.sh on it with --yes. */
  install(...words: string[]): Done;
  remove(): void;
}

/** Makes one, in a folder of its own or in this one. */
export function jitsiTree(root: string = mkdtempSync(join(tmpdir(), 'jmb-host-'))): JitsiTree {
  const put = (path: string, text: string, mode = 0o644): void => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  const secret = `"${SECRET.replace(/[\\"]/g, '\\$&')}"`;
  put(
    'etc/jitsi/meet/meet.example.org-config.js',
    "var config = {\n    hosts: {\n        domain: 'meet.example.org',\n        muc: 'conference.meet.example.org'\n    }\n};\n",
  );
  put(
    'etc/prosody/conf.avail/meet.example.org.cfg.lua',
    `VirtualHost "${DOMAIN}"\n    authentication = "token" -- do not delete\n    app_id = 'jmb-id';\n    app_secret=${secret}\n    modules_enabled = {\n        "bosh";\n        "ping" -- the last\n    }\n\nComponent "conference.${DOMAIN}" "muc"\n    storage = "memory"\n    modules_enabled = { "token_verification" }\n\nVirtualHost "auth.${DOMAIN}"\n    authentication = "internal_hashed"\n`,
    0o640,
  );
  put('etc/prosody/prosody.cfg.lua', 'VirtualHost "localhost"\n');
  mkdirSync(join(root, 'etc/prosody/conf.d'));
  symlinkSync(`/etc/prosody/conf.avail/${DOMAIN}.cfg.lua`, join(root, `etc/prosody/conf.d/${DOMAIN}.cfg.lua`));
  put('etc/jitsi/jicofo/jicofo.conf', 'jicofo {\n  xmpp { client { xmpp-domain: "meet.example.org" } }\n}\n');
  put('etc/jitsi/videobridge/jvb.conf', 'videobridge {\n  http-servers { public { port = 9090 } }\n}');
  put(`etc/nginx/sites-available/${DOMAIN}.conf`, 'server { include /etc/jitsi/meet/jaas/*.conf; }\n');
  put('etc/apache2/ports.conf', '# ports\nListen 80\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n');
  put('etc/group', 'root:x:0:\nwww-data:x:33:\n');
  for (const name of ['muc_wait_for_host', 'persistent_lobby', 'token_affiliation']) {
    put(`usr/share/jitsi-meet/prosody-plugins/mod_${name}.lua`, '');
  }

  return {
    root,
    put,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    snapshot: () => snapshot(root),
    install: (...words) => {
      const env = { ...process.env, JMB_DIST_READY: '1' };
      const done = spawnSync(join(clone, 'install.sh'), ['--root', root, '--yes', ...words], { env, encoding: 'utf8' });
      return { status: done.status, said: done.stdout + done.stderr };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Every path below a folder with its mode, owner, and digest or target. */
export function snapshot(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = join(root, name);
    const stat = lstatSync(file);
    const content = stat.isSymbolicLink()
      ? `-> ${readlinkSync(file)}`
      : stat.isFile()
        ? digest(readFileSync(file))
        : '';
    found[name] = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${content}`;
  }
  return found;
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
