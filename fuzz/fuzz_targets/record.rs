#![no_main]

gatepost_fuzz::target!(entries);
