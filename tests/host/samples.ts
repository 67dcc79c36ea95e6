// Short files in the shapes that Jitsi's packages and their administrators leave behind.

export const DOMAIN = 'meet.example.org';

const main = (list: string, head = '    authentication = "token"\n    app_id="jmb"\n    app_secret="secret"\n') => `
plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }
muc_mapper_domain_base = "${DOMAIN}";
external_services = {
     { type = "stun", host = "${DOMAIN}", port = 3478 },
};
unlimited_jids = { "focus@auth.${DOMAIN}" }

VirtualHost "${DOMAIN}"
${head}    ssl = {
        key = "/etc/prosody/certs/${DOMAIN}.key";
    }
    -- we need bosh
${list}
    c2s_require_encryption = false
    --lobby_muc = "lobby.${DOMAIN}"

Component "conference.${DOMAIN}" "muc"
    restrict_room_creation = true
    storage = "memory"
    modules_enabled = {
        "muc_meeting_id";
        --"token_verification";
        "polls"
    }
    admins = { "focus@auth.${DOMAIN}" }

VirtualHost "auth.${DOMAIN}"
    modules_enabled = { "limits_exception"; }
    authentication = "internal_hashed"
`;

const stock = main(
  '    modules_enabled = {\n        "bosh";\n        "ping"; -- Enable mod_ping\n        "muc_lobby_rooms";\n    }',
);

/** Prosody configurations of the domain, by what is special about each. */
export const PROSODY: Readonly<Record<string, string>> = {
  'as packaged': stock,
  CRLF: stock.replaceAll('\n', '\r\n'),
  tabs: stock.replaceAll('    ', '\t'),
  'no final newline': stock.trimEnd(),
  'no final newline, CRLF': stock.trimEnd().replaceAll('\n', '\r\n'),
  'ends in a comment without newline': `${stock}-- the end`,
  'ends in a long comment': `${stock}--[[ the\n end ]]`,
  'list on one line': main('    modules_enabled = { "bosh"; "pubsub" }'),
  'list on one line with commas': main('    modules_enabled={"bosh","pubsub",}'),
  'empty list': main('    modules_enabled = {}'),
  'empty list over lines': main('    modules_enabled = {\n    }'),
  'list with comments': main(
    '    modules_enabled = { -- ours\n        -- "persistent_lobby";\n        "bosh", -- last'.concat('\n    }'),
  ),
  'list behind a long comment': main('    modules_enabled = --[[ a\n b ]] { --[==[ c\n ]] ]==] "bosh" }'),
  'list that begins beside its brace': main('    modules_enabled = { "bosh";\n        "pubsub" }'),
  'no list': main(''),
  'list set twice': main('    modules_enabled = { "a" }\n    modules_enabled = { "b" }'),
  'empty tokens refused': main('    modules_enabled = { "bosh" }\n    allow_empty_token = false -- never'),
  'empty tokens refused, in one line': main('    modules_enabled = { "bosh" } allow_empty_token = false; foo = "]]"'),
  'empty tokens by words': main('    modules_enabled = { "bosh" }\n    allow_empty_token = not (1 == 2) and t[a[1]]'),
  'empty tokens allowed': main('    modules_enabled = { "bosh" }\n    allow_empty_token = true'),
  'everything in a line': `VirtualHost "${DOMAIN}" authentication = "token" modules_enabled = { "bosh" } Component "conference.${DOMAIN}" "muc"`,
  'heads in round brackets': `VirtualHost("${DOMAIN}")\nauthentication = "token"\nComponent ("conference.${DOMAIN}") ("muc")`,
  'heads with semicolons': `VirtualHost "${DOMAIN}"; -- main\nComponent "conference.${DOMAIN}" "muc";\nfoo = 1;`,
  'head with a comment': `VirtualHost '${DOMAIN}' -- main\nComponent 'conference.${DOMAIN}' 'muc' -- rooms\n`,
  capitals: `VirtualHost "Meet.Example.ORG"\n  foo = 1\nComponent "conference.Meet.Example.ORG" "muc"\n`,
  'rooms under another name': `VirtualHost "${DOMAIN}"\n main_muc = "muc.${DOMAIN}"\nComponent "muc.${DOMAIN}" "muc"\n`,
  'lobby there': `${main('    lobby_muc = "lobby2.x"\n    modules_enabled = { "muc_lobby_rooms" }')}`,
  'lobby component there': `${stock}\nComponent "lobby.${DOMAIN}" "muc"\n    storage = "memory"\n`,
  'guest host there': `${stock}\nVirtualHost "guest.${DOMAIN}"\n    authentication = "anonymous"\n`,
  'guest host without a way in': `${stock}\nVirtualHost "guest.${DOMAIN}"`,
  'long strings': main('    motd = [==[\nmodules_enabled = { "x" }\n]==]\n    modules_enabled = { [[bosh]] }'),
  'component twice': `${stock}\nComponent "conference.${DOMAIN}" "muc"\n    foo = "bar"\n`,
};

