-- The same tables as in sqlite/3.sql, where they are described.
CREATE TABLE wrong_guess (
    counter      BIGINT PRIMARY KEY CHECK (counter BETWEEN 0 AND 65535),
    window_start BIGINT NOT NULL,
    guesses      BIGINT NOT NULL
);
CREATE TABLE known_place (
    name         BYTEA  NOT NULL CHECK (length(name) = 32),
    place        BYTEA  NOT NULL CHECK (length(place) = 32),
    account_id   BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (name, place)
);
CREATE INDEX known_place_by_account ON known_place (account_id);
