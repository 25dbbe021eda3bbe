/*
 * A function for Exim's ${dlfunc}: may the bearer of this access token sign in?
 *
 *     ${dlfunc{/usr/lib/exim4/oauth_sign_in.so}{oauth_sign_in}{SETTINGS}{DATABASE}{SCOPE}{TOKEN}{USER}}
 *
 * The result is the account if it is allowed, and empty if it is refused. If nothing could be decided, the expansion
 * fails.
 */
#define DLFUNC_IMPL
#include <exim4/local_scan.h>

#include "../sign-in/sign_in.h"

exim_dlfunc_t oauth_sign_in;

int oauth_sign_in(uschar **yield, int argc, uschar *argv[]) {
    /* Exim runs a process for each connection. The settings are read once in each. */
    static sign_in *opened;
    struct sign_in_answer answer;

    if (argc != 5) {
        *yield = US "oauth_sign_in takes SETTINGS, DATABASE, SCOPE, TOKEN and USER";
        return ERROR;
    }
    if (opened == NULL) {
        opened = sign_in_open(CS argv[0], CS argv[1], &answer);
    }
    if (opened == NULL) {
        *yield = string_copy(US answer.reason);
        return DEFER;
    }
    switch (sign_in_decide(opened, CS argv[3], CS argv[4], CS argv[2], &answer)) {
    case SIGN_IN_ALLOWED:
        log_write(0, LOG_MAIN, "oauth_sign_in: allowed: %s", answer.reason);
        *yield = string_copy_taint(US answer.account, GET_TAINTED);
        return OK;
    case SIGN_IN_REFUSED:
        log_write(0, LOG_MAIN, "oauth_sign_in: refused: %s", answer.reason);
        *yield = US "";
        return OK;
    default:
        *yield = string_copy(US answer.reason);
        return DEFER;
    }
}
