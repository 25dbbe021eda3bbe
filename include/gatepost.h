/**
 * @file gatepost.h
 *
 * Gatepost decides, for a mail server, which OAuth clients may register, with what metadata, and which may
 * be used.
 *
 * Facts go in, a decision comes out: the library opens no file and no socket, starts no thread and keeps
 * nothing between two calls. It reads the clock and draws randomness only if the host leaves them out.
 *
 *     gatepost_registrar *registrar;
 *     gatepost_context *context;
 *     gatepost_decision *decision;
 *     gatepost_error *error = NULL;
 *
 *     if (gatepost_registrar_new(settings, &registrar, &error) != GATEPOST_STATUS_OK) {
 *         // say what gatepost_error_message(error) says, and every finding
 *     }
 *     gatepost_context_new(&context, NULL);
 *
 *     // for each request
 *     gatepost_context_reset(context);
 *     gatepost_context_set_credential(context, GATEPOST_CREDENTIAL_ACCEPTED);
 *     gatepost_context_add_permission(context, GATEPOST_STR("authenticate"));
 *     gatepost_context_add_permission(context, GATEPOST_STR("oauth-client-registration"));
 *     if (gatepost_register(registrar, context, body, &decision, &error) == GATEPOST_STATUS_OK) {
 *         // fetch what has to be fetched before, see gatepost_due
 *         // carry out gatepost_decision_effect(decision), then send its status, headers and body
 *         gatepost_decision_free(decision);
 *     }
 *
 * `gatepost_register` and the other functions that write a `gatepost_decision` are the operations. Each takes
 * its facts from a context, and a request that names a client from a `gatepost_request`.
 *
 * @section conventions Conventions
 *
 * They hold for every function; a comment repeats none of them.
 *
 * **Names.** Functions and types begin with `gatepost_`, macros and enumerators with `GATEPOST_`.
 * Parameters come in this order: the object, what goes in, what comes out.
 *
 * **Decisions.** An operation that refuses has succeeded: its decision says what to send, and the status is
 * `GATEPOST_STATUS_OK`. Another status means that the host has made a mistake, and that nothing was decided.
 * A decision uses its context's entropy up; everything else in the context stays.
 *
 * **Ownership.** An object made by a function is the caller's, and is freed once, by the function with
 * its type's name and `_free`, which takes NULL and then does nothing. Objects are independent: they may
 * be freed in any order. A pointer into an object is valid until the object is freed, and is not freed
 * itself.
 *
 * **Strings.** A `gatepost_str` is a pointer and a length, without a NUL at the end. What goes in is
 * borrowed for the call: the library copies what it keeps. It has to be UTF-8, except for a body, a metadata
 * document and parameters, which are taken as they arrived. What comes out is a view, valid as long as its
 * comment says, and is UTF-8. NULL with a length of 0 is the absent string; where a string cannot be absent,
 * it is taken for an empty one.
 *
 * **Status.** What can fail returns a `gatepost_status`, and `GATEPOST_STATUS_OK` is 0. There is no error
 * state that a later call could read: a function that has more to say has a last parameter
 * `gatepost_error **error`. It may be NULL. Otherwise a failed call writes a new error there, which the
 * caller frees, and a call that succeeds leaves it alone.
 *
 * **Outputs.** They are written if the call succeeds, and otherwise left alone.
 *
 * **NULL.** A pointer that must not be NULL and is gives `GATEPOST_STATUS_NULL_POINTER`. A function
 * without a status answers for NULL as it would for an object with nothing in it: with 0, NULL, the
 * absent string, or the value that its comment names.
 *
 * **Enumerations.** They go in as `int32_t` and are checked. A number keeps its meaning for ever. Later
 * versions may return new ones, so a program treats an unknown effect or standing as a failure, an unknown
 * outcome as a refusal, and what is due at an unknown time as due before the effect.
 *
 * **Threads.** Each type's comment says how many may use one object at a time. Different objects may
 * always be used at once. Free an object only when no other thread uses it.
 *
 * **Panics.** None leaves the library. One would be a bug, and gives `GATEPOST_STATUS_PANIC`.
 *
 * **Versions.** While `GATEPOST_ABI_VERSION`, which ends the soname, is the same, nothing that is here
 * changes: functions, enumerators and members at the end of `gatepost_plugin` are added.
 */


#ifndef GATEPOST_H
#define GATEPOST_H

/* Generated from src/boundary/c. Change it there, then: BLESS=1 cargo test --test header */

#include <stddef.h>
#include <stdint.h>

#define GATEPOST_VERSION_MAJOR 0
#define GATEPOST_VERSION_MINOR 1
#define GATEPOST_VERSION_PATCH 0

/**
 * A string literal as a `gatepost_str`.
 */
#ifdef __cplusplus
#define GATEPOST_STR(literal) (gatepost_str{"" literal, sizeof(literal) - 1})
#else
#define GATEPOST_STR(literal) ((gatepost_str){"" literal, sizeof(literal) - 1})
#endif

/**
 * The version of the binary interface, which ends the soname. It changes only if programs have to be
 * built again; what is added meanwhile shows in the `struct_size` of `gatepost_plugin`.
 */
#define GATEPOST_ABI_VERSION 1

/**
 * How a call went. A number keeps its meaning for ever; later versions may add others.
 */
enum gatepost_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It succeeded, and every output is written.
     */
    GATEPOST_STATUS_OK = 0,
    /**
     * A pointer was NULL that must not be.
     */
    GATEPOST_STATUS_NULL_POINTER = 1,
    /**
     * A text was not UTF-8.
     */
    GATEPOST_STATUS_INVALID_UTF8 = 2,
    /**
     * A number was none of its enumeration's, or a length was more than memory can hold.
     */
    GATEPOST_STATUS_INVALID_VALUE = 3,
    /**
     * The settings have mistakes: the error object lists them all.
     */
    GATEPOST_STATUS_INVALID_SETTINGS = 4,
    /**
     * Fewer than 32 bytes of entropy were given.
     */
    GATEPOST_STATUS_ENTROPY_TOO_SHORT = 5,
    /**
     * Entropy was left out, and the operating system gave none.
     */
    GATEPOST_STATUS_ENTROPY_MISSING = 6,
    /**
     * The time was left out, and the operating system's clock could not be read.
     */
    GATEPOST_STATUS_TIME_MISSING = 7,
    /**
     * A bug in Gatepost, which wrote what it knows to the standard error stream. Every object stays
     * valid.
     */
    GATEPOST_STATUS_PANIC = 8,
    /**
     * The record is not one that Gatepost wrote, or of a later version.
     */
    GATEPOST_STATUS_RECORD_UNREADABLE = 9,
    /**
     * The record is that of another client than the one in question.
     */
    GATEPOST_STATUS_RECORD_MISMATCH = 10,
    /**
     * The terms are wrong. If they were only checked, the error object lists every mistake.
     */
    GATEPOST_STATUS_TERMS_INVALID = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gatepost_status gatepost_status;
