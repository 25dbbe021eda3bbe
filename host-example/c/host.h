/* What the files of the sample host share. README.md says what each file does. */

#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gatepost.h>
#include <microhttpd.h>
#include <sqlite3.h>

/* main.c */

/* Writes one line to the log. A caller passes no secret, and nothing that a client has written. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* Milliseconds of a clock that nobody sets. */
int64_t milliseconds(void);

/* A connection, with the one request that it is for. */
struct connection {
    struct connection *next;
    struct connection **link;
    int fd;
    int64_t last;               /* when it ends whatever it does */
    int64_t deadline;           /* when it ends if it goes on as now */
    const struct refusal *late; /* the answer that it gets then; NULL for none */
    bool is_answered;
    char *body; /* the first BODY_LIMIT bytes of it */
    size_t body_len;
};

/* settings.c */

struct settings {
    char *text; /* the whole file */
    char *listen;
    char *data;
    char *public_url;
    char *authorization_endpoint;
    char *token_endpoint;
    size_t table;      /* where the plugin's table begins in the text, after its header; 0 if nowhere */
    bool has_issuer;   /* what the plugin's table says itself */
    bool has_registration_endpoint;
    bool has_token_endpoint;
};

/* Reads the file, or takes the defaults if there is none. Says what is wrong with it. */
bool settings_load(struct settings *settings, const char *path);
/* The plugin's settings, to be freed: the text, and the URLs that follow from [server]. NULL if there is no memory. */
char *settings_of_plugin(const struct settings *settings, const char *listening);
/* Writes the metadata document (RFC 8414 §2), to be freed, or NULL if the settings name too little for one. */
bool settings_metadata(const struct settings *settings, gatepost_str of_plugin, char **document);
void settings_free(struct settings *settings);

/* store.c */

struct store {
    sqlite3 *database;
};

/* An API key and its owner. `id` is 0 if there is no such key; what the key has not got is NULL. */
struct key {
    int64_t id;
    char *account;
    char *permissions;
    char *terms;
};

/* Who registers, as registrations are counted. */
struct registrant {
    int64_t key;         /* 0 for none */
    const char *account; /* NULL for none */
    char network[128];   /* the network and the wider network, or `unknown`, and the window of each */
    char wider[128];
};

/* Each says what went wrong, and returns whether it worked. */
bool store_open(struct store *store, const char *folder);
bool store_begin(struct store *store);
bool store_commit(struct store *store);
void store_rollback(struct store *store);
bool store_key(struct store *store, gatepost_str token, struct key *key);
bool store_add_first_key(struct store *store, const char *key, const char *permissions, bool *is_first);
/* The record of a client, to be freed; NULL if there is no such client. */
bool store_record(struct store *store, gatepost_str client_id, char **record);
bool store_usage(struct store *store, const struct registrant *who, gatepost_context *context);
bool store_carry_out(struct store *store, const gatepost_decision *decision, const struct registrant *who);
void store_close(struct store *store);
void key_free(struct key *key);

/* message.c */

/* How many bytes a body may have, how many of a longer one are read, and how long it may take. */
#define BODY_LIMIT (64 << 10)
#define READ_LIMIT (256 << 10)
#define BODY_MILLISECONDS 10000

/* An answer without a decision, in the form of RFC 7591 §3.2.2. */
struct refusal {
    unsigned status;
    const char *error;
    const char *description;
};

extern const struct refusal TOO_LARGE, MEDIA_TYPE, TOO_SLOW, HOST, LENGTH, METHOD, NOT_FOUND, QUESTION, NO_KEY,
    NO_PERMISSION, FAILED, UNFETCHED, UNAVAILABLE;

/* An answer: its status, and its response, which is NULL if there was no memory for one. */
struct answer {
    unsigned status;
    struct MHD_Response *response;
};

/* A header field: how often it is there, and its last value; NULL if it is not there. */
struct field {
    const char *name;
    const char *value;
    unsigned count;
};

struct field message_field(struct MHD_Connection *http, const char *name);
bool message_names_one_host(struct MHD_Connection *http);
bool message_has_one_length(struct MHD_Connection *http);
bool message_is_json(struct MHD_Connection *http);
/* The credential in the Authorization header, and the bearer token if there is one. */
int32_t message_bearer(struct MHD_Connection *http, gatepost_str *token);
struct answer message_of_decision(const gatepost_decision *decision);
struct answer message_of_text(const char *type, const char *text);
struct answer message_of_refusal(const struct refusal *refusal);
/* For what nobody keeps (RFC 7591 §3.2.1). */
bool message_forbid_storing(struct MHD_Response *response);
/* Takes a part of a body. */
enum MHD_Result message_take(struct connection *connection, const char *part, size_t *part_len);
/* Sends an answer past libmicrohttpd, which sends none before a request is whole. */
void message_cut_off(int fd, const struct refusal *refusal);

/* endpoint.c */

/* What requests are answered from. */
struct host {
    const gatepost_registrar *registrar;
    gatepost_context *context; /* one is enough: requests are answered one at a time */
    gatepost_request *request;
    struct store *store;
    const char *metadata; /* NULL for none */
};

/* Answers a request. libmicrohttpd calls it: once with the head, then with each part of the body, then with none. */
enum MHD_Result endpoint_answer(void *host, struct MHD_Connection *http, const char *target, const char *method,
                                const char *version, const char *part, size_t *part_len, void **begun);

#endif
