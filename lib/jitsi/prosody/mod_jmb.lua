-- mod_jmb: what Jitsi Meet Booking needs of Prosody. Loaded on the token host (where `authentication = "token"`) and on
-- the component of the conference rooms; one file for both.
--
--   1. No session of the token host without a token: refused when it signs in, and again at the door of each room.
--   2. Lines said in a room by the room itself.
--   3. Rooms ended, and kept closed; the ownership of single people ended.
--   4. Which rooms are open, with how many people; who is in one.
--
-- 2 to 4 are asked for by JSON over HTTP, by loopback peers that know the secret of `jmb_secret_file` (an option of the
-- token host). Runs in Prosody 0.11 to 13. Licence: GPL-3.0-or-later.

local configmanager = require "core.configmanager";
-- Files, whatever `storage` says: Jitsi's rooms are in memory, and a restart must not open what was closed.
local files = require "core.storagemanager".olddm;
local hashes = require "util.hashes";
local jid = require "util.jid";
local json = require "util.json";
local st = require "util.stanza";
local new_id = require "util.uuid".generate;

local LONGEST_QUESTION = 65536; -- bytes of a request's body
local LONGEST_TEXT = 4000; -- bytes of a line or a reason
local MOST_IDS = 1000; -- people whose ownership one question ends
local MOST_ROOMS = 10000; -- rooms that are kept closed, or in which somebody's ownership is ended
local MOST_NAMES = 500; -- people of a room who are named
local LONGEST_NAME = 1024; -- bytes of a name
local LATEST = 400 * 86400; -- seconds: no order holds for longer

local is_component = module:get_host_type() == "component";

-- What the parts on component and host offer each other, by host.
local parts = module:shared("/*/jmb/parts");

-- Whether people sign in with tokens on a host of this server.
local function is_token_host(host)
	if not prosody.hosts[host] then return false; end
	return configmanager.get(host, "authentication") == "token";
end

local function has_token(session)
	local token = session and session.auth_token;
	return type(token) == "string" and token ~= "";
end

-- The digest of this file as it was loaded, so that whoever has put another one here sees whether it runs.
local function version_of_file()
	local source = module.path or debug.getinfo(1, "S").source:gsub("^@", "");
	local file = io.open(source, "rb");
	if not file then return ""; end
	local text = file:read("*a");
	file:close();
	return hashes.sha256(text, true);
end

local VERSION = version_of_file();

---------------------------------------------------------------------------------------------------------------------
-- On the token host: the first door, and the endpoint
---------------------------------------------------------------------------------------------------------------------

-- allow_empty_token has to be true for the guests of the guest host, and would open this host as well.
local function refuse_tokenless_session(session)
	if session.host ~= module.host or has_token(session) then return nil; end
	module:log("info", "refused a session without a token from %s", tostring(session.ip));
	return { res = false, error = "not-allowed", reason = "token required" };
end

local function first_door(session)
	local ok, refusal = pcall(refuse_tokenless_session, session);
	if ok then return refusal; end
	module:log("error", "the door of the host failed, so it refuses: %s", refusal);
	return { res = false, error = "not-allowed", reason = "token required" };
end

local function is_loopback(ip)
	return ip == "::1" or (type(ip) == "string" and ip:gsub("^::ffff:", ""):match("^127%.%d+%.%d+%.%d+$") ~= nil);
end

-- Read at each question, so that a new secret needs no reload.
local function secret()
	local path = module:get_option_string("jmb_secret_file");
	local file = path and io.open(path, "rb");
	if not file then return nil; end
	local line = (file:read(4096) or ""):match("^%s*(%S.-)%s*$");
	file:close();
	return line;
end

-- Digests are compared, for how long that takes tells nothing of the secret.
local function knows_secret(request)
	local given = (request.headers.authorization or ""):match("^Bearer%s+(.+)$");
	local known = secret();
	if not given or not known then return false; end
	return hashes.sha256(given) == hashes.sha256(known);
end

-- request.ip believes X-Forwarded-For; the connection does not. What a proxy passes on did not begin on this host.
local function may_ask(request)
	local headers = request.headers;
	if headers.x_forwarded_for or headers.forwarded or headers.x_real_ip then return false; end
	return is_loopback(request.conn:ip()) and knows_secret(request);
end

