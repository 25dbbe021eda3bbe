-- What else clients are counted and filtered by.
ALTER TABLE oauth_client_listed ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
-- When its secret expires, in seconds since 1970; 0 if it never does, or there is none.
ALTER TABLE oauth_client_listed ADD COLUMN secret_until INTEGER NOT NULL DEFAULT 0;

-- Each has all columns that a list is filtered by.
DROP INDEX oauth_client_listed_by_name;
CREATE INDEX oauth_client_listed_by_name
    ON oauth_client_listed (name, id, gone, registrant, disabled, created_at, used_at, waits, secret_until);
DROP INDEX oauth_client_listed_by_use;
CREATE INDEX oauth_client_listed_by_use
    ON oauth_client_listed (used_at, id, gone, registrant, disabled, created_at, waits, secret_until);

CREATE VIEW oauth_client_awaited AS
    SELECT id,
           json_extract(document, '$.waiting_since') IS NOT NULL AS waits,
           CAST(coalesce(json_extract(document, '$.client_secret.expires_at'), 0) AS INTEGER) AS secret_until
    FROM (SELECT id, iif(json_valid(record), record, '{}') AS document FROM oauth_client);

UPDATE oauth_client_listed
SET (waits, secret_until) =
        (SELECT waits, secret_until FROM oauth_client_awaited AS awaited WHERE awaited.id = oauth_client_listed.id);

DROP TRIGGER oauth_client_listed_added;
CREATE TRIGGER oauth_client_listed_added AFTER INSERT ON oauth_client BEGIN
    INSERT INTO oauth_client_listed
        SELECT listing.id, gone, registrant, disabled, created_at, used_at, name, waits, secret_until
        FROM oauth_client_listing AS listing JOIN oauth_client_awaited AS awaited ON awaited.id = listing.id
        WHERE listing.id = new.id;
    INSERT INTO oauth_client_searched SELECT id, text FROM oauth_client_listing WHERE id = new.id;
END;

DROP TRIGGER oauth_client_listed_written;
CREATE TRIGGER oauth_client_listed_written AFTER UPDATE OF record ON oauth_client BEGIN
    UPDATE oauth_client_listed
    SET (gone, registrant, name) =
            (SELECT gone, registrant, name FROM oauth_client_listing WHERE id = new.id),
        (waits, secret_until) =
            (SELECT waits, secret_until FROM oauth_client_awaited WHERE id = new.id)
    WHERE id = new.id;
    UPDATE oauth_client_searched
    SET text = (SELECT text FROM oauth_client_listing WHERE id = new.id)
    WHERE id = new.id;
END;
