-- The same as in sqlite/4.sql, where it is described.
ALTER TABLE oauth_client ADD COLUMN wider_network TEXT NOT NULL DEFAULT '';
CREATE INDEX oauth_client_provisional ON oauth_client (created_at, wider_network)
    WHERE anonymous AND authorised_at IS NULL AND disabled_at IS NULL;