-- The part on the component of this host's rooms.
local function rooms_part()
	local wanted = module:get_option_string("jmb_component", "conference." .. module.host);
	if parts[wanted] then return parts[wanted]; end
	for host, part in pairs(parts) do
		if host:sub(-#module.host - 1) == "." .. module.host then return part; end
	end
	return nil;
end

local function answer_to(verb, question)
	if verb == "version" then
		local part = rooms_part();
		return 200, { version = VERSION, rooms = part and part.version or json.null };
	end
	local part = rooms_part();
	if not part then return 503, { error = "mod_jmb is not loaded on the component of the rooms" }; end
	local verbs = part.verbs;
	if not verbs[verb] then return 404, { error = "unknown verb" }; end
	local answer, mistake = verbs[verb](question);
	if not answer then return 400, { error = mistake or "bad question" }; end
	return 200, answer;
end

local function answered(event, verb)
	local request = event.request;
	if not may_ask(request) then
		module:log("warn", "refused a question from %s", tostring(request.conn:ip()));
		return 403, { error = "not allowed" };
	end
	local body = request.body or "";
	if type(body) ~= "string" or #body > LONGEST_QUESTION then return 413, { error = "too long" }; end
	local question = json.decode(body == "" and "{}" or body);
	if type(question) ~= "table" then return 400, { error = "no JSON object" }; end
	return answer_to(verb, question);
end

local function handle_question(event, verb)
	local ok, status, answer = pcall(answered, event, verb);
	if not ok then
		module:log("error", "%s failed: %s", tostring(verb), tostring(status));
		status, answer = 500, { error = "an error, see Prosody's log" };
	end
	event.response.status_code = status;
	event.response.headers.content_type = "application/json";
	return json.encode(answer);
end

local function load_on_host()
	module:hook_global("pre-jitsi-authentication-fetch-key", first_door, 100);
	module:depends("http");
	module:provides("http", {
		name = "jmb";
		default_path = "/jmb";
		cors = { enabled = false };
		route = { ["POST /*"] = handle_question };
	});
end

---------------------------------------------------------------------------------------------------------------------
-- On the component: the second door, and what is done to rooms
---------------------------------------------------------------------------------------------------------------------

-- closed: [room's node] = Unix seconds until when. revoked: [room's node] = { [id of a token's user] = until when }.
local state = { closed = {}, revoked = {} };

local function node_of(name)
	if type(name) ~= "string" or name == "" or #name > 1023 then return nil; end
	local node, host, resource = jid.prepped_split(name .. "@" .. module.host);
	if not node or host ~= module.host or resource then return nil; end
	return node;
end

-- Forgets what is over; whether anything of a list is left.
local function prune(list, now)
	for key, value in pairs(list) do
		if type(value) == "table" then
			if not prune(value, now) then list[key] = nil; end
		elseif value <= now then
			list[key] = nil;
		end
	end
	return next(list) ~= nil;
end

local function keep_state()
	local now = os.time();
	prune(state.closed, now);
	prune(state.revoked, now);
	local ok, mistake = files.store("rooms", module.host, "jmb", state);
	if not ok then module:log("error", "what is closed is not on disk: %s", tostring(mistake)); end
end

local function take_state(kept)
	if type(kept) ~= "table" then return; end
	if type(kept.closed) == "table" then state.closed = kept.closed; end
	if type(kept.revoked) == "table" then state.revoked = kept.revoked; end
end

local function count(list)
	local n = 0;
	for _ in pairs(list) do n = n + 1; end
	return n;
end

local function is_closed(room)
	local node = jid.node(room.jid);
	-- A room of a tenant is named [tenant]room.
	local limit = state.closed[node] or state.closed[node:match("^%[[^%]]*%](.+)$") or ""];
	return limit ~= nil and limit > os.time();
end

local function is_admin(bare)
	local admins = module:get_option_inherited_set("admins", {});
	return admins:contains(bare);
end

-- The reason why somebody may not come in; nil where nothing speaks against it.
local function refusal_at(event)
	local from = event.stanza.attr.from;
	local host = jid.host(from);
	if is_closed(event.room) then return "gone", "The meeting has been terminated"; end
	if is_token_host(host) and not has_token(event.origin) and not is_admin(jid.bare(from)) then
		return "not-allowed", "token required";
	end
	return nil;
end

local function second_door(event)
	local ok, condition, text = pcall(refusal_at, event);
	if not ok then
		module:log("error", "the door of the rooms failed, so it refuses: %s", tostring(condition));
		condition, text = "not-allowed", "token required";
	end
	if not condition then return nil; end
	module:log("info", "%s may not enter %s: %s", event.stanza.attr.from, event.room.jid, text);
	event.origin.send(st.error_reply(event.stanza, "cancel", condition, text));
	return true;
end

-- The ids of whoever has this bare address: token holders have an address of their own for each session.
local function ids_of(bare)
	local user = prosody.bare_sessions[bare];
	local ids = {};
	for _, session in pairs(user and user.sessions or {}) do
		local claims = session.jitsi_meet_context_user;
		if type(claims) == "table" and claims.id then ids[#ids + 1] = tostring(claims.id); end
	end
	return ids;
end

local function is_revoked(room, bare)
	local list = state.revoked[jid.node(room.jid)];
	if not list then return false; end
	for _, id in ipairs(ids_of(bare)) do
		if (list[id] or 0) > os.time() then return true; end
	end
	return false;
end

-- Jitsi's modules make token holders owners without an actor, Jicofo as an admin; an owner who does it by hand may.
local function hold_ownership_back(event)
	if event.affiliation ~= "owner" then return; end
	local actor = event.actor;
	if actor and actor ~= true and not is_admin(jid.bare(actor)) then return; end
	local ok, revoked = pcall(is_revoked, event.room, jid.bare(event.jid));
	if revoked or not ok then event.allowed = false; end
end

local function hold_role_back(event)
	if is_revoked(event.room, jid.bare(event.stanza.attr.from)) and event.occupant then
		event.occupant.role = "participant";
	end
end

local function muc_of(host)
	local found = prosody.hosts[host];
	return found and found.modules.muc or nil;
end

local function live_room(node)
	local muc = muc_of(module.host);
	local room = muc and muc.get_room_from_jid(node .. "@" .. module.host);
	if not room or (room._data and room._data.destroyed) then return nil; end
	return room;
end

-- Focus, recorders and whoever else belongs to the house is nobody who meets.
local function is_person(nick, occupant)
	local host = jid.host(occupant.bare_jid) or "";
	if jid.resource(nick) == "focus" or is_admin(occupant.bare_jid) then return false; end
	return not (host:match("^auth%.") or host:match("^recorder%.") or host:match("^hidden%.") or host:match("^transcriber%."));
end

local function people_in(room)
	local n = 0;
	for nick, occupant in room:each_occupant() do
		if is_person(nick, occupant) then n = n + 1; end
	end
	return n;
end

-- The breakout rooms of a room that are open.
local function breakouts_of(room)
	local found = {};
	for address in pairs(room._data and room._data.breakout_rooms or {}) do
		local muc = muc_of(jid.host(address));
		local breakout = muc and muc.get_room_from_jid(address);
		if breakout then found[#found + 1] = breakout; end
	end
	return found;
end

local function waiting_at(room)
	local address = room._data and room._data.lobbyroom;
	local muc = type(address) == "string" and muc_of(jid.host(address));
	local lobby = muc and muc.get_room_from_jid(address);
	if not lobby then return 0; end
	local n = 0;
	for nick, occupant in lobby:each_occupant() do
		if is_person(nick, occupant) and lobby:get_affiliation(occupant.bare_jid) ~= "owner" then n = n + 1; end
	end
	return n;
end

local function people_with_breakouts(room)
	local n = people_in(room);
	for _, breakout in ipairs(breakouts_of(room)) do n = n + people_in(breakout); end
	return n;
end

-- The name that somebody shows the others; nil where they show none, or a whole novel.
local function name_of(occupant)
	local presence = occupant:get_presence();
	local name = presence and presence:get_child_text("nick", "http://jabber.org/protocol/nick");
	if not name or name == "" or #name > LONGEST_NAME then return nil; end
	return name;
end

-- By the room itself, so that neither lobby, nor password, nor moderation stands in the way.
local function say_in(room, text)
	room:broadcast(st.message({ type = "groupchat", from = room.jid, id = new_id() })
		:text_tag("body", text)
		:tag("display-name", { xmlns = "http://jitsi.org/protocol/display-name" }):text("JMB"):up());
end

local function say_everywhere(room, text)
	say_in(room, text);
	for _, breakout in ipairs(breakouts_of(room)) do say_in(breakout, text); end
end

-- Persistent rooms, which are those with a lobby or breakouts, would leave a tombstone that nobody gets past for weeks.
local function end_room(room, reason)
	for _, breakout in ipairs(breakouts_of(room)) do
		breakout:set_persistent(false);
		breakout:destroy(nil, reason);
	end
	room:set_persistent(false);
	prosody.events.fire_event("destroy-lobby-room", { room = room, message = reason });
	room:destroy(nil, reason);
end

local function is_text(text)
	return type(text) == "string" and text ~= "" and #text <= LONGEST_TEXT;
end

-- Unix seconds, bounded.
local function limit_of(question)
	local limit = tonumber(question["until"]);
	if not limit or limit ~= limit then return nil; end
	return math.min(math.floor(limit), os.time() + LATEST);
end

local function ids_in(question)
	if type(question.ids) ~= "table" or #question.ids > MOST_IDS then return nil; end
	for _, id in ipairs(question.ids) do
		if type(id) ~= "string" or #id > 1024 then return nil; end
	end
	return question.ids;
end

-- Ends the ownership of those who are in a room now.
local function take_ownership(room)
	for _, occupant in room:each_occupant() do
		local bare = occupant.bare_jid;
		if is_revoked(room, bare) then
			room:set_affiliation(true, bare, "none");
			if occupant.role == "moderator" then room:set_role(true, occupant.nick, "participant"); end
		end
	end
end

local verbs = {};

function verbs.say(question)
	local node = node_of(question.room);
	if not node or not is_text(question.text) then return nil, "room and text"; end
	local room = live_room(node);
	if not room or people_with_breakouts(room) == 0 then return { found = false }; end
	say_everywhere(room, question.text);
	return { found = true };
end

function verbs.rooms()
	local list = json.array and json.array({}) or {};
	local muc = muc_of(module.host);
	for room in muc.live_rooms() do
		local breakouts = 0;
		for _, breakout in ipairs(breakouts_of(room)) do breakouts = breakouts + people_in(breakout); end
		local people, waiting = people_in(room), waiting_at(room);
		if people + breakouts + waiting > 0 then
			list[#list + 1] = {
				room = jid.node(room.jid);
				participants = people;
				breakout = breakouts;
				waiting = waiting;
				since = room._data and room._data.jmb_since or os.time();
			};
		end
	end
	return { rooms = list };
end

function verbs.people(question)
	local node = node_of(question.room);
	if not node then return nil, "room"; end
	local room = live_room(node);
	local names, unnamed = json.array and json.array({}) or {}, 0;
	local places = room and breakouts_of(room) or {};
	places[#places + 1] = room;
	for _, place in ipairs(places) do
		for nick, occupant in place:each_occupant() do
			if is_person(nick, occupant) then
				local name = #names < MOST_NAMES and name_of(occupant) or nil;
				if name then names[#names + 1] = name; else unnamed = unnamed + 1; end
			end
		end
	end
	return { names = names, unnamed = unnamed, waiting = room and waiting_at(room) or 0 };
end

function verbs.close(question)
	local node, limit = node_of(question.room), limit_of(question);
	if not node or not limit or not is_text(question.message) or not is_text(question.reason) then
		return nil, "room, message, reason and until";
	end
	if not state.closed[node] and count(state.closed) >= MOST_ROOMS then return nil, "too many rooms are closed"; end
	-- First, or whoever is quick enters between the end and the closing.
	state.closed[node] = limit;
	keep_state();
	local room = live_room(node);
	if not room then return { found = false }; end
	local people = people_with_breakouts(room);
	say_everywhere(room, question.message);
	end_room(room, question.reason);
	module:log("info", "ended %s with %d people in it", room.jid, people);
	return { found = people > 0 };
end

function verbs.open(question)
	local node = node_of(question.room);
	if not node then return nil, "room"; end
	state.closed[node] = nil;
	keep_state();
	return { found = live_room(node) ~= nil };
end

function verbs.revoke(question)
	local node, limit, ids = node_of(question.room), limit_of(question), ids_in(question);
	if not node or not limit or not ids then return nil, "room, ids and until"; end
	if not state.revoked[node] and count(state.revoked) >= MOST_ROOMS then return nil, "too many rooms"; end
	local list = state.revoked[node] or {};
	if count(list) + #ids > MOST_IDS then prune(list, os.time()); end
	if count(list) + #ids > MOST_IDS then return nil, "too many ids"; end
	for _, id in ipairs(ids) do list[id] = limit; end
	state.revoked[node] = list;
	keep_state();
	local room = live_room(node);
	if room then take_ownership(room); end
	return { found = room ~= nil };
end

function verbs.restore(question)
	local node, ids = node_of(question.room), ids_in(question);
	if not node or not ids then return nil, "room and ids"; end
	for _, id in ipairs(ids) do
		if state.revoked[node] then state.revoked[node][id] = nil; end
	end
	keep_state();
	return { found = live_room(node) ~= nil };
end

local function stamp(room)
	if room._data and not room._data.jmb_since then room._data.jmb_since = os.time(); end
end

local function load_on_component()
	local ok, kept = pcall(files.load, "rooms", module.host, "jmb");
	if ok then take_state(kept); end
	module:hook("muc-room-pre-create", second_door, 100);
	module:hook("muc-occupant-pre-join", second_door, 100);
	-- After mod_token_affiliation, which stands at -3.5.
	module:hook("muc-occupant-pre-join", hold_role_back, -3.6);
	module:hook("muc-pre-set-affiliation", hold_ownership_back);
	module:hook("muc-room-created", function (event) stamp(event.room); end);
	local muc = muc_of(module.host);
	if muc then
		for room in muc.live_rooms() do stamp(room); end
	end
	parts[module.host] = { verbs = verbs, version = VERSION };
end

function module.save()
	return is_component and state or nil;
end

function module.restore(kept)
	take_state(kept);
end

function module.unload()
	parts[module.host] = nil;
end

if is_component then
	load_on_component();
else
	load_on_host();
end
