-- The wider network that a client without an API key was registered from; empty for all others, and where it is not
-- known. While no user has authorised such a client, it gives way if there is no room for another.
ALTER TABLE oauth_client ADD COLUMN wider_network TEXT NOT NULL DEFAULT '';
CREATE INDEX oauth_client_provisional ON oauth_client (created_at, wider_network)
    WHERE anonymous = 1 AND authorised_at IS NULL AND disabled_at IS NULL;
