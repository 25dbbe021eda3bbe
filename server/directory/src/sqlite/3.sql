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
