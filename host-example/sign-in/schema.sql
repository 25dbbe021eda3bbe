-- What sign_in.c reads. The authorization server of the mail server writes it: it registers clients as gatepost-host does
-- (../src/store.rs has the same table of clients, with more columns), and issues tokens.

CREATE TABLE client (
    client_id TEXT PRIMARY KEY,
    record    TEXT -- Gatepost's document, unchanged; NULL if the client was removed
) STRICT;

CREATE TABLE token (
    hash        BLOB PRIMARY KEY, -- the SHA-256 of the access token
    client_id   TEXT NOT NULL,    -- the client that it was issued to
    account     TEXT NOT NULL,    -- the account that it is for
    permissions TEXT NOT NULL,    -- the account's permissions in the mail server: names with a space between them
    scope       TEXT NOT NULL,    -- what the user granted
    expires_at  INTEGER NOT NULL  -- seconds since 1970
) STRICT, WITHOUT ROWID;
