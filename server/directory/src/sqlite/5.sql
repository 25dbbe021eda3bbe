-- What clients are listed, filtered and sorted by, and what is searched in them. Both tables are narrow, because the records
-- make the other one too large to be read for each page of the list. Triggers keep them in step.
CREATE TABLE oauth_client_listed (
    id         INTEGER PRIMARY KEY REFERENCES oauth_client (id) ON DELETE CASCADE,
    -- Whether it was deleted, and its record stays so that nobody uses its id.
    gone       INTEGER NOT NULL,
    -- Who registered it: `administrator`, `key`, `stranger` or `document`.
    registrant TEXT    NOT NULL,
    disabled   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- When it was last used; -1 if it never was.
    used_at    INTEGER NOT NULL,
    -- Its name or, without one, its id, in lower case and cut.
    name       TEXT    NOT NULL
) STRICT;

-- Each has all columns that a list is filtered by.
CREATE INDEX oauth_client_listed_by_name
    ON oauth_client_listed (name, id, gone, registrant, disabled, created_at, used_at);
CREATE INDEX oauth_client_listed_by_use
    ON oauth_client_listed (used_at, id, gone, registrant, disabled, created_at);

CREATE TABLE oauth_client_searched (
    id   INTEGER PRIMARY KEY REFERENCES oauth_client (id) ON DELETE CASCADE,
    -- Its id, its name in all languages, its web page and its redirect URIs, in lower case, a line each.
    text TEXT    NOT NULL
) STRICT;

CREATE VIEW oauth_client_listing AS
    SELECT id,
           coalesce(json_extract(document, '$.denied'), 0) = 1 AS gone,
           CASE coalesce(json_extract(document, '$.registered_by.by'), '')
               WHEN 'administrator' THEN 'administrator'
               WHEN 'key' THEN 'key'
               WHEN 'stranger' THEN 'stranger'
               WHEN 'document' THEN 'document'
               ELSE CASE WHEN anonymous = 1 THEN 'stranger'
                         WHEN api_key_id IS NOT NULL THEN 'key'
                         ELSE 'administrator' END
           END AS registrant,
           disabled_at IS NOT NULL AS disabled,
           created_at,
           coalesce(last_used_at, -1) AS used_at,
           substr(lower(coalesce(nullif(json_extract(document, '$.metadata.client_name'), ''), client_id)), 1, 64)
               AS name,
           lower(client_id
                 || coalesce((SELECT group_concat(char(10) || member.value, '')
                              FROM json_each(document, '$.metadata') AS member
                              WHERE member.key IN ('client_uri', 'redirect_uris')
                                 OR member.key LIKE 'client_name%'), '')) AS text
    FROM (SELECT *, iif(json_valid(record), record, '{}') AS document FROM oauth_client);

INSERT INTO oauth_client_listed
    SELECT id, gone, registrant, disabled, created_at, used_at, name FROM oauth_client_listing;
INSERT INTO oauth_client_searched SELECT id, text FROM oauth_client_listing;

CREATE TRIGGER oauth_client_listed_added AFTER INSERT ON oauth_client BEGIN
    INSERT INTO oauth_client_listed
        SELECT id, gone, registrant, disabled, created_at, used_at, name FROM oauth_client_listing
        WHERE id = new.id;
    INSERT INTO oauth_client_searched SELECT id, text FROM oauth_client_listing WHERE id = new.id;
END;

CREATE TRIGGER oauth_client_listed_written AFTER UPDATE OF record ON oauth_client BEGIN
    UPDATE oauth_client_listed
    SET (gone, registrant, name) =
            (SELECT gone, registrant, name FROM oauth_client_listing WHERE id = new.id)
    WHERE id = new.id;
    UPDATE oauth_client_searched
    SET text = (SELECT text FROM oauth_client_listing WHERE id = new.id)
    WHERE id = new.id;
END;

CREATE TRIGGER oauth_client_listed_used AFTER UPDATE OF disabled_at, last_used_at ON oauth_client BEGIN
    UPDATE oauth_client_listed
    SET disabled = new.disabled_at IS NOT NULL, used_at = coalesce(new.last_used_at, -1)
    WHERE id = new.id;
END;

-- Which browser signed in, as it says, and from where.
ALTER TABLE browser_session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE browser_session ADD COLUMN address TEXT NOT NULL DEFAULT '';
