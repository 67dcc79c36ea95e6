-- A stand-in for what Jitsi's mod_muc_wait_for_host was seen to do: each session of the main host becomes an owner.
local jid = require "util.jid";
local main = module.host:gsub("^conference%.", "");

module:hook("muc-occupant-pre-join", function (event)
	local from = event.stanza.attr.from;
	if jid.host(from) ~= main then return; end
	event.room:set_affiliation(true, jid.bare(from), "owner");
	if event.room:get_affiliation(from) == "owner" then event.occupant.role = "moderator"; end
end, -3);
