/**
 * A real Prosody on free ports, laid out as Jitsi's: a host of token holders, a host of guests, a host of Jicofo, rooms.
 * Jitsi's own modules are not in Debian, so two small ones stand in for them (tests/support/prosody/).
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MODULE_SECRET } from '../../lib/install/prosody.ts';
import { freePort, untilAnswers } from './port.ts';

/** The domain of all that Prosody serves here. */
export const DOMAIN = 'meet.example.org';

/** Where the rooms are. */
export const MUC = `conference.${DOMAIN}`;

/** A running server. */
export interface Prosody {
  /** Port of BOSH, websockets and mod_jmb. */
  readonly http: number;
  /** Port of XMPP itself. */
  readonly c2s: number;
  /** The settings that lead to mod_jmb. */
  readonly settings: Readonly<Record<string, string>>;
  /** The file of mod_jmb that is loaded, to be changed by tests. */
  readonly module: string;
  /** The command that speaks to this Prosody. */
  readonly control: readonly [string, ...string[]];
  log(): string;
  /** What `prosodyctl shell` prints to one line. */
  shell(line: string): string;
  /** Ends it; what it keeps stays for `start`. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Which parts of mod_jmb are loaded, and what else is written. */
export interface ProsodyOptions {
  readonly host?: boolean;
  readonly component?: boolean;
  /** Further lines of the token host, and of the component. */
  readonly onHost?: string;
  readonly onComponent?: string;
  /** Jitsi's own modules in place of the stand-ins, and the configuration that goes with them. */
  readonly release?: { readonly plugins: string; readonly config: string };
}

const SECRET = 'the secret of the tests';
const OURS = resolve(import.meta.dirname, '../../lib/jitsi/prosody/mod_jmb.lua');
const STAND_INS = join(import.meta.dirname, 'prosody');

/** Starts Prosody with mod_jmb. */
export async function startProsody(options: ProsodyOptions = {}): Promise<Prosody> {
  const { host = true, component = true, release } = options;
  const plugins = release?.plugins ?? STAND_INS;
  const dir = mkdtempSync(join(tmpdir(), 'jmb-prosody-'));
  const [http, c2s] = [await freePort(), await freePort()];
  const config = join(dir, 'prosody.cfg.lua');
  const module = join(dir, 'plugins/mod_jmb.lua');
  const secret = join(dir, 'secret');
  mkdirSync(join(dir, 'plugins'));
  mkdirSync(join(dir, 'data'));
  const hosts = `VirtualHost "${DOMAIN}"
  authentication = "token"
  allow_empty_token = true
  app_id = "jmb"
  app_secret = "an app secret that is long enough for HS256"
  jmb_secret_file = "${secret}"
  modules_enabled = { ${host ? '"jmb"' : ''} }
  ${options.onHost ?? ''}
VirtualHost "guest.${DOMAIN}"
  authentication = "anonymous"
VirtualHost "auth.${DOMAIN}"
  authentication = "internal_hashed"
Component "${MUC}" "muc"
  storage = "memory"
  muc_room_locking = false
  muc_room_default_public_jids = true
  modules_enabled = { ${component ? '"jmb"' : ''}, ${options.onComponent ?? '"wait_for_host"'} }
`;
  // What install.sh writes names places that only root may fill.
  const placed = (text: string): string =>
    text
      .replaceAll('/usr/share/jitsi-meet/prosody-plugins/', plugins)
      .replaceAll('/opt/jitsi-jmb/prosody', join(dir, 'plugins'))
      .replaceAll(MODULE_SECRET, secret);
  copyFileSync(OURS, module);
  writeFileSync(secret, `${SECRET}\n`, { mode: 0o640 });
  writeFileSync(
    config,
    `pidfile = "${dir}/prosody.pid"
data_path = "${dir}/data"
certificates = "${dir}"
plugin_paths = { "${plugins}", "${dir}/plugins" }
run_as_root = true
admin_socket = "${dir}/prosody.sock"
log = { info = "${dir}/prosody.log" }
c2s_ports = { ${c2s} }
c2s_interfaces = { "127.0.0.1" }
s2s_ports = {}
http_ports = { ${http} }
http_interfaces = { "127.0.0.1" }
https_ports = {}
http_default_host = "${DOMAIN}"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_bosh_secure = true
consider_websocket_secure = true
cross_domain_bosh = false
admins = { "focus@auth.${DOMAIN}" }
modules_enabled = { "saslauth", "disco", "ping", "bosh", "websocket", "smacks", "admin_shell" }
modules_disabled = { "s2s", "tls" }
muc_mapper_domain_base = "${DOMAIN}"
${release === undefined ? hosts : placed(release.config)}`.replace('{ ,', '{'),
  );
  const made = spawnSync('prosodyctl', ['--config', config, 'register', 'focus', `auth.${DOMAIN}`, 'focus'], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`prosodyctl: ${made.stdout}${made.stderr}`);
  const log = (): string => readFileSync(join(dir, 'prosody.log'), 'utf8');
  let child = await run(config, http, log);
  const kill = (): Promise<void> =>
    new Promise((done) => {
      if (child.exitCode !== null) return done();
      child.once('exit', () => done());
      child.kill('SIGTERM');
    });
  return {
    http,
    c2s,
    settings: {
      JMB_PROSODY_URL: `http://127.0.0.1:${http}/jmb`,
      JMB_PROSODY_SECRET_FILE: secret,
      JMB_PROSODY_HOST: DOMAIN,
    },
    module,
    control: ['prosodyctl', '--config', config],
    log,
    shell: (line) => {
      const said = spawnSync('prosodyctl', ['--config', config, 'shell', line], { encoding: 'utf8', timeout: 20_000 });
      return said.stdout + said.stderr;
    },
    kill,
    start: async () => {
      child = await run(config, http, log);
    },
    stop: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function run(config: string, port: number, log: () => string): Promise<ReturnType<typeof spawn>> {
  const env = { ...process.env, LUA_PATH: `${join(STAND_INS, 'lua')}/?.lua;;` };
  const child = spawn('prosody', ['--config', config, '-F'], { stdio: 'ignore', env });
  if (await untilAnswers(port, 15, () => child.exitCode === null)) return child;
  child.kill('SIGKILL');
  throw new Error(`prosody does not answer on ${port}:\n${log()}`);
}
