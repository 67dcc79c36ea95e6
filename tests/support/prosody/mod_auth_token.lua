-- A stand-in for Jitsi's mod_auth_token, which Debian does not have: the same hooks and fields, but a token is
-- `ID.ROOM`, and nobody signed it. allow_empty_token is as on Jitsi hosts with guests: true.
local formdecode = require "util.http".formdecode;
local sasl = require "util.sasl";
local new_id = require "util.uuid".generate;

local function read_token(event)
	local query = event.request.url and event.request.url.query or event.request.path:match("%?(.*)$");
	event.session.auth_token = query and formdecode(query).token or nil;
end
module:hook_global("bosh-session", read_token);
module:hook_global("websocket-session", read_token);

local provider = {};
function provider.test_password() return nil, "not supported"; end
function provider.get_password() return nil; end
function provider.set_password() return nil, "not supported"; end
function provider.user_exists() return nil; end
function provider.create_user() return nil; end
function provider.delete_user() return nil; end

function provider.get_sasl_handler(session)
	return sasl.new(module.host, {
		anonymous = function ()
			local answer = prosody.events.fire_event("pre-jitsi-authentication-fetch-key", session);
			if answer ~= nil and answer.res == false then return answer.res, answer.error, answer.reason; end
			if session.auth_token == nil then return true; end
			local id, room = session.auth_token:match("^([^.]+)%.(.+)$");
			if not id then return false, "not-allowed", "bad token"; end
			session.jitsi_meet_room = room;
			session.jitsi_meet_context_user = { id = id };
			return true;
		end
	});
end

module:provides("auth", provider);

-- Prosody's own mechanism asks until it hears yes; Jitsi's module puts one like this into its place, for all hosts.
sasl.registerMechanism("ANONYMOUS", { "anonymous" }, function (self)
	self.username = new_id();
	local ok, condition, text = self.profile.anonymous(self, self.username, self.realm);
	if ok then return "success"; end
	return "failure", condition, text;
end);
