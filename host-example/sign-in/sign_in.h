/*
 * May the bearer of this access token sign in? The mail server looks the token up in its own database, and Gatepost
 * decides whether the token's client may be used.
 */
#ifndef SIGN_IN_H
#define SIGN_IN_H

typedef struct sign_in sign_in;

enum sign_in_verdict {
    SIGN_IN_ALLOWED,
    SIGN_IN_REFUSED,
    SIGN_IN_UNDECIDED /* something failed: nobody is let in, and the mail program may try again */
};

struct sign_in_answer {
    char account[256]; /* whose token it is; empty unless it is allowed */
    char reason[512];  /* one line for the log of the mail server, with no secret in it */
};

/*
 * Reads Gatepost's settings (TOML, with the table [oauth.client-registration]) and opens the database (schema.sql).
 * If something is wrong, the result is NULL, and `answer->reason` says what.
 */
sign_in *sign_in_open(const char *settings, const char *database, struct sign_in_answer *answer);

/*
 * Decides about a token that has to be good for each name in `scope`. `user` is the account that the mail program
 * names; if it names none, that is NULL or empty.
 */
enum sign_in_verdict sign_in_decide(sign_in *self, const char *token, const char *user, const char *scope,
                                    struct sign_in_answer *answer);

void sign_in_close(sign_in *self);

#endif
