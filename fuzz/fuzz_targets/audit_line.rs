#![no_main]

gatepost_fuzz::target!(server);
