/** The hosts that an installation is tried on. */
import type { SUITES } from './debian_root.ts';
import { DOMAIN } from './jitsi_tree.ts';

/** Which shapes of samples.ts the files of Jitsi have. */
export interface Shape {
  readonly prosody: string;
  readonly configJs: string;
  readonly jicofo: string;
  readonly bridge: string;
}

/** What Jitsi's packages leave and nobody has touched. */
export const AS_PACKAGED: Shape = {
  prosody: 'as packaged',
  configJs: 'as packaged',
  jicofo: 'as packaged',
  bridge: 'the bridge as packaged',
};

/** What is special about each. */
export interface Case {
  readonly suite: keyof typeof SUITES;
  readonly front: 'nginx' | 'apache';
  /** The way to sign in that is changed to in the end. */
  readonly change: readonly string[];
  readonly shape: Shape;
  /** The file of Jitsi's site, and whether it is as Jitsi's package has it. */
  readonly site: { readonly name: string; readonly packaged: boolean };
  /** Whether the Bash version is there before. */
  readonly bash: boolean;
}

/** Each distribution, with another front, way to sign in and shape of Jitsi's files. */
export const CASES: readonly Case[] = [
  {
    suite: 'bookworm',
    front: 'nginx',
    change: ['cas', '--cas-url', 'https://cas.example.org/cas'],
    shape: AS_PACKAGED,
    site: { name: `${DOMAIN}.conf`, packaged: true },
    bash: true,
  },
  {
    suite: 'trixie',
    front: 'nginx',
    change: [
      'oidc',
      '--oidc-issuer',
      'https://login.example.org',
      '--oidc-client',
      'jmb',
      '--oidc-secret-file',
      '/etc/key',
    ],
    shape: { prosody: 'CRLF', configJs: 'CRLF', jicofo: 'CRLF', bridge: 'no final newline' },
    site: { name: 'visio.conf', packaged: false },
    bash: false,
  },
  {
    suite: 'jammy',
    front: 'apache',
    change: ['ldap', '--ldap-url', 'ldap://127.0.0.1', '--ldap-base', 'dc=example,dc=org'],
    shape: {
      prosody: 'no final newline',
      configJs: 'no semicolon and no newline',
      jicofo: 'authentication on',
      bridge: 'empty',
    },
    site: { name: `${DOMAIN}-le-ssl.conf`, packaged: false },
    bash: false,
  },
  {
    suite: 'noble',
    front: 'nginx',
    change: ['shib'],
    shape: {
      prosody: 'guest host there',
      configJs: 'followed by code',
      jicofo: 'braces around everything',
      bridge: 'ends in a comment',
    },
    site: { name: `${DOMAIN}.conf`, packaged: true },
    bash: false,
  },
];
