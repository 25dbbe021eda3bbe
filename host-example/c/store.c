/* Clients and API keys in one SQLite file: facts out, effects in, one transaction. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "host.h"

/* How long another program may keep the file to itself. */
#define BUSY_MILLISECONDS 5000

static const char schema[] =
    /* Less than FULL would let a power cut undo what was acknowledged. */
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS api_key ("
    "    id          INTEGER PRIMARY KEY AUTOINCREMENT," /* never the id of a key that was deleted */
    "    hash        BLOB NOT NULL UNIQUE,"              /* the SHA-256 of the key */
    "    name        TEXT NOT NULL,"
    "    account     TEXT,"          /* the account that it belongs to */
    "    permissions TEXT NOT NULL," /* names with a space between them */
    "    terms       TEXT"           /* what may be registered with it, as the plugin's JSON */
    ") STRICT;"
    "CREATE TABLE IF NOT EXISTS client ("
    "    client_id    TEXT PRIMARY KEY,"
    "    record       TEXT,"    /* the plugin's document; NULL if the client was removed */
    "    api_key      INTEGER," /* who registered it, from where, when */
    "    account      TEXT,"
    "    network      TEXT," /* as in struct registrant */
    "    wider        TEXT"
    ") STRICT;";

static bool complain(struct store *store) {
    say("the store failed: %s", sqlite3_errmsg(store->database));
    return false;
}

/* Makes a folder, and those around it, for its owner alone. */
static bool make_folder(const char *folder) {
    char *path = strdup(folder);
    bool is_made = path != NULL;

    for (char *slash = path; is_made && slash != NULL;) {
        slash = strchr(*slash == '/' ? slash + 1 : slash, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
        is_made = mkdir(path, 0700) == 0 || errno == EEXIST;
        if (slash != NULL) {
            *slash = '/';
        }
    }
    free(path);
    return is_made;
}

bool store_open(struct store *store, const char *folder) {
    char path[4096];
    int file;

    store->database = NULL;
    if ((size_t)snprintf(path, sizeof path, "%s/gatepost-host.db", folder) >= sizeof path) {
        errno = ENAMETOOLONG;
    } else if (make_folder(folder) && (file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) >= 0) {
        /* SQLite gives the files beside it the same mode. */
        close(file);
        if (sqlite3_open_v2(path, &store->database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
            sqlite3_busy_timeout(store->database, BUSY_MILLISECONDS) == SQLITE_OK &&
            sqlite3_exec(store->database, schema, NULL, NULL, NULL) == SQLITE_OK) {
            return true;
        }
        say("cannot open %s: %s", path, sqlite3_errmsg(store->database));
        store_close(store);
        return false;
    }
    say("cannot open %s: %s", folder, strerror(errno));
    return false;
}

void store_close(struct store *store) {
    /* Statements are finalized where they are made, so that this cannot fail. */
    sqlite3_close(store->database);
    store->database = NULL;
}

static bool execute(struct store *store, const char *statement) {
    return sqlite3_exec(store->database, statement, NULL, NULL, NULL) == SQLITE_OK || complain(store);
}

/* From here on nobody else changes what is read. */
bool store_begin(struct store *store) {
    return execute(store, "BEGIN IMMEDIATE");
}

/* When this returns true, all of it is on the disk. */
bool store_commit(struct store *store) {
    return execute(store, "COMMIT");
}

void store_rollback(struct store *store) {
    if (!sqlite3_get_autocommit(store->database)) {
        execute(store, "ROLLBACK");
    }
}

/* A statement, or NULL: then binding fails, and so does step. */
static sqlite3_stmt *prepare(struct store *store, const char *text) {
    sqlite3_stmt *statement = NULL;

    sqlite3_prepare_v2(store->database, text, -1, &statement, NULL);
    return statement;
}

static bool bind_str(sqlite3_stmt *statement, int index, gatepost_str text) {
    /* The text outlives the statement. */
    return sqlite3_bind_text64(statement, index, text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK;
}

static bool bind_text(sqlite3_stmt *statement, int index, const char *text) {
    return bind_str(statement, index, gatepost_cstr(text));
}

static bool bind_key(sqlite3_stmt *statement, int index, int64_t key) {
    return (key == 0 ? sqlite3_bind_null(statement, index) : sqlite3_bind_int64(statement, index, key)) == SQLITE_OK;
}

static bool bind_hash(sqlite3_stmt *statement, int index, gatepost_str key) {
    unsigned char hash[SHA256_DIGEST_LENGTH];

    SHA256((const unsigned char *)key.ptr, key.len, hash);
    return sqlite3_bind_blob(statement, index, hash, sizeof hash, SQLITE_TRANSIENT) == SQLITE_OK;
}

/* Runs a statement to its next row: 1 if there is one, 0 if there is none, -1 if it failed. */
static int step(struct store *store, sqlite3_stmt *statement, bool is_bound) {
    switch (is_bound ? sqlite3_step(statement) : SQLITE_NOMEM) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        complain(store);
        return -1;
    }
}

/* A copy of a column's text, or NULL; and whether it could be had. */
static bool column(sqlite3_stmt *statement, int index, char **text) {
    const unsigned char *value = sqlite3_column_text(statement, index);

    if (value == NULL) {
        *text = NULL;
        return sqlite3_column_type(statement, index) == SQLITE_NULL;
    }
    *text = strdup((const char *)value);
    return *text != NULL;
}

/* It is looked up by its hash, so that the time it takes says nothing about other keys. */
bool store_key(struct store *store, gatepost_str token, struct key *key) {
    sqlite3_stmt *statement = prepare(store, "SELECT id, account, permissions, terms FROM api_key WHERE hash = ?1");
    int found = step(store, statement, bind_hash(statement, 1, token));

    *key = (struct key){0, NULL, NULL, NULL};
    if (found == 1) {
        key->id = sqlite3_column_int64(statement, 0);
        if (!column(statement, 1, &key->account) || !column(statement, 2, &key->permissions) ||
            !column(statement, 3, &key->terms)) {
            key_free(key);
            found = -1;
        }
    }
    sqlite3_finalize(statement);
    return found >= 0;
}

void key_free(struct key *key) {
    free(key->account);
    free(key->permissions);
    free(key->terms);
    *key = (struct key){0, NULL, NULL, NULL};
}

/* Adds an API key if there is none. */
bool store_add_first_key(struct store *store, const char *key, const char *permissions, bool *is_first) {
    sqlite3_stmt *statement = prepare(store, "INSERT INTO api_key (hash, name, permissions)"
                                             " SELECT ?1, 'first', ?2 WHERE NOT EXISTS (SELECT 1 FROM api_key)");
    int done = step(store, statement,
                    bind_hash(statement, 1, gatepost_cstr(key)) && bind_text(statement, 2, permissions));

    *is_first = done == 0 && sqlite3_changes(store->database) == 1;
    sqlite3_finalize(statement);
    return done == 0;
}

bool store_record(struct store *store, gatepost_str client_id, char **record) {
    sqlite3_stmt *statement = prepare(store, "SELECT record FROM client WHERE client_id = ?1");
    int found = step(store, statement, bind_str(statement, 1, client_id));

    *record = NULL;
    if (found == 1 && !column(statement, 0, record)) {
        found = -1;
    }
    sqlite3_finalize(statement);
    return found >= 0;
}

/* What was counted until now. A server with very many clients would keep counters. */
bool store_usage(struct store *store, const struct registrant *who, gatepost_context *context) {
    static gatepost_status (*const counters[])(gatepost_context *, uint64_t) = {
        gatepost_context_set_total_clients,         gatepost_context_set_anonymous_clients,
        gatepost_context_set_account_clients,       gatepost_context_set_key_registrations,
        gatepost_context_set_address_registrations, gatepost_context_set_wider_registrations,
    };
    sqlite3_stmt *statement = prepare(store, "SELECT count(record),"
                                             " count(record) FILTER (WHERE api_key IS NULL),"
                                             " count(record) FILTER (WHERE account = ?1),"
                                             " count(*) FILTER (WHERE api_key = ?2),"
                                             " count(*) FILTER (WHERE network = ?3),"
                                             " count(*) FILTER (WHERE wider = ?4 AND api_key IS NULL)"
                                             " FROM client");
    int found = step(store, statement,
                     bind_text(statement, 1, who->account) && bind_key(statement, 2, who->key) &&
                         bind_text(statement, 3, who->network) && bind_text(statement, 4, who->wider));

    for (int i = 0; found == 1 && i < (int)(sizeof counters / sizeof *counters); i++) {
        counters[i](context, (uint64_t)sqlite3_column_int64(statement, i));
    }
    sqlite3_finalize(statement);
    return found == 1;
}

/* Inserts, changes or clears one row. */
static bool put(struct store *store, const char *text, gatepost_str client_id, gatepost_str record,
                const struct registrant *who) {
    static const struct registrant nobody = {0, NULL, "", ""};
    sqlite3_stmt *statement = prepare(store, text);
    bool is_bound = bind_str(statement, 1, client_id);
    bool is_done;

    if (is_bound && sqlite3_bind_parameter_count(statement) > 1) {
        is_bound = bind_str(statement, 2, record);
    }
    if (is_bound && sqlite3_bind_parameter_count(statement) > 2) {
        who = who == NULL ? &nobody : who;
        is_bound = bind_key(statement, 3, who->key) && bind_text(statement, 4, who->account) &&
                   bind_text(statement, 5, who->network) && bind_text(statement, 6, who->wider);
    }
    is_done = step(store, statement, is_bound) == 0;
    sqlite3_finalize(statement);
    if (is_done && sqlite3_changes(store->database) != 1) {
        say("the store failed: %d rows were changed", sqlite3_changes(store->database));
        return false;
    }
    return is_done;
}

/* Does what was decided. */
bool store_carry_out(struct store *store, const gatepost_decision *decision, const struct registrant *who) {
    static const char insert[] = "INSERT INTO client VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                                 " ON CONFLICT DO UPDATE SET record = excluded.record WHERE record IS NULL";
    gatepost_str client_id = gatepost_decision_client_id(decision);
    gatepost_str record = gatepost_decision_record(decision);
    char *shared = NULL;

    switch (gatepost_decision_effect(decision)) {
    case GATEPOST_EFFECT_NONE:
        return true;
    case GATEPOST_EFFECT_SHARE:
        if (!store_record(store, client_id, &shared)) {
            return false;
        }
        if (shared != NULL) {
            free(shared);
            return true;
        }
        return put(store, insert, client_id, record, who);
    case GATEPOST_EFFECT_STORE:
        return put(store, insert, client_id, record, who);
    case GATEPOST_EFFECT_REPLACE:
        return put(store, "UPDATE client SET record = ?2 WHERE client_id = ?1", client_id, record, NULL);
    case GATEPOST_EFFECT_REMOVE:
        /* The row stays: registering and removing in turn would be a way around limits. */
        return put(store, "UPDATE client SET record = NULL WHERE client_id = ?1", client_id, record, NULL);
    default:
        say("the plugin wants something done that this program does not know");
        return false;
    }
}