#else
typedef int32_t gatepost_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How much a finding weighs.
 */
enum gatepost_severity
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The document, or the settings, are refused because of it.
     */
    GATEPOST_SEVERITY_ERROR = 0,
    /**
     * Accepted, and unwise.
     */
    GATEPOST_SEVERITY_WARNING = 1,
    /**
     * Accepted, with something changed or left out.
     */
    GATEPOST_SEVERITY_NOTE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gatepost_severity gatepost_severity;
#else
typedef int32_t gatepost_severity;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Accepted or refused.
 */
enum gatepost_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Send the response; there is no effect.
     */
    GATEPOST_OUTCOME_REFUSE = 0,
    /**
     * Carry out the effect, then send the response.
     */
    GATEPOST_OUTCOME_ACCEPT = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gatepost_outcome gatepost_outcome;
#else
typedef int32_t gatepost_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What the host has to do, in one transaction, before it sends the response.
 */
enum gatepost_effect
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nothing.
     */
    GATEPOST_EFFECT_NONE = 0,
    /**
     * Store a new client.
     */
    GATEPOST_EFFECT_STORE = 1,
    /**
     * Put this in the place of the record with the same client id.
     */
    GATEPOST_EFFECT_REPLACE = 2,
    /**
     * Remove the client with this id, and all it holds.
     */
    GATEPOST_EFFECT_REMOVE = 3,
    /**
     * Store the client, unless there is one with this id, which then stays as it is: the client id is
     * shared by all who register the same.
     */
    GATEPOST_EFFECT_SHARE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gatepost_effect gatepost_effect;
#else
typedef int32_t gatepost_effect;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What the server knows of a client. Whatever the standing, its name and its links are its own claim,
 * unless an administrator registered it.
 */
enum gatepost_standing
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The decision is about no client that the host has to know.
     */
    GATEPOST_STANDING_NONE = 0,
    /**
     * An administrator registered it by hand.
     */
    GATEPOST_STANDING_PROVISIONED = 1,
    /**
     * It registered itself.
     */
    GATEPOST_STANDING_REGISTERED = 2,
    /**
     * Its id is the URL of the document that describes it.
     */
    GATEPOST_STANDING_DOCUMENT = 3,
    /**
     * It uses an id that everybody may use.
     */
    GATEPOST_STANDING_SHARED = 4,
    /**
     * Nobody registered it, and nothing requires that.
     */
    GATEPOST_STANDING_UNREGISTERED = 5,
    /**
     * Nobody registered it, and the account may use any client.
     */
    GATEPOST_STANDING_OVERRIDDEN = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gatepost_standing gatepost_standing;
#else
typedef int32_t gatepost_standing;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * When a document is needed.
 */
enum gatepost_due
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * At once. Of a registration, before the effect is carried out: a JSON array of strings that must
     * hold every redirect URI of the client (OpenID Connect Registration 1.0 §5). A host that cannot
     * fetch it, or finds it otherwise, does not carry out the effect and does not send the response.
     * Otherwise the client's keys or its document, to ask again with: `gatepost_request_set_jwks`,
     * `gatepost_client_document`.
     */
    GATEPOST_DUE_BEFORE_EFFECT = 0,
    /**
     * When the client first uses it.
     */
    GATEPOST_DUE_ON_USE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gatepost_due gatepost_due;
#else
typedef int32_t gatepost_due;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What the request carried in its `Authorization` header, as the host found it.
 */
enum gatepost_credential
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * No bearer token at all.
     */
    GATEPOST_CREDENTIAL_MISSING = 0,
    /**
     * A bearer token that is no token (RFC 6750 §2.1), or more than one.
     */
    GATEPOST_CREDENTIAL_MALFORMED = 1,
    /**
     * A bearer token that no live API key has.
     */
    GATEPOST_CREDENTIAL_REJECTED = 2,
    /**
     * A bearer token of a live API key: the account and the permissions are that key's.
     */
    GATEPOST_CREDENTIAL_ACCEPTED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gatepost_credential gatepost_credential;
#else
typedef int32_t gatepost_credential;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * An endpoint of the authorization server.
 */
enum gatepost_endpoint
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The authorization endpoint (RFC 6749 §3.1).
     */
    GATEPOST_ENDPOINT_AUTHORIZATION = 0,
    /**
     * The pushed authorization request endpoint (RFC 9126 §2).
     */
    GATEPOST_ENDPOINT_PUSHED_AUTHORIZATION = 1,
    /**
     * The device authorization endpoint (RFC 8628 §3.1).
     */
    GATEPOST_ENDPOINT_DEVICE_AUTHORIZATION = 2,
    /**
     * The token endpoint (RFC 6749 §3.2).
     */
    GATEPOST_ENDPOINT_TOKEN = 3,
    /**
     * The introspection endpoint (RFC 7662 §2).
     */
    GATEPOST_ENDPOINT_INTROSPECTION = 4,
    /**
     * The revocation endpoint (RFC 7009 §2).
     */
    GATEPOST_ENDPOINT_REVOCATION = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gatepost_endpoint gatepost_endpoint;
#else
typedef int32_t gatepost_endpoint;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The facts of one request. A context may be used again: reset it, and set the next request's facts.
 *
 * Ownership: free it with `gatepost_context_free`.
 * Threads: one at a time.
 */
typedef struct gatepost_context gatepost_context;

/**
 * The answer to one request.
 *
 * Ownership: free it with `gatepost_decision_free`; it may outlive its registrar and its context.
 * Threads: any number may use it at once.
 */
typedef struct gatepost_decision gatepost_decision;

/**
 * One finding about the submitted document or the caller.
 *
 * Ownership: it belongs to the decision that it was read from, and is never freed by itself.
 * Threads: any number may use it at once.
 */
typedef struct gatepost_diagnostic gatepost_diagnostic;

/**
 * Why a call failed.
 *
 * Ownership: free it with `gatepost_error_free`.
 * Threads: any number may use it at once.
 */
typedef struct gatepost_error gatepost_error;

