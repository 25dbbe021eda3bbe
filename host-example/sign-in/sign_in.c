#include "sign_in.h"

#include <gatepost.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* How large the file of settings may be, in bytes. */
#define SETTINGS_LIMIT (1 << 20)

/* How long to wait for a database that is being written to, in milliseconds. */
#define PATIENCE 2000

struct sign_in {
    gatepost_registrar *registrar;
    gatepost_context *context;
    sqlite3 *database;
    sqlite3_stmt *find;
};

/* A row of `token`, with the record of its client. The strings are valid until the statement is reset. */
struct found {
    const char *client_id, *account, *permissions, *scope;
    sqlite3_int64 expires_at;
    gatepost_str record;
};

/* One statement, so that all of it was true at the same time. */
static const char FIND[] =
    "SELECT token.client_id, token.account, token.permissions, token.scope, token.expires_at, client.record"
    " FROM token LEFT JOIN client ON client.client_id = token.client_id WHERE token.hash = ?1";

static enum sign_in_verdict decide(sign_in *self, const struct found *found, const char *user, const char *scope,
                                   struct sign_in_answer *answer);
static gatepost_status ask(sign_in *self, const struct found *found, const char *scope, gatepost_decision **decision,
                           gatepost_error **error);
static enum sign_in_verdict verdict(const gatepost_decision *decision, const struct found *found,
                                    struct sign_in_answer *answer);
