-- The same columns as in sqlite/2.sql, where they are described.
ALTER TABLE oauth_token ADD COLUMN repeatable_until BIGINT;
ALTER TABLE oauth_token ADD COLUMN issued_for BYTEA CHECK (length(issued_for) = 32);