/**
 * A document that the client has named, and that Gatepost does not fetch.
 *
 * A host that fetches it does so by https alone, without credentials, follows no redirect, connects only
 * to addresses that are public (RFC 6890) and the ones it checked, and keeps the limits on bytes and
 * time.
 *
 * Ownership: it belongs to the decision that it was read from, and is never freed by itself.
 * Threads: any number may use it at once.
 */
typedef struct gatepost_fetch gatepost_fetch;

/**
 * One mistake or warning about the settings.
 *
 * Ownership: it belongs to the error or the registrar that it was read from, and is never freed by
 * itself.
 * Threads: any number may use it at once.
 */
typedef struct gatepost_finding gatepost_finding;

/**
 * A compiled policy. It never changes, and keeps nothing between two calls.
 *
 * Ownership: free it with `gatepost_registrar_free`.
 * Threads: any number may use it at once.
 */
typedef struct gatepost_registrar gatepost_registrar;

/**
 * A request to one of the authorization server's endpoints, as it arrived. It may be used again: reset
 * it, and set what the next one carried.
 *
 * Ownership: free it with `gatepost_request_free`.
 * Threads: any number may use it at once, but while it is changed, one alone.
 */
typedef struct gatepost_request gatepost_request;

/**
 * Text that a function has made for its caller.
 *
 * Ownership: free it with `gatepost_text_free`.
 * Threads: any number may use it at once.
 */
typedef struct gatepost_text gatepost_text;

/**
 * Text that somebody else owns: `len` bytes at `ptr`, with no NUL behind them.
 *
 * A NULL `ptr` is the absent string, and its `len` is 0. An empty string that is present has a `ptr`
 * that is not NULL.
 */
typedef struct {
    /**
     * The first byte, or NULL.
     */
    const char *ptr;
    /**
     * How many bytes there are.
     */
    size_t len;
} gatepost_str;

/**
 * Every function of this header, for a program that loads the library with `dlopen`.
 *
 * Later versions append members and change none. A member is there if `struct_size` reaches beyond it.
 * `register_` has its underscore because C keeps the word for itself.
 */
