/** The second host: the service that has Litestream copy the database as it is written, and whether this host is the one that waits. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { replicaOf } from '../settings/replica.ts';
import { readSettings } from '../settings.ts';
import type { Draft } from './changes.ts';
import { exists } from './entries.ts';
import type { Found } from './found.ts';
import { DATA, PREFIX } from './ours.ts';
import { hasSystemd, LITESTREAM_UNIT } from './services.ts';
import { type Hands, isStaged } from './steps.ts';
import { HostError } from './tree.ts';

/** What Litestream must be, at least. */
const OLDEST = [0, 3, 13] as const;

/** Throws HostError where this host cannot run the service: no systemd, or no Litestream that is new enough. */
export function wantLitestream(hands: Hands, replica: string | undefined): void {
  if (replica === undefined || isStaged(hands)) return;
  if (!hasSystemd())
    throw new HostError(
      'install.sh: --replica and --standby need systemd, which runs Litestream as a service, and none runs here',
    );
  const { stdout } = spawnSync('litestream', ['version'], { encoding: 'utf8', timeout: 10_000 });
  const found = /v?(\d+)\.(\d+)\.(\d+)/
    .exec(stdout ?? '')
    ?.slice(1)
    .map(Number);
  const wanted = OLDEST.join('.');
  if (found === undefined)
    throw new HostError(
      `install.sh: --replica and --standby need Litestream ${wanted} or later as litestream in /usr/local/bin or /usr/bin: litestream.io has packages`,
    );
  const at = OLDEST.findIndex((number, index) => found[index] !== number);
  if (at >= 0 && (found[at] ?? 0) < (OLDEST[at] ?? 0))
    throw new HostError(`install.sh: Litestream ${found.join('.')} is too old: ${wanted} or later`);
}

/** Plans the service, where a replica is wished; and has this host wait, where it is to be the second one. */
export function planReplica(to: Draft, found: Found, replica: string | undefined, standby: boolean): void {
  if (replica === undefined) return;
  to.file(LITESTREAM_UNIT, unitText(replica), 'copies the database for a second host');
  const name = LITESTREAM_UNIT.slice(LITESTREAM_UNIT.lastIndexOf('/'));
  to.link(`/etc/systemd/system/multi-user.target.wants${name}`, LITESTREAM_UNIT, 'starts that service');
  if (!standby) return;
  const web = { uid: to.tree.number('passwd', 'www-data') ?? 33, gid: to.tree.number('group', 'www-data') ?? 33 };
  // jmb promote takes it away again.
  to.once(`${databaseOf(to, found)}-role`, () => 'standby\n', 'this host waits until jmb promote', {
    ...{ mode: 0o640, keeps: true },
    ...web,
  });
}

function databaseOf({ tree }: Draft, { bash, oldDatabase }: Found): string {
  const usual = oldDatabase ?? `${DATA}/jmb.db`;
  if (bash || !exists(tree, `${PREFIX}/etc/jmb_jwt.cf`)) return usual;
  return readSettings(join(tree.root, PREFIX), {}, true).JMB_DB;
}

/** The unit (systemd.service(5), systemd.exec(5)). The address is not in it, since everybody may read it. */
function unitText(replica: string): string {
  const { type, path } = replicaOf(replica);
  const mount = type === 'file' ? `RequiresMountsFor=${path}\n` : '';
  // Another address is another file, and so a start anew.
  const sign = createHash('sha256').update(replica).digest('hex').slice(0, 12);
  return `# Written by install.sh of Jitsi Meet Booking, for the replica ${sign}; its next run writes it anew.
[Unit]
Description=Jitsi Meet Booking: copies the database for a second host, as it is written
Documentation=file:${PREFIX}/apache/two-hosts.md
Wants=network-online.target
After=network-online.target
# A host that comes back learns what it is before anybody reaches it.
Before=apache2.service nginx.service cron.service
StartLimitIntervalSec=0
${mount}
[Service]
User=www-data
Group=www-data
UMask=0027
RuntimeDirectory=jitsi-jmb-litestream
RuntimeDirectoryMode=0700
# Where another host is the active one, nothing starts, and that is no failure.
ExecCondition=${PREFIX}/bin/jmb replica --ready %t/jitsi-jmb-litestream/litestream.yml
ExecStart=litestream replicate -config %t/jitsi-jmb-litestream/litestream.yml -no-expand-env
Restart=always
RestartSec=5
# Apache waits for no longer than this.
TimeoutStartSec=45
# What is not copied yet goes out before the end.
TimeoutStopSec=60

# It writes the database's folder and that of the replica, and reaches out by the network; nothing else is any of its business.
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=full
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
# Node asks for some of them as it starts, and does without; killed, it would never start.
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}
