/*
 * Says what would be decided about a token, which is the first line of standard input:
 *
 *     oauth-sign-in SETTINGS DATABASE SCOPE [USER]
 *
 * The exit code is 0 if it is allowed, 1 if it is refused, 2 if nothing could be decided.
 */
#include "sign_in.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    struct sign_in_answer answer;
    enum sign_in_verdict verdict;
    char token[4096];
    sign_in *opened;

    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: %s SETTINGS DATABASE SCOPE [USER] < TOKEN\n", argv[0]);
        return SIGN_IN_UNDECIDED;
    }
    opened = sign_in_open(argv[1], argv[2], &answer);
    if (opened == NULL) {
        fprintf(stderr, "%s: %s\n", argv[0], answer.reason);
        return SIGN_IN_UNDECIDED;
    }
    if (fgets(token, sizeof token, stdin) == NULL || strlen(token) == sizeof token - 1) {
        fprintf(stderr, "%s: there is no token, or it is too long\n", argv[0]);
        sign_in_close(opened);
        return SIGN_IN_UNDECIDED;
    }
    token[strcspn(token, "\r\n")] = '\0';
    verdict = sign_in_decide(opened, token, argv[4], argv[3], &answer);
    printf("%s: %s\n",
           verdict == SIGN_IN_ALLOWED   ? "allowed"
           : verdict == SIGN_IN_REFUSED ? "refused"
                                        : "undecided",
           answer.reason);
    sign_in_close(opened);
    return (int)verdict;
}