/** Jitsi's config.js in several shapes. */
export const CONFIG_JS: Readonly<Record<string, string>> = {
  'as packaged': `/* eslint-disable comma-dangle */
var subdir = '<!--# echo var="subdir" default="" -->';
var config = {
    // Connection
    hosts: {
        domain: '${DOMAIN}',
        // When using authentication, domain for guest users.
        // anonymousdomain: 'guest.example.com',
        muc: 'conference.' + subdir + '${DOMAIN}',
    },
    // requireDisplayName: true,
    // tokenAuthUrl: 'https://myservice.com/auth/{room}',
    prejoinConfig: {
        // enabled: true,
        hideExtraJoinButtons: ['by-phone'],
    },
    // List of undocumented settings
    /*
     _immediateReloadThreshold
    */
};

/* eslint-enable no-unused-vars */
`,
  'without objects': `var config = { bosh: '//x/http-bind' }`,
  'no semicolon and no newline': `var config = { hosts: { domain: 'x' } }`,
  'ends in a comment without newline': `var config = { hosts: { domain: 'x' } } // the end`,
  'followed by code': `var config = { hosts: {}, requireDisplayName: false };\nconfig.tokenAuthUrl = 'https://old';\nif (config.hosts) {\n  config.seen = true\n}`,
  'followed by an expression': `var config = {};\nconfig.list = [1, 2]\n  .map((x) => x + 1)`,
  CRLF: `var config = {\r\n    hosts: { domain: 'x' },\r\n};\r\n`,
  'strings that look like comments': `var config = { a: '// jmb', b: "/*", hosts: { domain: 'x' } };\n`,
};

/** Jicofo's and the bridge's configurations in several shapes. */
export const HOCON: Readonly<Record<string, string>> = {
  'as packaged': `# Jicofo HOCON configuration.
jicofo {
  xmpp: {
    client: {
      client-proxy: "focus.${DOMAIN}"
      xmpp-domain = "${DOMAIN}"
      password = "a}b{#//"
    }
  }
  bridge: { brewery-jid: "JvbBrewery@internal.auth.${DOMAIN}" }
}
`,
  'authentication on': `jicofo {\n  authentication: {\n    enabled: true\n    type: XMPP\n    login-url: old.example.org\n  }\n  conference { enable-auto-owner = true }\n}\n`,
  'no final newline': 'jicofo { conference { max-ssrc-count = 10 } }',
  'ends in a comment': 'jicofo { a = 1 }\n// } the end',
  'braces around everything':
    '{\n  "jicofo": {\n    "conference": { "enable-auto-owner": true },\n    "authentication": { "enabled": true }\n  }\n}\n',
  'braces around everything, one line': '{ "jicofo": { "a": "}" } } # }',
  'braces behind a comment': '# { x\n{\n  jicofo { a = """}"""" }\n} // the end }',
  'paths only': 'jicofo.conference.enable-auto-owner = true\nvideobridge.stats.enabled=false\n',
  'the bridge as packaged': `videobridge {
    http-servers {
        public {
            port = 9090
        }
    }
    websockets { enabled = true, domain = "${DOMAIN}:443", tls = true }
}
`,
  CRLF: 'jicofo {\r\n  a = 1\r\n}\r\n',
  empty: '',
};
