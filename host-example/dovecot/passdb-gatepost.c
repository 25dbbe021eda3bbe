/*
 * A passdb for Dovecot's OAUTHBEARER and XOAUTH2: may the bearer of this access token sign in?
 *
 *     passdb {
 *       driver = gatepost
 *       mechanisms = oauthbearer xoauth2
 *       args = settings=FILE database=FILE scope=NAME
 *     }
 *
 * It runs in the auth worker, because it waits for a file. Nothing that it says is cached, so that a client that is
 * disabled is stopped at the next sign-in.
 */
#include "auth-common.h"
#include "passdb.h"

#include "../sign-in/sign_in.h"

struct gatepost_passdb {
    struct passdb_module module;
    const char *settings, *database, *scope;
    sign_in *opened;
};

void authdb_gatepost_init(void);
void authdb_gatepost_deinit(void);

extern const char *authdb_gatepost_version;
const char *authdb_gatepost_version = DOVECOT_ABI_VERSION;

static bool sets(const char *arg, const char *name, pool_t pool, const char **value) {
    if (strncmp(arg, name, strlen(name)) != 0) {
        return FALSE;
    }
    *value = p_strdup(pool, arg + strlen(name));
    return TRUE;
}

static struct passdb_module *preinit(pool_t pool, const char *args) {
    struct gatepost_passdb *self = p_new(pool, struct gatepost_passdb, 1);
    const char *const *arg;

    for (arg = t_strsplit_spaces(args, " "); *arg != NULL; arg++) {
        if (!sets(*arg, "settings=", pool, &self->settings) && !sets(*arg, "database=", pool, &self->database) &&
            !sets(*arg, "scope=", pool, &self->scope)) {
            i_fatal("passdb gatepost: %s is not known: use settings=, database= and scope=", *arg);
        }
    }
    if (self->settings == NULL || self->database == NULL || self->scope == NULL) {
        i_fatal("passdb gatepost: args needs settings=, database= and scope=");
    }
    self->module.blocking = TRUE;
    return &self->module;
}

static void verify_plain(struct auth_request *request, const char *token, verify_plain_callback_t *callback) {
    struct gatepost_passdb *self = (struct gatepost_passdb *)request->passdb->passdb;
    struct sign_in_answer answer;
    enum passdb_result result = PASSDB_RESULT_INTERNAL_FAILURE;

    if (self->opened == NULL) {
        self->opened = sign_in_open(self->settings, self->database, &answer);
    }
    if (self->opened == NULL) {
        e_error(authdb_event(request), "%s", answer.reason);
        callback(result, request);
        return;
    }
    switch (sign_in_decide(self->opened, token, request->fields.user, self->scope, &answer)) {
    case SIGN_IN_ALLOWED:
        /* The name as the token has it: another spelling might be another mailbox. */
        auth_request_set_field(request, "user", answer.account, NULL);
        e_info(authdb_event(request), "allowed: %s", answer.reason);
        result = PASSDB_RESULT_OK;
        break;
    case SIGN_IN_REFUSED:
        e_info(authdb_event(request), "refused: %s", answer.reason);
        result = PASSDB_RESULT_PASSWORD_MISMATCH;
        break;
    default:
        e_error(authdb_event(request), "undecided: %s", answer.reason);
    }
    callback(result, request);
}

static void deinit(struct passdb_module *module) {
    sign_in_close(((struct gatepost_passdb *)module)->opened);
}

static struct passdb_module_interface interface = {
    .name = "gatepost",
    .preinit = preinit,
    .deinit = deinit,
    .verify_plain = verify_plain,
};

void authdb_gatepost_init(void) {
    passdb_register_module(&interface);
}

void authdb_gatepost_deinit(void) {
    passdb_unregister_module(&interface);
}
