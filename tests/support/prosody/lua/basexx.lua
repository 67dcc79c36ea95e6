-- Stands in for the Lua package of this name, which Debian lacks: the one function that Jitsi's modules call.
local base64 = require "util.encodings".base64;
return {
	from_url64 = function (text)
		local plain = text:gsub("-", "+"):gsub("_", "/");
		return base64.decode(plain..("="):rep(-#plain % 4));
	end;
};
