-- Whose key it is: the account's that it acts for, or the account's of who made it. And which key it was made with.
ALTER TABLE api_key ADD COLUMN owner_id INTEGER REFERENCES account (id) ON DELETE CASCADE;
ALTER TABLE api_key ADD COLUMN made_with INTEGER REFERENCES api_key (id) ON DELETE CASCADE;
CREATE INDEX api_key_by_owner ON api_key (owner_id);
CREATE INDEX api_key_by_maker ON api_key (made_with) WHERE made_with IS NOT NULL;

-- How many wrong passwords were tried, counted by the first 16 bits of the hash of an account's name: names that
-- nobody has cannot fill the table.
CREATE TABLE wrong_guess (
    counter      INTEGER PRIMARY KEY CHECK (counter BETWEEN 0 AND 65535),
    window_start INTEGER NOT NULL,
    guesses      INTEGER NOT NULL
) STRICT;

-- Where sign-ins were right: hashes of the account's name, and of the place.
CREATE TABLE known_place (
    name         BLOB    NOT NULL CHECK (length(name) = 32),
    place        BLOB    NOT NULL CHECK (length(place) = 32),
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (name, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX known_place_by_account ON known_place (account_id);

-- Where a device asks from: so many of a network may wait.
ALTER TABLE device_request ADD COLUMN network TEXT NOT NULL DEFAULT '';
CREATE INDEX device_request_by_network ON device_request (network);
