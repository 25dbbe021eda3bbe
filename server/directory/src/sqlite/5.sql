-- What clients are listed, filtered and sorted by, and what is searched in them: a narrow table, because the records make
-- the other one too large to be read for each page of the list. Triggers keep it in step.
CREATE TABLE oauth_client_listed (
    id           INTEGER PRIMARY KEY REFERENCES oauth_client (id) ON DELETE CASCADE,
    -- Whether it was deleted, and its record stays so that nobody uses its id.
    gone         INTEGER NOT NULL,
    -- Who registered it: `administrator`, `key`, `stranger` or `document`.
    registrant   TEXT    NOT NULL,
    disabled     INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    -- Its name, its id, its names in other languages, its web page and its redirect URIs, in lower case, a line each.
    searched     TEXT    NOT NULL
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
           last_used_at,
           lower(coalesce(json_extract(document, '$.metadata.client_name'), '') || char(10) || client_id
                 || coalesce((SELECT group_concat(char(10) || member.value, '')
                              FROM json_each(document, '$.metadata') AS member
                              WHERE member.key IN ('client_uri', 'redirect_uris')
                                 OR member.key LIKE 'client_name%'), '')) AS searched
    FROM (SELECT *, iif(json_valid(record), record, '{}') AS document FROM oauth_client);

INSERT INTO oauth_client_listed SELECT * FROM oauth_client_listing;

CREATE TRIGGER oauth_client_listed_added AFTER INSERT ON oauth_client BEGIN
    INSERT INTO oauth_client_listed SELECT * FROM oauth_client_listing WHERE id = new.id;
END;

CREATE TRIGGER oauth_client_listed_written AFTER UPDATE OF record ON oauth_client BEGIN
    UPDATE oauth_client_listed
    SET (gone, registrant, searched) =
            (SELECT gone, registrant, searched FROM oauth_client_listing WHERE id = new.id)
    WHERE id = new.id;
END;

CREATE TRIGGER oauth_client_listed_used AFTER UPDATE OF disabled_at, last_used_at ON oauth_client BEGIN
    UPDATE oauth_client_listed
    SET disabled = new.disabled_at IS NOT NULL, last_used_at = new.last_used_at
    WHERE id = new.id;
END;

-- Which browser signed in, as it says, and from where.
ALTER TABLE browser_session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE browser_session ADD COLUMN address TEXT NOT NULL DEFAULT '';