static int covers(const char *scope, const char *needed);
static const char *next_word(const char *text, size_t *length);
static int read_settings(const char *path, gatepost_registrar **registrar, struct sign_in_answer *answer);
static enum sign_in_verdict say(struct sign_in_answer *answer, enum sign_in_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

sign_in *sign_in_open(const char *settings, const char *database, struct sign_in_answer *answer) {
    sign_in *self = calloc(1, sizeof *self);
    if (self == NULL) {
        say(answer, SIGN_IN_UNDECIDED, "out of memory");
        return NULL;
    }
    if (gatepost_abi_version() != GATEPOST_ABI_VERSION) {
        say(answer, SIGN_IN_UNDECIDED, "libgatepost has another binary interface");
        goto failed;
    }
    if (!read_settings(settings, &self->registrar, answer)) {
        goto failed;
    }
    if (gatepost_context_new(&self->context, NULL) != GATEPOST_STATUS_OK) {
        say(answer, SIGN_IN_UNDECIDED, "Gatepost makes no context");
        goto failed;
    }
    if (sqlite3_open_v2(database, &self->database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(self->database, PATIENCE) != SQLITE_OK ||
        sqlite3_prepare_v2(self->database, FIND, -1, &self->find, NULL) != SQLITE_OK) {
        say(answer, SIGN_IN_UNDECIDED, "%s: %s", database, sqlite3_errmsg(self->database));
        goto failed;
    }
    return self;
failed:
    sign_in_close(self);
    return NULL;
}

void sign_in_close(sign_in *self) {
    if (self == NULL) {
        return;
    }
    sqlite3_finalize(self->find);
    sqlite3_close(self->database);
    gatepost_context_free(self->context);
    gatepost_registrar_free(self->registrar);
    free(self);
}

enum sign_in_verdict sign_in_decide(sign_in *self, const char *token, const char *user, const char *scope,
                                    struct sign_in_answer *answer) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int length;
    enum sign_in_verdict verdict;

    answer->account[0] = '\0';
    if (!EVP_Digest(token, strlen(token), hash, &length, EVP_sha256(), NULL)) {
        return say(answer, SIGN_IN_UNDECIDED, "the token cannot be hashed");
    }
    if (sqlite3_bind_blob(self->find, 1, hash, (int)length, SQLITE_STATIC) != SQLITE_OK) {
        return say(answer, SIGN_IN_UNDECIDED, "database: %s", sqlite3_errmsg(self->database));
    }
    switch (sqlite3_step(self->find)) {
    case SQLITE_ROW: {
        const struct found found = {
            .client_id = (const char *)sqlite3_column_text(self->find, 0),
            .account = (const char *)sqlite3_column_text(self->find, 1),
            .permissions = (const char *)sqlite3_column_text(self->find, 2),
            .scope = (const char *)sqlite3_column_text(self->find, 3),
            .expires_at = sqlite3_column_int64(self->find, 4),
            .record = gatepost_cstr((const char *)sqlite3_column_text(self->find, 5)),
        };
        verdict = decide(self, &found, user, scope, answer);
        break;
    }
    case SQLITE_DONE:
        verdict = say(answer, SIGN_IN_REFUSED, "there is no such token");
        break;
    default:
        verdict = say(answer, SIGN_IN_UNDECIDED, "database: %s", sqlite3_errmsg(self->database));
    }
    sqlite3_reset(self->find);
    return verdict;
}

/* What the mail server knows itself, and then what Gatepost knows. */
static enum sign_in_verdict decide(sign_in *self, const struct found *found, const char *user, const char *scope,
                                   struct sign_in_answer *answer) {
    gatepost_decision *decision;
    gatepost_error *error = NULL;
    enum sign_in_verdict result;

    /* SQLite gives NULL when it is out of memory. A client without a record is another thing. */
    if (found->client_id == NULL || found->account == NULL || found->permissions == NULL || found->scope == NULL ||
        (found->record.ptr == NULL && sqlite3_column_type(self->find, 5) != SQLITE_NULL)) {
        return say(answer, SIGN_IN_UNDECIDED, "database: %s", sqlite3_errmsg(self->database));
    }
    if (strlen(found->account) >= sizeof answer->account) {
        return say(answer, SIGN_IN_UNDECIDED, "the account's name is too long");
    }
    if (found->expires_at <= (sqlite3_int64)time(NULL)) {
        return say(answer, SIGN_IN_REFUSED, "the token of client %s has expired", found->client_id);
    }
    if (user != NULL && *user != '\0' && strcasecmp(user, found->account) != 0) {
        return say(answer, SIGN_IN_REFUSED, "the token of client %s is not of this user", found->client_id);
    }
    if (!covers(found->scope, scope)) {
        return say(answer, SIGN_IN_REFUSED, "the token of client %s is not for %s", found->client_id, scope);
    }

    if (ask(self, found, scope, &decision, &error) != GATEPOST_STATUS_OK) {
        gatepost_str message = gatepost_error_message(error);
        result = say(answer, SIGN_IN_UNDECIDED, "client %s: %.*s", found->client_id, (int)message.len, message.ptr);
        gatepost_error_free(error);
        return result;
    }
    result = verdict(decision, found, answer);
    gatepost_decision_free(decision);
    return result;
}

/* Facts in, decision out. A setter that fails makes the question fail, so that none has to be looked at. */
static gatepost_status ask(sign_in *self, const struct found *found, const char *scope, gatepost_decision **decision,
                           gatepost_error **error) {
    gatepost_context *context = self->context;
    size_t length;

    gatepost_context_reset(context);
    gatepost_context_set_credential(context, GATEPOST_CREDENTIAL_ACCEPTED);
    gatepost_context_set_account(context, gatepost_cstr(found->account));
    for (const char *word = next_word(found->permissions, &length); *word != '\0';
         word = next_word(word + length, &length)) {
        gatepost_context_add_permission(context, (gatepost_str){word, length});
    }
    gatepost_context_set_record(context, found->record);
    return gatepost_usable(self->registrar, context, gatepost_cstr(found->client_id), gatepost_cstr(scope), decision,
                           error);
}

static enum sign_in_verdict verdict(const gatepost_decision *decision, const struct found *found,
                                    struct sign_in_answer *answer) {
    gatepost_str code;

    if (gatepost_decision_outcome(decision) == GATEPOST_OUTCOME_ACCEPT) {
        strcpy(answer->account, found->account);
        return say(answer, SIGN_IN_ALLOWED, "%s by client %s", found->account, found->client_id);
    }
    code = gatepost_diagnostic_code(gatepost_decision_diagnostic(decision, 0));
    return say(answer, SIGN_IN_REFUSED, "client %s: %.*s", found->client_id, (int)code.len, code.ptr);
}

/* Whether each name in `needed` is in `scope` (RFC 6749 section 3.3). */
static int covers(const char *scope, const char *needed) {
    size_t length, other;

    for (needed = next_word(needed, &length); *needed != '\0'; needed = next_word(needed + length, &length)) {
        const char *word = next_word(scope, &other);
        while (*word != '\0' && (other != length || memcmp(word, needed, length) != 0)) {
            word = next_word(word + other, &other);
        }
        if (*word == '\0') {
            return 0;
        }
    }
    return 1;
}

/* The first word of a text with spaces between its words. At the end it is empty. */
static const char *next_word(const char *text, size_t *length) {
    text += strspn(text, " ");
    *length = strcspn(text, " ");
    return text;
}

static int read_settings(const char *path, gatepost_registrar **registrar, struct sign_in_answer *answer) {
    gatepost_error *error = NULL;
    gatepost_status status;
    size_t length;
    char *text = malloc(SETTINGS_LIMIT);
    FILE *file = text == NULL ? NULL : fopen(path, "r");

    if (file == NULL) {
        free(text);
        say(answer, SIGN_IN_UNDECIDED, "%s cannot be opened", path);
        return 0;
    }
    length = fread(text, 1, SETTINGS_LIMIT, file);
    if (ferror(file) || length == SETTINGS_LIMIT) {
        fclose(file);
        free(text);
        say(answer, SIGN_IN_UNDECIDED, "%s cannot be read, or is too large", path);
        return 0;
    }
    fclose(file);
    status = gatepost_registrar_new((gatepost_str){text, length}, registrar, &error);
    free(text);
    if (status == GATEPOST_STATUS_OK) {
        return 1;
    }

    gatepost_str message = gatepost_error_message(error);
    const gatepost_finding *first = gatepost_error_finding(error, 0);
    if (first == NULL) {
        say(answer, SIGN_IN_UNDECIDED, "%s: %.*s", path, (int)message.len, message.ptr);
    } else {
        gatepost_str where = gatepost_finding_path(first), what = gatepost_finding_message(first);
        say(answer, SIGN_IN_UNDECIDED, "%s: %.*s: %.*s", path, (int)where.len, where.ptr, (int)what.len, what.ptr);
    }
    gatepost_error_free(error);
    return 0;
}

/* Writes the reason, as one line, and gives back the verdict. */
static enum sign_in_verdict say(struct sign_in_answer *answer, enum sign_in_verdict verdict, const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(answer->reason, sizeof answer->reason, format, values);
    va_end(values);
    for (char *at = answer->reason; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ') {
            *at = ' ';
        }
    }
    return verdict;
}
