-- The same as in sqlite/3.sql, where they are described.
ALTER TABLE api_key ADD COLUMN owner_id BIGINT REFERENCES account (id) ON DELETE CASCADE;
ALTER TABLE api_key ADD COLUMN made_with BIGINT REFERENCES api_key (id) ON DELETE CASCADE;
CREATE INDEX api_key_by_owner ON api_key (owner_id);
CREATE INDEX api_key_by_maker ON api_key (made_with) WHERE made_with IS NOT NULL;
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
ALTER TABLE device_request ADD COLUMN network TEXT NOT NULL DEFAULT '';
CREATE INDEX device_request_by_network ON device_request (network);

-- A record as JSON, or an object without members if it is none: one that is damaged is not to stop a search.
CREATE FUNCTION gatepost_json (record TEXT) RETURNS JSON LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN replace(record, '\u0000', '\ufffd')::json;
EXCEPTION WHEN OTHERS THEN
    RETURN '{}';
END
$$;
