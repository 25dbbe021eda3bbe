-- The same as in sqlite/5.sql, where it is described.
CREATE TABLE oauth_client_listed (
    id           BIGINT  PRIMARY KEY REFERENCES oauth_client (id) ON DELETE CASCADE,
    gone         BOOLEAN NOT NULL,
    registrant   TEXT    NOT NULL,
    disabled     BOOLEAN NOT NULL,
    created_at   BIGINT  NOT NULL,
    last_used_at BIGINT,
    searched     TEXT    NOT NULL
);

CREATE FUNCTION gatepost_listing (client oauth_client) RETURNS oauth_client_listed LANGUAGE plpgsql AS $$
DECLARE
    document JSON := gatepost_json(client.record);
    listed oauth_client_listed;
BEGIN
    listed.id := client.id;
    listed.gone := coalesce(document ->> 'denied', '') = 'true';
    listed.registrant := document -> 'registered_by' ->> 'by';
    IF listed.registrant IS NULL OR listed.registrant NOT IN ('administrator', 'key', 'stranger', 'document') THEN
        listed.registrant := CASE WHEN client.anonymous THEN 'stranger'
                                  WHEN client.api_key_id IS NOT NULL THEN 'key'
                                  ELSE 'administrator' END;
    END IF;
    listed.disabled := client.disabled_at IS NOT NULL;
    listed.created_at := client.created_at;
    listed.last_used_at := client.last_used_at;
    listed.searched := lower((coalesce(document -> 'metadata' ->> 'client_name', '') || chr(10) || client.client_id)
                             COLLATE "C");
    IF json_typeof(document -> 'metadata') = 'object' THEN
        listed.searched := listed.searched || coalesce(
            (SELECT string_agg(chr(10) || lower((member.value #>> '{}') COLLATE "C"), '')
             FROM json_each(document -> 'metadata') AS member
             WHERE member.key IN ('client_uri', 'redirect_uris') OR member.key LIKE 'client\_name%'), '');
    END IF;
    RETURN listed;
END
$$;

INSERT INTO oauth_client_listed SELECT (gatepost_listing(oauth_client)).* FROM oauth_client;

CREATE FUNCTION gatepost_list () RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    listing oauth_client_listed := gatepost_listing(NEW);
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO oauth_client_listed SELECT listing.*;
    ELSE
        UPDATE oauth_client_listed
        SET gone = listing.gone, registrant = listing.registrant, searched = listing.searched
        WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER oauth_client_listed_written AFTER INSERT OR UPDATE OF record ON oauth_client
    FOR EACH ROW EXECUTE FUNCTION gatepost_list();

CREATE FUNCTION gatepost_list_use () RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE oauth_client_listed
    SET disabled = NEW.disabled_at IS NOT NULL, last_used_at = NEW.last_used_at
    WHERE id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER oauth_client_listed_used AFTER UPDATE OF disabled_at, last_used_at ON oauth_client
    FOR EACH ROW EXECUTE FUNCTION gatepost_list_use();

ALTER TABLE browser_session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE browser_session ADD COLUMN address TEXT NOT NULL DEFAULT '';
