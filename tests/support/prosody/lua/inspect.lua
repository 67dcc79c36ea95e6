-- Stands in for the Lua package of this name, which Debian lacks: it is for lines of the log alone.
return function (value) return tostring(value); end;