typedef struct {
    /**
     * The size of the table in bytes, in the library that was loaded.
     */
    size_t struct_size;
    /**
     * The `GATEPOST_ABI_VERSION` of the library that was loaded.
     */
    uint32_t abi_version;
    /**
     * `gatepost_version`
     */
    gatepost_str (*version)(void);
    /**
     * `gatepost_status_message`
     */
    gatepost_str (*status_message)(int32_t status);
    /**
     * `gatepost_text_view`
     */
    gatepost_str (*text_view)(const gatepost_text *text);
    /**
     * `gatepost_text_free`
     */
    void (*text_free)(gatepost_text *text);
    /**
     * `gatepost_error_status`
     */
    gatepost_status (*error_status)(const gatepost_error *error);
    /**
     * `gatepost_error_message`
     */
    gatepost_str (*error_message)(const gatepost_error *error);
    /**
     * `gatepost_error_finding_count`
     */
    size_t (*error_finding_count)(const gatepost_error *error);
    /**
     * `gatepost_error_finding`
     */
    const gatepost_finding *(*error_finding)(const gatepost_error *error, size_t index);
    /**
     * `gatepost_error_free`
     */
    void (*error_free)(gatepost_error *error);
    /**
     * `gatepost_finding_path`
     */
    gatepost_str (*finding_path)(const gatepost_finding *finding);
    /**
     * `gatepost_finding_message`
     */
    gatepost_str (*finding_message)(const gatepost_finding *finding);
    /**
     * `gatepost_finding_allowed`
     */
    gatepost_str (*finding_allowed)(const gatepost_finding *finding);
    /**
     * `gatepost_finding_severity`
     */
    gatepost_severity (*finding_severity)(const gatepost_finding *finding);
    /**
     * `gatepost_registrar_new`
     */
    gatepost_status (*registrar_new)(gatepost_str settings,
                                     gatepost_registrar **registrar,
                                     gatepost_error **error);
    /**
     * `gatepost_registrar_warning_count`
     */
    size_t (*registrar_warning_count)(const gatepost_registrar *registrar);
    /**
     * `gatepost_registrar_warning`
     */
    const gatepost_finding *(*registrar_warning)(const gatepost_registrar *registrar, size_t index);
    /**
     * `gatepost_server_metadata`
     */
    gatepost_status (*server_metadata)(const gatepost_registrar *registrar,
                                       gatepost_str *metadata,
                                       gatepost_error **error);
    /**
     * `gatepost_network`
     */
    gatepost_status (*network)(const gatepost_registrar *registrar,
                               gatepost_str address,
                               gatepost_text **network,
                               gatepost_error **error);
    /**
     * `gatepost_window`
     */
    uint64_t (*window)(const gatepost_registrar *registrar);
    /**
     * `gatepost_registrar_free`
     */
    void (*registrar_free)(gatepost_registrar *registrar);
    /**
     * `gatepost_register`
     */
    gatepost_status (*register_)(const gatepost_registrar *registrar,
                                 gatepost_context *context,
                                 gatepost_str body,
                                 gatepost_decision **decision,
                                 gatepost_error **error);
    /**
     * `gatepost_provision`
     */
    gatepost_status (*provision)(const gatepost_registrar *registrar,
                                 gatepost_context *context,
                                 gatepost_str client_id,
                                 gatepost_str metadata,
                                 gatepost_decision **decision,
                                 gatepost_error **error);
    /**
     * `gatepost_read`
     */
    gatepost_status (*read)(const gatepost_registrar *registrar,
                            gatepost_context *context,
                            gatepost_str client_id,
                            gatepost_decision **decision,
                            gatepost_error **error);
    /**
     * `gatepost_update`
     */
    gatepost_status (*update)(const gatepost_registrar *registrar,
                              gatepost_context *context,
                              gatepost_str client_id,
                              gatepost_str body,
                              gatepost_decision **decision,
                              gatepost_error **error);
    /**
     * `gatepost_rotate_secret`
     */
    gatepost_status (*rotate_secret)(const gatepost_registrar *registrar,
                                     gatepost_context *context,
                                     gatepost_str client_id,
                                     gatepost_decision **decision,
                                     gatepost_error **error);
    /**
     * `gatepost_disable`
     */
    gatepost_status (*disable)(const gatepost_registrar *registrar,
                               gatepost_context *context,
                               gatepost_str client_id,
                               gatepost_decision **decision,
                               gatepost_error **error);
    /**
     * `gatepost_enable`
     */
    gatepost_status (*enable)(const gatepost_registrar *registrar,
                              gatepost_context *context,
                              gatepost_str client_id,
                              gatepost_decision **decision,
                              gatepost_error **error);
    /**
     * `gatepost_remove`
     */
    gatepost_status (*remove)(const gatepost_registrar *registrar,
                              gatepost_context *context,
                              gatepost_str client_id,
                              gatepost_decision **decision,
                              gatepost_error **error);
    /**
     * `gatepost_identify`
     */
    gatepost_status (*identify)(const gatepost_registrar *registrar,
                                const gatepost_request *request,
                                gatepost_text **client_id,
                                gatepost_error **error);
    /**
     * `gatepost_authorize`
     */
    gatepost_status (*authorize)(const gatepost_registrar *registrar,
                                 gatepost_context *context,
                                 const gatepost_request *request,
                                 gatepost_decision **decision,
                                 gatepost_error **error);
    /**
     * `gatepost_authenticate`
     */
    gatepost_status (*authenticate)(const gatepost_registrar *registrar,
                                    gatepost_context *context,
                                    const gatepost_request *request,
                                    gatepost_decision **decision,
                                    gatepost_error **error);
    /**
     * `gatepost_review`
     */
    gatepost_status (*review)(const gatepost_registrar *registrar,
                              gatepost_context *context,
                              gatepost_str client_id,
                              gatepost_decision **decision,
                              gatepost_error **error);
    /**
     * `gatepost_review_draft`
     */
    gatepost_status (*review_draft)(const gatepost_registrar *registrar,
                                    gatepost_context *context,
                                    gatepost_str metadata,
                                    gatepost_decision **decision,
                                    gatepost_error **error);
    /**
     * `gatepost_lifecycle`
     */
    gatepost_status (*lifecycle)(const gatepost_registrar *registrar,
                                 gatepost_context *context,
                                 gatepost_str client_id,
                                 gatepost_decision **decision,
                                 gatepost_error **error);
    /**
     * `gatepost_client_document`
     */
    gatepost_status (*client_document)(const gatepost_registrar *registrar,
                                       gatepost_context *context,
                                       gatepost_str client_id,
                                       gatepost_str document,
                                       gatepost_decision **decision,
                                       gatepost_error **error);
    /**
     * `gatepost_check_terms`
     */
    gatepost_status (*check_terms)(gatepost_str terms, gatepost_error **error);
    /**
     * `gatepost_redirect_uri_matches`
     */
    int32_t (*redirect_uri_matches)(gatepost_str registered, gatepost_str requested);
    /**
     * `gatepost_context_new`
     */
    gatepost_status (*context_new)(gatepost_context **context, gatepost_error **error);
    /**
     * `gatepost_context_reset`
     */
    gatepost_status (*context_reset)(gatepost_context *context);
    /**
     * `gatepost_context_set_now`
     */
    gatepost_status (*context_set_now)(gatepost_context *context, uint64_t now);
    /**
     * `gatepost_context_set_entropy`
     */
    gatepost_status (*context_set_entropy)(gatepost_context *context,
                                           const uint8_t *entropy,
                                           size_t len);
    /**
     * `gatepost_context_set_credential`
     */
    gatepost_status (*context_set_credential)(gatepost_context *context, int32_t credential);
    /**
     * `gatepost_context_set_account`
     */
    gatepost_status (*context_set_account)(gatepost_context *context, gatepost_str account);
    /**
     * `gatepost_context_add_permission`
     */
    gatepost_status (*context_add_permission)(gatepost_context *context, gatepost_str permission);
    /**
     * `gatepost_context_clear_permissions`
     */
    gatepost_status (*context_clear_permissions)(gatepost_context *context);
    /**
     * `gatepost_context_set_address`
     */
    gatepost_status (*context_set_address)(gatepost_context *context, gatepost_str address);
    /**
     * `gatepost_context_set_terms`
     */
    gatepost_status (*context_set_terms)(gatepost_context *context, gatepost_str terms);
    /**
     * `gatepost_context_set_token`
     */
    gatepost_status (*context_set_token)(gatepost_context *context, gatepost_str token);
    /**
     * `gatepost_context_set_account_clients`
     */
    gatepost_status (*context_set_account_clients)(gatepost_context *context, uint64_t count);
    /**
     * `gatepost_context_set_address_registrations`
     */
    gatepost_status (*context_set_address_registrations)(gatepost_context *context, uint64_t count);
    /**
     * `gatepost_context_set_key_registrations`
     */
    gatepost_status (*context_set_key_registrations)(gatepost_context *context, uint64_t count);
    /**
     * `gatepost_context_set_anonymous_clients`
     */
    gatepost_status (*context_set_anonymous_clients)(gatepost_context *context, uint64_t count);
    /**
     * `gatepost_context_set_total_clients`
     */
    gatepost_status (*context_set_total_clients)(gatepost_context *context, uint64_t count);
    /**
     * `gatepost_context_set_record`
     */
    gatepost_status (*context_set_record)(gatepost_context *context, gatepost_str record);
    /**
     * `gatepost_context_set_authorised_at`
     */
    gatepost_status (*context_set_authorised_at)(gatepost_context *context, uint64_t time);
    /**
     * `gatepost_context_set_last_used`
     */
    gatepost_status (*context_set_last_used)(gatepost_context *context, uint64_t time);
    /**
     * `gatepost_context_set_refresh_tokens`
     */
    gatepost_status (*context_set_refresh_tokens)(gatepost_context *context, uint64_t count);
    /**
     * `gatepost_context_free`
     */
    void (*context_free)(gatepost_context *context);
    /**
     * `gatepost_request_new`
     */
    gatepost_status (*request_new)(int32_t endpoint,
                                   gatepost_request **request,
                                   gatepost_error **error);
    /**
     * `gatepost_request_reset`
     */
    gatepost_status (*request_reset)(gatepost_request *request, int32_t endpoint);
    /**
     * `gatepost_request_set_authorization`
     */
    gatepost_status (*request_set_authorization)(gatepost_request *request,
                                                 gatepost_str authorization);
    /**
     * `gatepost_request_set_parameters`
     */
    gatepost_status (*request_set_parameters)(gatepost_request *request, gatepost_str parameters);
    /**
     * `gatepost_request_set_jwks`
     */
    gatepost_status (*request_set_jwks)(gatepost_request *request, gatepost_str jwks);
    /**
     * `gatepost_request_free`
     */
    void (*request_free)(gatepost_request *request);
    /**
     * `gatepost_decision_outcome`
     */
    gatepost_outcome (*decision_outcome)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_http_status`
     */
    uint16_t (*decision_http_status)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_header_count`
     */
    size_t (*decision_header_count)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_header_name`
     */
    gatepost_str (*decision_header_name)(const gatepost_decision *decision, size_t index);
    /**
     * `gatepost_decision_header_value`
     */
    gatepost_str (*decision_header_value)(const gatepost_decision *decision, size_t index);
    /**
     * `gatepost_decision_body`
     */
    gatepost_str (*decision_body)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_effect`
     */
    gatepost_effect (*decision_effect)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_client_id`
     */
    gatepost_str (*decision_client_id)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_record`
     */
    gatepost_str (*decision_record)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_standing`
     */
    gatepost_standing (*decision_standing)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_redirect_uri`
     */
    gatepost_str (*decision_redirect_uri)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_scope`
     */
    gatepost_str (*decision_scope)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_metadata`
     */
    gatepost_str (*decision_metadata)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_assertion_id`
     */
    gatepost_str (*decision_assertion_id)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_assertion_expires_at`
     */
    uint64_t (*decision_assertion_expires_at)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_diagnostic_count`
     */
    size_t (*decision_diagnostic_count)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_diagnostic`
     */
    const gatepost_diagnostic *(*decision_diagnostic)(const gatepost_decision *decision,
                                                      size_t index);
    /**
     * `gatepost_decision_fetch_count`
     */
    size_t (*decision_fetch_count)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_fetch`
     */
    const gatepost_fetch *(*decision_fetch)(const gatepost_decision *decision, size_t index);
    /**
     * `gatepost_decision_free`
     */
    void (*decision_free)(gatepost_decision *decision);
    /**
     * `gatepost_diagnostic_code`
     */
    gatepost_str (*diagnostic_code)(const gatepost_diagnostic *diagnostic);
    /**
     * `gatepost_diagnostic_pointer`
     */
    gatepost_str (*diagnostic_pointer)(const gatepost_diagnostic *diagnostic);
    /**
     * `gatepost_diagnostic_message`
     */
    gatepost_str (*diagnostic_message)(const gatepost_diagnostic *diagnostic);
    /**
     * `gatepost_diagnostic_reference`
     */
    gatepost_str (*diagnostic_reference)(const gatepost_diagnostic *diagnostic);
    /**
     * `gatepost_diagnostic_severity`
     */
    gatepost_severity (*diagnostic_severity)(const gatepost_diagnostic *diagnostic);
    /**
     * `gatepost_fetch_uri`
     */
    gatepost_str (*fetch_uri)(const gatepost_fetch *fetch);
    /**
     * `gatepost_fetch_pointer`
     */
    gatepost_str (*fetch_pointer)(const gatepost_fetch *fetch);
    /**
     * `gatepost_fetch_due`
     */
    gatepost_due (*fetch_due)(const gatepost_fetch *fetch);
    /**
     * `gatepost_fetch_max_bytes`
     */
    uint32_t (*fetch_max_bytes)(const gatepost_fetch *fetch);
    /**
     * `gatepost_fetch_timeout`
     */
    uint32_t (*fetch_timeout)(const gatepost_fetch *fetch);
} gatepost_plugin;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The library's version, such as `1.2.3`. Valid for as long as the library is loaded.
 */
gatepost_str gatepost_version(void);

/**
 * The `GATEPOST_ABI_VERSION` of the library that was loaded. A program that was built with another one
 * cannot use it.
 */
uint32_t gatepost_abi_version(void);

/**
 * What a `gatepost_status` means, in words. Valid for as long as the library is loaded; absent for a
 * number that is no status.
 */
gatepost_str gatepost_status_message(int32_t status);

/**
 * The text; absent if `text` is NULL. Valid until the text is freed.
 */
gatepost_str gatepost_text_view(const gatepost_text *text);

/**
 * Frees a text. NULL is allowed, and nothing is done.
 */
void gatepost_text_free(gatepost_text *text);

/**
 * The status that the failed call returned; `GATEPOST_STATUS_OK` if `error` is NULL.
 */
gatepost_status gatepost_error_status(const gatepost_error *error);

/**
 * What went wrong, in words. Valid until the error is freed.
 */
gatepost_str gatepost_error_message(const gatepost_error *error);

/**
 * How many findings there are about the settings, or about the terms that were checked. It is 0 for every
 * status but `GATEPOST_STATUS_INVALID_SETTINGS` and `GATEPOST_STATUS_TERMS_INVALID`.
 */
size_t gatepost_error_finding_count(const gatepost_error *error);

/**
 * The finding at `index`, counted from 0; NULL if there are not so many. Valid until the error is
 * freed.
 */
const gatepost_finding *gatepost_error_finding(const gatepost_error *error, size_t index);

/**
 * Frees an error. NULL is allowed, and nothing is done.
 */
void gatepost_error_free(gatepost_error *error);

/**
 * The key's path, such as `oauth.client-registration.require`. Valid as long as the finding.
 */
gatepost_str gatepost_finding_path(const gatepost_finding *finding);

/**
 * What is wrong, in one sentence. Valid as long as the finding.
 */
gatepost_str gatepost_finding_message(const gatepost_finding *finding);

/**
 * What would be right; absent if the message says it all. Valid as long as the finding.
 */
gatepost_str gatepost_finding_allowed(const gatepost_finding *finding);

/**
 * How much it weighs.
 */
gatepost_severity gatepost_finding_severity(const gatepost_finding *finding);

/**
 * Compiles a mail server's settings: TOML, or JSON if the text starts with `{`. Only the table
 * `[oauth.client-registration]` is read. On failure the error lists every mistake.
 */
gatepost_status gatepost_registrar_new(gatepost_str settings,
                                       gatepost_registrar **registrar,
                                       gatepost_error **error);

/**
 * How many warnings there are: what is legal in the settings, and unwise.
 */
size_t gatepost_registrar_warning_count(const gatepost_registrar *registrar);

/**
 * The warning at `index`, counted from 0; NULL if there are not so many. Valid until the registrar is
 * freed.
 */
const gatepost_finding *gatepost_registrar_warning(const gatepost_registrar *registrar,
                                                   size_t index);

/**
 * The members of the authorization server's metadata document (RFC 8414 §2) that follow from the
 * settings, as a JSON object, so that what is advertised is what is accepted. Valid until the registrar
 * is freed.
 */
gatepost_status gatepost_server_metadata(const gatepost_registrar *registrar,
                                         gatepost_str *metadata,
                                         gatepost_error **error);

/**
 * The network that registrations from an address, given as text, are counted under, for
 * `gatepost_context_set_address_registrations`. NULL is written if it is no address.
 */
gatepost_status gatepost_network(const gatepost_registrar *registrar,
                                 gatepost_str address,
                                 gatepost_text **network,
                                 gatepost_error **error);

/**
 * How long registrations from a network are counted, in seconds: windows begin at multiples of it since
 * 1970. It is never 0, and 1 if `registrar` is NULL.
 */
uint64_t gatepost_window(const gatepost_registrar *registrar);

/**
 * Frees a registrar. NULL is allowed, and nothing is done.
 */
void gatepost_registrar_free(gatepost_registrar *registrar);

/**
 * Decides a `POST` to the registration endpoint (RFC 7591 §3.1).
 *
 * `body` is the request's body as it arrived: that it may be no UTF-8 and no JSON is part of the
 * decision.
 */
gatepost_status gatepost_register(const gatepost_registrar *registrar,
                                  gatepost_context *context,
                                  gatepost_str body,
                                  gatepost_decision **decision,
                                  gatepost_error **error);

/**
 * Decides a registration that an administrator makes by hand: the same validation, with a client id of the
 * administrator's choice, or one that is made if `client_id` is absent.
 *
 * It takes the permission `oauth-client-create`. The context's record is that of the client that has the
 * id already, if there is one.
 */
gatepost_status gatepost_provision(const gatepost_registrar *registrar,
                                   gatepost_context *context,
                                   gatepost_str client_id,
                                   gatepost_str metadata,
                                   gatepost_decision **decision,
                                   gatepost_error **error);

/**
 * Decides a `GET` of the client configuration endpoint (RFC 7592 §2.1), by the client with its registration
 * access token, or by an administrator with the permission `oauth-client-get`.
 */
gatepost_status gatepost_read(const gatepost_registrar *registrar,
                              gatepost_context *context,
                              gatepost_str client_id,
                              gatepost_decision **decision,
                              gatepost_error **error);

/**
 * Decides a `PUT` of the client configuration endpoint (RFC 7592 §2.2), by the client with its registration
 * access token, or by an administrator with the permission `oauth-client-update`.
 */
gatepost_status gatepost_update(const gatepost_registrar *registrar,
                                gatepost_context *context,
                                gatepost_str client_id,
                                gatepost_str body,
                                gatepost_decision **decision,
                                gatepost_error **error);

/**
 * Gives a client a new secret, for an administrator with the permission `oauth-client-update`. The old one
 * stays good for `secret-overlap` seconds.
 */
gatepost_status gatepost_rotate_secret(const gatepost_registrar *registrar,
                                       gatepost_context *context,
                                       gatepost_str client_id,
                                       gatepost_decision **decision,
                                       gatepost_error **error);

/**
 * Disables a client, for an administrator with the permission `oauth-client-update`: it is as if it were not
 * there, and its registration access token is worth nothing, until it is enabled again.
 */
gatepost_status gatepost_disable(const gatepost_registrar *registrar,
                                 gatepost_context *context,
                                 gatepost_str client_id,
                                 gatepost_decision **decision,
                                 gatepost_error **error);

/**
 * Enables a client that was disabled, for an administrator with the permission `oauth-client-update`.
 */
gatepost_status gatepost_enable(const gatepost_registrar *registrar,
                                gatepost_context *context,
                                gatepost_str client_id,
                                gatepost_decision **decision,
                                gatepost_error **error);

/**
 * Decides a `DELETE` of the client configuration endpoint (RFC 7592 §2.3), by the client with its
 * registration access token, or by an administrator with the permission `oauth-client-delete`.
 *
 * A client whose id carries its registration leaves a record behind that denies it.
 */
gatepost_status gatepost_remove(const gatepost_registrar *registrar,
                                gatepost_context *context,
                                gatepost_str client_id,
                                gatepost_decision **decision,
                                gatepost_error **error);

/**
 * The id of the client that a request speaks of, so that its record can be looked up and set. NULL is
 * written if the request names no client, or more than one.
 */
gatepost_status gatepost_identify(const gatepost_registrar *registrar,
                                  const gatepost_request *request,
                                  gatepost_text **client_id,
                                  gatepost_error **error);

/**
 * Decides whether a client may be used, and with what: at the authorization endpoint (RFC 6749 §4.1.1), the
 * device authorization endpoint (RFC 8628 §3.1), and the token endpoint for each grant.
 *
 * The context's caller is the account that signed in; before anybody did, it is nobody. What may be granted
 * is in `gatepost_decision_scope` and `gatepost_decision_redirect_uri`. The effect of an accepted decision
 * is due when the user agrees. The response of a refusal is a redirect only where the client and its
 * redirect URI are known.
 */
gatepost_status gatepost_authorize(const gatepost_registrar *registrar,
                                   gatepost_context *context,
                                   const gatepost_request *request,
                                   gatepost_decision **decision,
                                   gatepost_error **error);

/**
 * Decides whether a request comes from the client that it names (RFC 6749 §2.3).
 *
 * Every refusal looks the same; its reason is in the diagnostics, which are for the host.
 */
gatepost_status gatepost_authenticate(const gatepost_registrar *registrar,
                                      gatepost_context *context,
                                      const gatepost_request *request,
                                      gatepost_decision **decision,
                                      gatepost_error **error);

/**
 * Judges a client that is registered already by this policy, and issues nothing. Accepted means that the
 * client could register the same today.
 */
gatepost_status gatepost_review(const gatepost_registrar *registrar,
                                gatepost_context *context,
                                gatepost_str client_id,
                                gatepost_decision **decision,
                                gatepost_error **error);

/**
 * Judges a metadata document as if this caller had submitted it, and issues nothing.
 */
gatepost_status gatepost_review_draft(const gatepost_registrar *registrar,
                                      gatepost_context *context,
                                      gatepost_str metadata,
                                      gatepost_decision **decision,
                                      gatepost_error **error);

/**
 * Decides whether a client is kept: the effect is to remove it, or nothing. What became of the client since
 * it was registered is in the context.
 */
gatepost_status gatepost_lifecycle(const gatepost_registrar *registrar,
                                   gatepost_context *context,
                                   gatepost_str client_id,
                                   gatepost_decision **decision,
                                   gatepost_error **error);

/**
 * Judges a client id that is a URL (draft-ietf-oauth-client-id-metadata-document). Without its document, the
 * decision says whether it is acceptable and what to fetch; with it, whether the client is, and the effect
 * is to store its record, for as long as the document is cached.
 *
 * `document` is what was fetched, as it arrived; the absent string means that nothing was fetched yet.
 */
gatepost_status gatepost_client_document(const gatepost_registrar *registrar,
                                         gatepost_context *context,
                                         gatepost_str client_id,
                                         gatepost_str document,
                                         gatepost_decision **decision,
                                         gatepost_error **error);

/**
 * Checks the terms of an API key, as JSON, before they are stored. Wrong ones give
 * `GATEPOST_STATUS_TERMS_INVALID`, and the error lists every mistake.
 */
gatepost_status gatepost_check_terms(gatepost_str terms, gatepost_error **error);

/**
 * 1 if a requested redirect URI is this registered one, and 0 if it is not: it is the same string (RFC 9700
 * §4.1.3), but for the port of a loopback address, which the client cannot know beforehand (RFC 8252 §7.3).
 * What is absent, or no UTF-8, is no redirect URI.
 */
int32_t gatepost_redirect_uri_matches(gatepost_str registered,
                                      gatepost_str requested);

/**
 * Makes a context of an anonymous caller, with everything else left out.
 */
gatepost_status gatepost_context_new(gatepost_context **context, gatepost_error **error);

/**
 * Makes a context as it was when it was new, and keeps its memory for the next request. Its entropy and
 * its token are overwritten.
 */
gatepost_status gatepost_context_reset(gatepost_context *context);

/**
 * Sets the time: seconds since 1970-01-01T00:00:00Z. Left out, it is the operating system's.
 */
gatepost_status gatepost_context_set_now(gatepost_context *context, uint64_t now);

/**
 * Sets the entropy: at least 32 bytes from a cryptographically secure generator, never used before.
 * Left out, or if `entropy` is NULL and `len` is 0, the operating system gives it.
 *
 * One decision uses it up: it is overwritten, and the next decision draws from the operating system
 * unless entropy is set again.
 */
gatepost_status gatepost_context_set_entropy(gatepost_context *context,
                                             const uint8_t *entropy,
                                             size_t len);

/**
 * Sets what the request carried in its `Authorization` header: a `gatepost_credential`. Left out, it
 * is `GATEPOST_CREDENTIAL_MISSING`.
 */
gatepost_status gatepost_context_set_credential(gatepost_context *context,
                                                int32_t credential);

/**
 * Sets the account that the API key belongs to. The absent string leaves it out.
 */
gatepost_status gatepost_context_set_account(gatepost_context *context, gatepost_str account);

/**
 * Adds one of the API key's permissions, such as `oauth-client-registration`.
 */
gatepost_status gatepost_context_add_permission(gatepost_context *context, gatepost_str permission);

/**
 * Takes all permissions away.
 */
gatepost_status gatepost_context_clear_permissions(gatepost_context *context);

/**
 * Sets the address that the request came from, as text. The absent string leaves it out.
 */
gatepost_status gatepost_context_set_address(gatepost_context *context, gatepost_str address);

/**
 * Sets the terms that the API key or its account carries, as JSON that `gatepost_check_terms` lets pass.
 * The absent string leaves them out.
 */
gatepost_status gatepost_context_set_terms(gatepost_context *context,
                                           gatepost_str terms);

/**
 * Sets the bearer token itself, which may be a registration access token (RFC 7592 §2). The absent
 * string leaves it out.
 *
 * It is a secret: it is overwritten when another one is set, and when the context is reset or freed.
 */
gatepost_status gatepost_context_set_token(gatepost_context *context,
                                           gatepost_str token);

/**
 * Sets how many live clients the caller's account has registered. Left out, it is not limited.
 */
gatepost_status gatepost_context_set_account_clients(gatepost_context *context, uint64_t count);

/**
 * Sets how many registrations came from the caller's network in the current window: see
 * `gatepost_network` and `gatepost_window`. Left out, it is not limited.
 */
gatepost_status gatepost_context_set_address_registrations(gatepost_context *context,
                                                           uint64_t count);

/**
 * Sets how many registrations the caller's API key has made in all. Left out, it is not limited.
 */
gatepost_status gatepost_context_set_key_registrations(gatepost_context *context, uint64_t count);

/**
 * Sets how many live clients were registered by callers without an API key. Left out, it is not limited.
 */
gatepost_status gatepost_context_set_anonymous_clients(gatepost_context *context,
                                                       uint64_t count);

/**
 * Sets how many live clients there are in all. Left out, it is not limited.
 */
gatepost_status gatepost_context_set_total_clients(gatepost_context *context, uint64_t count);

/**
 * Sets the document of the stored record that the client in question has. The absent string leaves it
 * out: there is no such record.
 */
gatepost_status gatepost_context_set_record(gatepost_context *context,
                                            gatepost_str record);

/**
 * Sets when a user first authorised the client in question, in seconds since 1970, for
 * `gatepost_lifecycle`. Left out, nobody did.
 */
gatepost_status gatepost_context_set_authorised_at(gatepost_context *context, uint64_t time);

/**
 * Sets when the client in question was last used, in seconds since 1970, for `gatepost_lifecycle`. Left
 * out, it never was.
 */
gatepost_status gatepost_context_set_last_used(gatepost_context *context,
                                               uint64_t time);

/**
 * Sets how many refresh tokens of the client in question are valid, for `gatepost_lifecycle`. Left out,
 * it is not known.
 */
gatepost_status gatepost_context_set_refresh_tokens(gatepost_context *context,
                                                    uint64_t count);

/**
 * Frees a context, and overwrites its entropy and its token first. NULL is allowed, and nothing is done.
 */
void gatepost_context_free(gatepost_context *context);

/**
 * Makes a request that arrived at an endpoint, a `gatepost_endpoint`, and carried nothing.
 */
gatepost_status gatepost_request_new(int32_t endpoint,
                                     gatepost_request **request,
                                     gatepost_error **error);

/**
 * Makes a request as it was when it was new, at an endpoint that may be another, and keeps its memory.
 * What it carried is overwritten.
 */
gatepost_status gatepost_request_reset(gatepost_request *request,
                                       int32_t endpoint);

/**
 * Sets the value of its `Authorization` header. The absent string leaves it out.
 */
gatepost_status gatepost_request_set_authorization(gatepost_request *request,
                                                   gatepost_str authorization);

/**
 * Sets its parameters as they arrived, in the form `application/x-www-form-urlencoded`: the query of a
 * `GET`, the body of a `POST`. They may be no UTF-8. Left out, there are none.
 */
gatepost_status gatepost_request_set_parameters(gatepost_request *request,
                                                gatepost_str parameters);

/**
 * Sets the key set that was fetched from the client's `jwks_uri`, because an earlier decision asked for
 * it. The absent string leaves it out.
 */
gatepost_status gatepost_request_set_jwks(gatepost_request *request,
                                          gatepost_str jwks);

/**
 * Frees a request, and overwrites what it carried first. NULL is allowed, and nothing is done.
 */
void gatepost_request_free(gatepost_request *request);

/**
 * Accepted or refused; refused if `decision` is NULL.
 */
gatepost_outcome gatepost_decision_outcome(const gatepost_decision *decision);

/**
 * The response's HTTP status code; 500 if `decision` is NULL.
 */
uint16_t gatepost_decision_http_status(const gatepost_decision *decision);

/**
 * How many header fields the response has.
 */
size_t gatepost_decision_header_count(const gatepost_decision *decision);

/**
 * The name of the header field at `index`, counted from 0; absent if there are not so many. Valid
 * until the decision is freed.
 */
gatepost_str gatepost_decision_header_name(const gatepost_decision *decision, size_t index);

/**
 * The value of the header field at `index`, counted from 0; absent if there are not so many. Valid
 * until the decision is freed.
 */
gatepost_str gatepost_decision_header_value(const gatepost_decision *decision, size_t index);

/**
 * The response's body: JSON, or empty. Valid until the decision is freed.
 *
 * It may hold a secret that is given out this once: send it, and keep no copy.
 */
gatepost_str gatepost_decision_body(const gatepost_decision *decision);

/**
 * What to do before the response is sent; nothing if `decision` is NULL.
 */
gatepost_effect gatepost_decision_effect(const gatepost_decision *decision);

/**
 * The id of the client that the decision is about, and its effect if it has one; absent if it is about no
 * client that the host has to know. Valid until the decision is freed.
 */
gatepost_str gatepost_decision_client_id(const gatepost_decision *decision);

/**
 * The record to store or to replace: a versioned JSON document, opaque to the host, that holds hashes
 * and no secrets; absent for any other effect. Valid until the decision is freed.
 */
gatepost_str gatepost_decision_record(const gatepost_decision *decision);

/**
 * What the server knows of the client that the decision is about; `GATEPOST_STANDING_NONE` if there is
 * no client that the host has to know.
 */
gatepost_standing gatepost_decision_standing(const gatepost_decision *decision);

/**
 * Where the authorization response goes: the redirect URI in full, with the port that was asked for;
 * absent where there is none. Valid until the decision is freed.
 */
gatepost_str gatepost_decision_redirect_uri(const gatepost_decision *decision);

/**
 * The scope that may be granted: what was asked for, cut to what is registered; absent where none is
 * decided. Valid until the decision is freed.
 */
gatepost_str gatepost_decision_scope(const gatepost_decision *decision);

/**
 * The registered metadata of the client as a JSON object, which is empty for a client that is not
 * registered; absent without a client. Valid until the decision is freed.
 */
gatepost_str gatepost_decision_metadata(const gatepost_decision *decision);

/**
 * The id (`jti`) of the assertion that the client authenticated with, which is good for one use (RFC 7523
 * §3): the host refuses the request if it has seen the id from this client, and remembers it until the
 * assertion expires. Absent if there was no assertion. Valid until the decision is freed.
 */
gatepost_str gatepost_decision_assertion_id(const gatepost_decision *decision);

/**
 * When the assertion expires, in seconds since 1970; 0 if there was none.
 */
uint64_t gatepost_decision_assertion_expires_at(const gatepost_decision *decision);

/**
 * How many diagnostics there are. An accepted request may have some, too.
 */
size_t gatepost_decision_diagnostic_count(const gatepost_decision *decision);

/**
 * The diagnostic at `index`, counted from 0; NULL if there are not so many. Valid until the decision
 * is freed.
 */
const gatepost_diagnostic *gatepost_decision_diagnostic(const gatepost_decision *decision,
                                                        size_t index);

/**
 * How many documents there are for the host to fetch.
 */
size_t gatepost_decision_fetch_count(const gatepost_decision *decision);

/**
 * The document to fetch at `index`, counted from 0; NULL if there are not so many. Valid until the
 * decision is freed.
 */
const gatepost_fetch *gatepost_decision_fetch(const gatepost_decision *decision, size_t index);

/**
 * Frees a decision, and overwrites its body first. NULL is allowed, and nothing is done.
 */
void gatepost_decision_free(gatepost_decision *decision);

/**
 * What was found: a stable name such as `redirect-uri-fragment`. Valid as long as the diagnostic.
 */
gatepost_str gatepost_diagnostic_code(const gatepost_diagnostic *diagnostic);

/**
 * Where it was found: a JSON Pointer (RFC 6901) into the submitted document, empty for the whole.
 * Valid as long as the diagnostic.
 */
gatepost_str gatepost_diagnostic_pointer(const gatepost_diagnostic *diagnostic);

/**
 * One sentence for a person. It quotes nothing of the document. Valid as long as the diagnostic.
 */
gatepost_str gatepost_diagnostic_message(const gatepost_diagnostic *diagnostic);

/**
 * The rule's source, such as `RFC 6749 §3.1.2`. Valid as long as the diagnostic.
 */
gatepost_str gatepost_diagnostic_reference(const gatepost_diagnostic *diagnostic);

/**
 * How much it weighs.
 */
gatepost_severity gatepost_diagnostic_severity(const gatepost_diagnostic *diagnostic);

/**
 * The document's URI. Valid as long as the fetch.
 */
gatepost_str gatepost_fetch_uri(const gatepost_fetch *fetch);

/**
 * Where the URI stands: a JSON Pointer (RFC 6901) into the registered metadata, such as `/jwks_uri`.
 * Valid as long as the fetch.
 */
gatepost_str gatepost_fetch_pointer(const gatepost_fetch *fetch);

/**
 * When it is needed; before the effect if `fetch` is NULL.
 */
gatepost_due gatepost_fetch_due(const gatepost_fetch *fetch);

/**
 * How much of it may be read, in bytes.
 */
uint32_t gatepost_fetch_max_bytes(const gatepost_fetch *fetch);

/**
 * How long it may take, in seconds.
 */
uint32_t gatepost_fetch_timeout(const gatepost_fetch *fetch);

/**
 * The table of all functions. Valid for as long as the library is loaded; never NULL, and never freed.
 */
const gatepost_plugin *gatepost_plugin_v1(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* GATEPOST_H */
