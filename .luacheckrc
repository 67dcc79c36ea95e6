-- What Prosody gives a module.
std = "min"
globals = { "module" }
read_globals = { "prosody" }
max_line_length = 130
