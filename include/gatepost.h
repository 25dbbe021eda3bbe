/**
 * @file gatepost.h
 *
 * Gatepost decides, for a mail server, which OAuth clients may register, with what metadata, and which
 * clients may be used.
 *
 * The mail server is the host: the program that calls this library. For each request it passes facts and
 * gets a decision: the HTTP response to send, and the effect to carry out before that. The library opens no
 * file and no socket, starts no thread, and keeps no state between two calls. It reads the operating
 * system's clock or random generator only if the host does not set the time or the entropy.
 *
 *     gatepost_registrar *registrar = NULL;
 *     gatepost_context *context = NULL;
 *     gatepost_decision *decision = NULL;
 *     gatepost_error *error = NULL;
 *
 *     if (gatepost_registrar_new(settings, &registrar, &error) != GATEPOST_STATUS_OK ||
 *         gatepost_context_new(&context, &error) != GATEPOST_STATUS_OK) {
 *         // log gatepost_error_message(error) and every finding, then gatepost_error_free(error), and stop
 *     }
 *
 *     // for each request
 *     gatepost_context_reset(context);
 *     gatepost_context_set_credential(context, GATEPOST_CREDENTIAL_ACCEPTED);
 *     gatepost_context_add_permission(context, GATEPOST_STR(GATEPOST_PERMISSION_AUTHENTICATE));
 *     gatepost_context_add_permission(context, GATEPOST_STR(GATEPOST_PERMISSION_OAUTH_CLIENT_REGISTRATION));
 *     if (gatepost_register(registrar, context, body, &decision, &error) == GATEPOST_STATUS_OK) {
 *         // fetch the documents that are due before the effect, see gatepost_due
 *         // carry out gatepost_decision_effect(decision), then send the status, the headers and the body
 *         gatepost_decision_free(decision);
 *         decision = NULL;
 *     } else {
 *         // log gatepost_error_message(error), and send 500: nothing was decided
 *         gatepost_error_free(error);
 *         error = NULL;
 *     }
 *
 * `gatepost_register` and the other functions that write a `gatepost_decision` are the operations. Each takes
 * the facts from a `gatepost_context`. Some also take a `gatepost_request`, which is a request to an endpoint
 * of the authorization server.
 *
 * @section conventions Conventions
 *
 * They apply to every function. The comments do not repeat them.
 *
 * **Names.** Functions and types begin with `gatepost_`, macros and enumerators with `GATEPOST_`.
 * The order of parameters is: the object, the inputs, the outputs.
 *
 * **Decisions.** An operation that refuses a request has succeeded: the status is `GATEPOST_STATUS_OK`, and
 * the decision contains the response. Any other status means that the host made a mistake and that nothing
 * was decided: a wrong argument, or facts that no decision can be made from
 * (`GATEPOST_STATUS_ENTROPY_TOO_SHORT`, `GATEPOST_STATUS_ENTROPY_MISSING`, `GATEPOST_STATUS_TIME_MISSING`,
 * `GATEPOST_STATUS_RECORD_UNREADABLE`, `GATEPOST_STATUS_RECORD_MISMATCH`, `GATEPOST_STATUS_TERMS_INVALID`).
 * After a decision the context's entropy is erased; everything else in the context stays.
 *
 * **Ownership.** The caller owns each object that a function makes, and frees it once, with the function
 * named like the type plus `_free`. That function accepts NULL and then does nothing. Objects may be freed in
 * any order. A pointer into an object is valid until that object is freed. The caller does not free it.
 *
 * **Strings.** A `gatepost_str` is a pointer and a length in bytes, without a NUL at the end. An input is
 * borrowed for the call: the library copies what it keeps. An input must be UTF-8, except a body, a metadata
 * document and parameters, which may be any bytes. An output is UTF-8, and valid as long as its comment says.
 * A NULL pointer with the length 0 is the absent string. Where a string is required, the absent string means
 * the empty string.
 *
 * **Status.** A function that can fail returns a `gatepost_status`; `GATEPOST_STATUS_OK` is 0. The library
 * keeps no last error. A function that can say more has the last parameter `gatepost_error **error`, which
 * may be NULL. If it is not NULL and the call fails, the call writes a new error there, which the caller
 * frees. If the call succeeds, it does not change `*error`.
 *
 * **Outputs.** A call that succeeds writes its outputs. A call that fails does not change them.
 *
 * **Setters.** A setter that fails spoils its context or request: every operation with it fails, with the
 * status of the first setter that failed, until the object is reset. So it is enough to check the status of the
 * operation, and what could not be set is never left out of a decision.
 *
 * **NULL.** If a required pointer is NULL, the function returns `GATEPOST_STATUS_NULL_POINTER`. A function
 * that returns no status treats NULL like an empty object: it returns 0, NULL, the absent string, or the
 * value that its comment names.
 *
 * **Enumerations.** An enumeration is passed in as `int32_t`, and the library checks the value. The meaning
 * of a number never changes. A later version may return new numbers. So a program must treat an unknown
 * effect or standing as a failure, an unknown outcome as a refusal, and an unknown due time as
 * `GATEPOST_DUE_BEFORE_EFFECT`.
 *
 * **Times.** A time is a number of seconds since 1970-01-01T00:00:00Z. A duration is a number of seconds.
 *
 * **Threads.** The comment of each type says how many threads may use one object at the same time. Different
 * objects may always be used at the same time. Free an object only when no other thread uses it.
 *
 * **Fork.** The library has no thread and no file, so objects stay valid in a child process. Parent and child then
 * have a context with the same entropy, if the host had set it: set it after the fork, or leave it out. In the child of
 * a process with several threads, call the library only where `malloc` may be called.
 *
 * **Signals.** No function may be called in a signal handler, because each may allocate memory. A signal that
 * interrupts a call does it no harm.
 *
 * **Memory.** If the system gives no memory, the library ends the process (`abort`), like other programs in Rust.
 *
 * **Panics.** No panic leaves the library. A panic is a bug in the library; the call returns
 * `GATEPOST_STATUS_PANIC`. See `gatepost_set_panic_log`.
 *
 * **Versions.** The soname ends with `GATEPOST_ABI_VERSION`. While that number is the same, nothing in this
 * header is changed or removed. Later versions only add functions, enumerators, and members at the end of
 * `gatepost_plugin`.
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
 * Makes a `gatepost_str` from a string literal.
 */
#ifdef __cplusplus
#define GATEPOST_STR(literal) (gatepost_str{"" literal, sizeof(literal) - 1})
#else
#define GATEPOST_STR(literal) ((gatepost_str){"" literal, sizeof(literal) - 1})
#endif

/**
 * The permissions that an API key or an account can have, for `gatepost_context_add_permission`. Without
 * `GATEPOST_PERMISSION_AUTHENTICATE` no other permission counts. The host decides about
 * `GATEPOST_PERMISSION_OAUTH_CLIENT_LIST`, because no operation lists clients.
 */
#define GATEPOST_PERMISSION_AUTHENTICATE "authenticate"
#define GATEPOST_PERMISSION_OAUTH_CLIENT_REGISTRATION "oauth-client-registration"
#define GATEPOST_PERMISSION_OAUTH_CLIENT_OVERRIDE "oauth-client-override"
#define GATEPOST_PERMISSION_OAUTH_CLIENT_LIST "oauth-client-list"
#define GATEPOST_PERMISSION_OAUTH_CLIENT_GET "oauth-client-get"
#define GATEPOST_PERMISSION_OAUTH_CLIENT_CREATE "oauth-client-create"
#define GATEPOST_PERMISSION_OAUTH_CLIENT_UPDATE "oauth-client-update"
#define GATEPOST_PERMISSION_OAUTH_CLIENT_DELETE "oauth-client-delete"

/**
 * Whether a table that `gatepost_plugin_v1` returned has a member: a library that is older than this header
 * has a shorter table.
 */
#define GATEPOST_PLUGIN_HAS(table, member) \
    ((table)->struct_size > offsetof(gatepost_plugin, member))

/**
 * Marks the functions whose result must be looked at, because nothing else says whether their outputs are
 * written.
 */
#if defined(__cplusplus) && __cplusplus >= 201703L || __STDC_VERSION__ >= 202311L
#define GATEPOST_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define GATEPOST_MUST_USE __attribute__((warn_unused_result))
#else
#define GATEPOST_MUST_USE
#endif

/**
 * The version of the binary interface. The soname ends with it. It changes only if programs have to be
 * compiled again. Functions that are added without such a change make the `struct_size` of
 * `gatepost_plugin` larger.
 */
#define GATEPOST_ABI_VERSION 1

/**
 * The result of a call. The meaning of a number never changes; later versions may add numbers.
 */
enum
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  gatepost_status : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The call succeeded, and every output is written.
     */
    GATEPOST_STATUS_OK = 0,
    /**
     * A required pointer was NULL.
     */
    GATEPOST_STATUS_NULL_POINTER = 1,
    /**
     * A string was not UTF-8.
     */
    GATEPOST_STATUS_INVALID_UTF8 = 2,
    /**
     * A number was not a value of its enumeration, or a length was larger than any object can be.
     */
    GATEPOST_STATUS_INVALID_VALUE = 3,
    /**
     * The settings have mistakes. The error object lists all of them.
     */
    GATEPOST_STATUS_INVALID_SETTINGS = 4,
    /**
     * The entropy had fewer than 32 bytes.
     */
    GATEPOST_STATUS_ENTROPY_TOO_SHORT = 5,
    /**
     * The entropy was not set, and the operating system gave none.
     */
    GATEPOST_STATUS_ENTROPY_MISSING = 6,
    /**
     * The time was not set, and the operating system's clock could not be read.
     */
    GATEPOST_STATUS_TIME_MISSING = 7,
    /**
     * There is a bug in Gatepost. Its message went to the standard error stream, or to the function of
     * `gatepost_set_panic_log`. Every object stays valid.
     */
    GATEPOST_STATUS_PANIC = 8,
    /**
     * The record was not written by Gatepost, or by a later version of it.
     */
    GATEPOST_STATUS_RECORD_UNREADABLE = 9,
    /**
     * The record belongs to another client than the one that the operation is about.
     */
    GATEPOST_STATUS_RECORD_MISMATCH = 10,
    /**
     * The terms have mistakes. The error object lists all of them.
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
 * The severity of a finding.
 */
enum
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  gatepost_severity : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The request, or the settings, are refused because of it.
     */
    GATEPOST_SEVERITY_ERROR = 0,
    /**
     * It is accepted, but there is a risk or a mistake that should be corrected.
     */
    GATEPOST_SEVERITY_WARNING = 1,
    /**
     * It is accepted, and something was changed or left out.
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
 * Whether a request is accepted or refused.
 */
enum
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  gatepost_outcome : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The host sends the response. There is no effect.
     */
    GATEPOST_OUTCOME_REFUSE = 0,
    /**
     * The host carries out the effect, then sends the response.
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
 * What the host has to do before it sends the response.
 *
 * The host does it in one transaction. In the same transaction it checks that the facts of the decision
 * still hold: the record is unchanged, and no counter is higher. If they do not, it decides again with the
 * new facts and the same entropy.
 */
enum
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  gatepost_effect : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Do nothing.
     */
    GATEPOST_EFFECT_NONE = 0,
    /**
     * Insert the record of a new client. No record has this client id yet.
     */
    GATEPOST_EFFECT_STORE = 1,
    /**
     * Overwrite the record that has the same client id.
     */
    GATEPOST_EFFECT_REPLACE = 2,
    /**
     * Delete the record with this client id, and the client's grants and tokens.
     */
    GATEPOST_EFFECT_REMOVE = 3,
    /**
     * Insert the record, unless a record with this client id exists; that one stays as it is. Equal
     * registrations have the same client id.
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
 * How the server knows a client.
 *
 * The name and the links in the metadata are the client's own claim. Only an administrator's registration
 * (`GATEPOST_STANDING_PROVISIONED`) makes them trustworthy, so a consent page should say that the others are
 * not verified.
 */
enum
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  gatepost_standing : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The decision says nothing about it, for example because it refuses.
     */
    GATEPOST_STANDING_NONE = 0,
    /**
     * An administrator registered the client.
     */
    GATEPOST_STANDING_PROVISIONED = 1,
    /**
     * The client registered itself, with an API key or anonymously.
     */
    GATEPOST_STANDING_REGISTERED = 2,
    /**
     * The client id is the URL of a client ID metadata document.
     */
    GATEPOST_STANDING_DOCUMENT = 3,
    /**
     * The client id is one that every client may use: see the settings `open-client` and `static-client`.
     */
    GATEPOST_STANDING_SHARED = 4,
    /**
     * The client is not registered, and the setting `require` is `false`.
     */
    GATEPOST_STANDING_UNREGISTERED = 5,
    /**
     * The client is not registered, and the account has the permission `oauth-client-override`.
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
enum
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  gatepost_due : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Before the host does anything else with the decision. What the document is follows from the operation.
     *
     * For a registration or an update it is the `sector_identifier_uri`: it must be a JSON array that
     * contains every redirect URI of the client (OpenID Connect Registration 1.0 §5). If the host cannot
     * fetch it, or a redirect URI is missing, the host does not carry out the effect, does not send the
     * response, and refuses the request.
     *
     * After `gatepost_authenticate` it is the client's key set: pass it with `gatepost_request_set_jwks`,
     * and ask again. After `gatepost_client_document` it is the client's document: pass it to that function.
     */
    GATEPOST_DUE_BEFORE_EFFECT = 0,
    /**
     * Not before the client uses it.
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
 * The bearer token in the request's `Authorization` header (RFC 6750 §2.1), as the host checked it.
 *
 * At the authorization endpoint it is the account that signed in: `GATEPOST_CREDENTIAL_ACCEPTED` after the
 * sign-in, and `GATEPOST_CREDENTIAL_MISSING` before.
 */
enum
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  gatepost_credential : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The request has no `Authorization` header.
     */
    GATEPOST_CREDENTIAL_MISSING = 0,
    /**
     * The header is not one bearer token: its syntax is wrong, or there are several.
     */
    GATEPOST_CREDENTIAL_MALFORMED = 1,
    /**
     * There is one bearer token, and it belongs to no live API key. A registration by such a caller is
     * refused with 401. At the client configuration endpoint the token can be a registration access token (RFC 7592
     * §3), which the host does not know: pass it with `gatepost_context_set_token`, and the library checks it.
     * `gatepost_bearer` writes this value for every bearer token, until the host has looked it up.
     */
    GATEPOST_CREDENTIAL_REJECTED = 2,
    /**
     * The bearer token is a live API key. The account, the permissions and the terms are those of the key.
     */
    GATEPOST_CREDENTIAL_ACCEPTED = 3,
    /**
     * The header has another scheme than `Bearer`, such as `Basic`. It proves nothing, but the caller tried to
     * prove something, so that it is not taken for an anonymous one.
     */
    GATEPOST_CREDENTIAL_OTHER_SCHEME = 4,
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
enum
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  gatepost_endpoint : int32_t
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
 * The facts of one request. A context can be used again: reset it, and set the facts of the next request.
 *
 * The same facts give the same decision, byte for byte.
 *
 * Ownership: free it with `gatepost_context_free`.
 * Threads: one at a time.
 */
typedef struct gatepost_context gatepost_context;

/**
 * The answer to one request. A refusal is a decision too, and not an error.
 *
 * Ownership: free it with `gatepost_decision_free`; it may outlive its registrar and its context.
 * Threads: any number may use it at the same time.
 */
typedef struct gatepost_decision gatepost_decision;

/**
 * One finding about the submitted document, the request or the caller.
 *
 * Ownership: it belongs to the decision that it was read from. Do not free it.
 * Threads: any number may use it at the same time.
 */
typedef struct gatepost_diagnostic gatepost_diagnostic;

/**
 * The reason why a call failed.
 *
 * Ownership: free it with `gatepost_error_free`.
 * Threads: any number may use it at the same time.
 */
typedef struct gatepost_error gatepost_error;

/**
 * A document that the client has named by URI. The library fetches nothing itself.
 *
 * A host that fetches it uses https, sends no credentials, and follows no redirect. It connects only to
 * public addresses (RFC 6890), and to the address that it checked, without a second look-up of the name. It
 * keeps to the limits on size and time (RFC 7591 §5, RFC 9700 §4).
 *
 * Ownership: it belongs to the decision that it was read from. Do not free it.
 * Threads: any number may use it at the same time.
 */
typedef struct gatepost_fetch gatepost_fetch;

/**
 * One mistake in the settings or terms, or one warning about the settings.
 *
 * Ownership: it belongs to the error or the registrar that it was read from. Do not free it.
 * Threads: any number may use it at the same time.
 */
typedef struct gatepost_finding gatepost_finding;

/**
 * A compiled policy. It never changes, and keeps no state between two calls.
 *
 * Ownership: free it with `gatepost_registrar_free`.
 * Threads: any number may use it at the same time.
 */
typedef struct gatepost_registrar gatepost_registrar;

/**
 * A request that a client, or a browser on its behalf, sent to the authorization server. The object can be
 * used again: reset it, and set the parts of the next request.
 *
 * Ownership: free it with `gatepost_request_free`.
 * Threads: any number may read it at the same time; while one thread changes it, no other may use it.
 */
typedef struct gatepost_request gatepost_request;

/**
 * A string that a function made, and that the caller owns.
 *
 * Ownership: free it with `gatepost_text_free`.
 * Threads: any number may use it at the same time.
 */
typedef struct gatepost_text gatepost_text;

/**
 * A borrowed string: `len` bytes at `ptr`, without a NUL at the end.
 *
 * If `ptr` is NULL and `len` is 0, the string is absent. An empty string that is not absent has a `ptr`
 * that is not NULL.
 */
typedef struct {
    /**
     * A pointer to the first byte, or NULL.
     */
    const char *ptr;
    /**
     * The length in bytes.
     */
    size_t len;
} gatepost_str;

/**
 * The table of all functions in this header, for a program that loads the library with `dlopen`.
 *
 * Later versions append members, and change or remove none. `GATEPOST_PLUGIN_HAS` says whether a table has a
 * member. `register_` ends with an underscore because `register` is a keyword of C.
 */
typedef struct {
    /**
     * The size of the table in the loaded library, in bytes.
     */
    size_t struct_size;
    /**
     * The `GATEPOST_ABI_VERSION` of the loaded library.
     */
    uint32_t abi_version;
    /**
     * `gatepost_version`
     */
    gatepost_str (*version)(void);
    /**
     * `gatepost_set_panic_log`
     */
    void (*set_panic_log)(void (*log)(void *data, gatepost_str message), void *data);
    /**
     * `gatepost_status_message`
     */
    gatepost_str (*status_message)(int32_t status);
    /**
     * `gatepost_cstr`
     */
    gatepost_str (*cstr)(const char *text);
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
     * `gatepost_finding_line`
     */
    uint32_t (*finding_line)(const gatepost_finding *finding);
    /**
     * `gatepost_finding_column`
     */
    uint32_t (*finding_column)(const gatepost_finding *finding);
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
     * `gatepost_registrar_web_administration_warning`
     */
    const gatepost_finding *(*registrar_web_administration_warning)(const gatepost_registrar *registrar);
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
     * `gatepost_wider_network`
     */
    gatepost_status (*wider_network)(const gatepost_registrar *registrar,
                                     gatepost_str address,
                                     gatepost_text **network,
                                     gatepost_error **error);
    /**
     * `gatepost_window`
     */
    uint64_t (*window)(const gatepost_registrar *registrar);
    /**
     * `gatepost_wider_window`
     */
    uint64_t (*wider_window)(const gatepost_registrar *registrar);
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
     * `gatepost_rotate_registration_access_token`
     */
    gatepost_status (*rotate_registration_access_token)(const gatepost_registrar *registrar,
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
     * `gatepost_approve`
     */
    gatepost_status (*approve)(const gatepost_registrar *registrar,
                               gatepost_context *context,
                               gatepost_str client_id,
                               gatepost_decision **decision,
                               gatepost_error **error);
    /**
     * `gatepost_deny`
     */
    gatepost_status (*deny)(const gatepost_registrar *registrar,
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
     * `gatepost_usable`
     */
    gatepost_status (*usable)(const gatepost_registrar *registrar,
                              gatepost_context *context,
                              gatepost_str client_id,
                              gatepost_str scope,
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
     * `gatepost_bearer`
     */
    gatepost_status (*bearer)(gatepost_str authorization,
                              int32_t *credential,
                              gatepost_str *token,
                              gatepost_error **error);
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
     * `gatepost_context_set_wider_registrations`
     */
    gatepost_status (*context_set_wider_registrations)(gatepost_context *context, uint64_t count);
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
     * `gatepost_decision_client_secret`
     */
    gatepost_str (*decision_client_secret)(const gatepost_decision *decision);
    /**
     * `gatepost_decision_registration_access_token`
     */
    gatepost_str (*decision_registration_access_token)(const gatepost_decision *decision);
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
 * Returns the version of the library, such as `1.2.3`. Valid as long as the library is loaded.
 */
gatepost_str gatepost_version(void);

/**
 * Returns the `GATEPOST_ABI_VERSION` of the loaded library. A program that was compiled with another number
 * must not use the library.
 */
uint32_t gatepost_abi_version(void);

/**
 * Sets the function that gets the message of a panic, in the whole process, instead of the standard error stream. A
 * panic is a bug in the library; the call returns `GATEPOST_STATUS_PANIC`.
 *
 * `log` is called by the thread that called the library, before that call returns, with `data` and the message, which
 * is valid during the call. Any thread may call it. It must not throw, nor jump out. If `log` is NULL,
 * messages go to the standard error stream again. A thread that panics at that time may still be in the function that was
 * set before.
 */
void gatepost_set_panic_log(void (*log)(void *data, gatepost_str message),
                            void *data);

/**
 * Returns a description of a `gatepost_status`; absent if the number is not a status. Valid as long as the
 * library is loaded.
 */
gatepost_str gatepost_status_message(int32_t status);

/**
 * Makes a `gatepost_str` from a C string, which ends with a NUL; the absent string if `text` is NULL. It is valid as
 * long as `text`.
 */
gatepost_str gatepost_cstr(const char *text);

/**
 * Returns the string; absent if `text` is NULL. Valid until the text is freed.
 */
gatepost_str gatepost_text_view(const gatepost_text *text);

/**
 * Frees a text. Does nothing if `text` is NULL.
 */
void gatepost_text_free(gatepost_text *text);

/**
 * Returns the status that the failed call returned; `GATEPOST_STATUS_OK` if `error` is NULL.
 */
gatepost_status gatepost_error_status(const gatepost_error *error);

/**
 * Returns a description of the failure. Valid until the error is freed.
 */
gatepost_str gatepost_error_message(const gatepost_error *error);

/**
 * Returns the number of findings. Only errors with the status `GATEPOST_STATUS_INVALID_SETTINGS` or
 * `GATEPOST_STATUS_TERMS_INVALID` have findings.
 */
size_t gatepost_error_finding_count(const gatepost_error *error);

/**
 * Returns the finding at `index`, counted from 0; NULL if `index` is too large. Valid until the
 * error is freed.
 */
const gatepost_finding *gatepost_error_finding(const gatepost_error *error, size_t index);

/**
 * Frees an error. Does nothing if `error` is NULL.
 */
void gatepost_error_free(gatepost_error *error);

/**
 * Returns the path of the key, such as `oauth.client-registration.require`; in terms, the key alone. It is
 * empty if the text is not TOML, and a JSON Pointer (RFC 6901) if it is not valid JSON. Valid as long as the
 * finding.
 */
gatepost_str gatepost_finding_path(const gatepost_finding *finding);

/**
 * Returns the mistake, in one sentence for an administrator. Valid as long as the finding.
 */
gatepost_str gatepost_finding_message(const gatepost_finding *finding);

/**
 * Returns the allowed values, as a phrase; absent if the message already says what to do. Valid as long as
 * the finding.
 */
gatepost_str gatepost_finding_allowed(const gatepost_finding *finding);

/**
 * Returns the line of the key, or of what is not TOML, counted from 1; 0 if it is not known. If the key is absent, it
 * is that of its table.
 */
uint32_t gatepost_finding_line(const gatepost_finding *finding);

/**
 * Returns the column in that line, in characters and counted from 1; 0 if it is not known.
 */
uint32_t gatepost_finding_column(const gatepost_finding *finding);

/**
 * Returns the severity: an error or a warning. It is `GATEPOST_SEVERITY_ERROR` if `finding` is NULL.
 */
gatepost_severity gatepost_finding_severity(const gatepost_finding *finding);

/**
 * Compiles the settings. They are TOML, or JSON if the text starts with `{`.
 *
 * It reads only the table `[oauth.client-registration]`, so the text can be the mail server's whole
 * configuration file. An empty text gives the defaults. If there are mistakes, the status is
 * `GATEPOST_STATUS_INVALID_SETTINGS`, and the error lists all of them. A table with nearly the same name is one.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_registrar_new(gatepost_str settings,
                                       gatepost_registrar **registrar,
                                       gatepost_error **error);

/**
 * Returns the number of warnings about the settings: what is allowed, but can be a risk or a mistake.
 */
size_t gatepost_registrar_warning_count(const gatepost_registrar *registrar);

/**
 * Returns the warning at `index`, counted from 0; NULL if `index` is too large. Valid until the registrar is
 * freed.
 */
const gatepost_finding *gatepost_registrar_warning(const gatepost_registrar *registrar,
                                                   size_t index);

/**
 * Returns a warning for a host that has a web administration: with the setting `require` it stops working until an
 * administrator registers the client that it is, such as `webadmin`. It is NULL if the settings do not require
 * registration. Valid until the registrar is freed.
 */
const gatepost_finding *gatepost_registrar_web_administration_warning(const gatepost_registrar *registrar);

/**
 * Writes the members of the authorization server metadata (RFC 8414 §2) that follow from the settings, as a
 * JSON object.
 *
 * The host adds the members that it knows itself, such as `authorization_endpoint`, and publishes the
 * document. The string is valid until the registrar is freed.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_server_metadata(const gatepost_registrar *registrar,
                                         gatepost_str *metadata,
                                         gatepost_error **error);

/**
 * Writes the network that an IP address is counted under, such as `192.0.2.7/32`, for
 * `gatepost_context_set_address_registrations`.
 *
 * `address` is the address as text. If it is no IP address, the call succeeds and writes NULL. Free the
 * result with `gatepost_text_free`.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_network(const gatepost_registrar *registrar,
                                 gatepost_str address,
                                 gatepost_text **network,
                                 gatepost_error **error);

/**
 * Writes the wider network that an IP address is counted under, such as `2001:db8::/32`, for
 * `gatepost_context_set_wider_registrations`. One party can have very many networks, which are in one wider
 * network, or in a few.
 *
 * `address` is the address as text. If it is no IP address, the call succeeds and writes NULL. Free the
 * result with `gatepost_text_free`.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_wider_network(const gatepost_registrar *registrar,
                                       gatepost_str address,
                                       gatepost_text **network,
                                       gatepost_error **error);

/**
 * Returns the length of a window, in seconds; it is never 0, and 1 if `registrar` is NULL.
 *
 * The host counts the registrations of a network in one window. A window begins whenever the seconds since
 * 1970 are a multiple of the length.
 */
uint64_t gatepost_window(const gatepost_registrar *registrar);

/**
 * Returns the length of a wider window, in seconds; it is never 0, and 1 if `registrar` is NULL.
 *
 * The host counts the registrations of a wider network in one wider window, which begins whenever the
 * seconds since 1970 are a multiple of the length.
 */
uint64_t gatepost_wider_window(const gatepost_registrar *registrar);

/**
 * Frees a registrar. Does nothing if `registrar` is NULL.
 */
void gatepost_registrar_free(gatepost_registrar *registrar);

/**
 * Decides a `POST` to the registration endpoint (RFC 7591 §3.1).
 *
 * `body` is the body of the request as it arrived. It may be any bytes: the decision refuses what is not a
 * JSON object in UTF-8. A caller with an API key needs the permission `oauth-client-registration`. A caller
 * without a credential needs the setting `anonymous`. With the setting `approval`, the client may have to wait
 * until an administrator approves it (`gatepost_approve`): the response is the same, and the diagnostics have
 * the note `client-waits`.
 *
 * Equal registrations can have the same client id. If the effect is `GATEPOST_EFFECT_SHARE`, or if the
 * standing is not `GATEPOST_STANDING_NONE`, a record with the decision's client id may exist. The host looks
 * it up. If it exists, the host asks again with that record and with the same entropy, and uses the second
 * decision.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_register(const gatepost_registrar *registrar,
                                  gatepost_context *context,
                                  gatepost_str body,
                                  gatepost_decision **decision,
                                  gatepost_error **error);

/**
 * Decides a registration by an administrator.
 *
 * It validates the metadata as `gatepost_register` does, with two differences. The administrator may choose
 * the client id; if `client_id` is absent, one is generated. Redirect URIs are allowed that a client cannot
 * register itself, such as `stalwart://auth`.
 *
 * The caller needs the permission `oauth-client-create`. The context's record is the record that already has
 * the chosen client id, if there is one: then the decision is a refusal (409).
 */
GATEPOST_MUST_USE
gatepost_status gatepost_provision(const gatepost_registrar *registrar,
                                   gatepost_context *context,
                                   gatepost_str client_id,
                                   gatepost_str metadata,
                                   gatepost_decision **decision,
                                   gatepost_error **error);

/**
 * Decides a `GET` of the client configuration endpoint (RFC 7592 §2.1).
 *
 * The caller is the client with its registration access token, or an administrator with the permission
 * `oauth-client-get`. The context's record is the client's record.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_read(const gatepost_registrar *registrar,
                              gatepost_context *context,
                              gatepost_str client_id,
                              gatepost_decision **decision,
                              gatepost_error **error);

/**
 * Decides a `PUT` of the client configuration endpoint (RFC 7592 §2.2).
 *
 * `body` is the body of the request as it arrived. It replaces the whole registration: a member that it
 * leaves out is deleted, or gets its default again. The caller is the client with its registration access
 * token, or an administrator with the permission `oauth-client-update`. The context's record is the client's
 * record.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_update(const gatepost_registrar *registrar,
                                gatepost_context *context,
                                gatepost_str client_id,
                                gatepost_str body,
                                gatepost_decision **decision,
                                gatepost_error **error);

/**
 * Decides whether a client gets a new secret.
 *
 * The response contains the new secret. The old secret stays valid for the number of seconds in the setting
 * `secret-overlap`. The caller needs the permission `oauth-client-update`. The context's record is the
 * client's record.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_rotate_secret(const gatepost_registrar *registrar,
                                       gatepost_context *context,
                                       gatepost_str client_id,
                                       gatepost_decision **decision,
                                       gatepost_error **error);

/**
 * Decides whether a client gets a new registration access token, by an administrator's hand.
 *
 * The response and `gatepost_decision_registration_access_token` contain the new token. The old one is refused
 * from then on. The caller needs the permission `oauth-client-update`. The context's record is the client's
 * record. The decision is a refusal if the settings have no `registration-endpoint`, and for a client that never
 * has such a token: it shares its id, or an administrator or a document describes it.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_rotate_registration_access_token(const gatepost_registrar *registrar,
                                                          gatepost_context *context,
                                                          gatepost_str client_id,
                                                          gatepost_decision **decision,
                                                          gatepost_error **error);

/**
 * Decides whether a client is disabled.
 *
 * A disabled client cannot be used, and its registration access token is refused, until it is enabled with
 * `gatepost_enable`. The caller needs the permission `oauth-client-update`. The context's record is the
 * client's record. A client that is already disabled is accepted without an effect.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_disable(const gatepost_registrar *registrar,
                                 gatepost_context *context,
                                 gatepost_str client_id,
                                 gatepost_decision **decision,
                                 gatepost_error **error);

/**
 * Decides whether a client that was disabled is enabled.
 *
 * The caller needs the permission `oauth-client-update`. The context's record is the client's record. A
 * client that is not disabled is accepted without an effect.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_enable(const gatepost_registrar *registrar,
                                gatepost_context *context,
                                gatepost_str client_id,
                                gatepost_decision **decision,
                                gatepost_error **error);

/**
 * Decides whether a client that waits for approval (setting `approval`) is approved.
 *
 * It can be used from then on. The caller needs the permission `oauth-client-update`. The context's record is
 * the client's record: the one that the administrator was shown. If the client has changed since, the host does
 * not ask. A client that does not wait is accepted without an effect. A client that is disabled as well stays
 * disabled.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_approve(const gatepost_registrar *registrar,
                                 gatepost_context *context,
                                 gatepost_str client_id,
                                 gatepost_decision **decision,
                                 gatepost_error **error);

/**
 * Decides whether a client that waits for approval (setting `approval`) is denied.
 *
 * It is deleted, as by `gatepost_remove`. The same program may register again, and waits again. To disable it
 * instead keeps this id out, and no more. The caller needs the permission `oauth-client-delete`. The context's record
 * is the client's record. A client that does not wait is refused (409), because somebody else may have approved
 * it.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_deny(const gatepost_registrar *registrar,
                              gatepost_context *context,
                              gatepost_str client_id,
                              gatepost_decision **decision,
                              gatepost_error **error);

/**
 * Decides a `DELETE` of the client configuration endpoint (RFC 7592 §2.3).
 *
 * The caller is the client with its registration access token, or an administrator with the permission
 * `oauth-client-delete`. The context's record is the client's record.
 *
 * A client whose id contains its registration (setting `stateless`) needs no record to be used. So the
 * effect stores or replaces a record that denies the client, for good. The same holds for an id that an
 * administrator chose. The host ends the client's grants, and lists it no more.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_remove(const gatepost_registrar *registrar,
                                gatepost_context *context,
                                gatepost_str client_id,
                                gatepost_decision **decision,
                                gatepost_error **error);

/**
 * Writes the client id that a request names, so that the host can look up the record.
 *
 * The id is the parameter `client_id`, the user name of HTTP Basic (RFC 6749 §2.3.1), or the subject of an
 * assertion (RFC 7523 §3). At the authorization endpoint only the parameter counts. The id is not verified.
 *
 * If the request names no client or two different ones, or if its parameters cannot be read, the call
 * succeeds and writes NULL. Free the result with `gatepost_text_free`.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_identify(const gatepost_registrar *registrar,
                                  const gatepost_request *request,
                                  gatepost_text **client_id,
                                  gatepost_error **error);

/**
 * Decides whether a client may be used, and with which redirect URI and scope.
 *
 * The host asks at the authorization endpoint (RFC 6749 §4.1.1), the pushed authorization request endpoint
 * (RFC 9126 §2.1), the device authorization endpoint (RFC 8628 §3.1), and the token endpoint, for each
 * grant. The context's record is the client's record. The context's caller is the account that signed in,
 * because its permission `oauth-client-override` counts; before the sign-in the context has no credential.
 *
 * If the decision accepts, `gatepost_decision_redirect_uri` and `gatepost_decision_scope` say what may be
 * granted. The response is empty, and the host's own is sent: at the authorization endpoint the page that asks the
 * user, and then a redirect with a code (RFC 6749 §4.1.2); at the others their JSON document. If the decision has
 * an effect, the host carries it out when the user agrees.
 *
 * If the decision refuses, the response is a redirect only if the client and its redirect URI are verified
 * (RFC 6749 §4.1.2.1). Otherwise it is an error response.
 *
 * At the token endpoint the caller is the account that the grant belongs to. The scope in the decision is
 * then the most that the client may have, and the host reduces it to the scope that the user granted.
 *
 * A host that supports request objects or `request_uri` (RFC 9101, RFC 9126) resolves them first, and passes
 * the parameters that they contain. For a pushed request it passes `GATEPOST_ENDPOINT_PUSHED_AUTHORIZATION`
 * again.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_authorize(const gatepost_registrar *registrar,
                                   gatepost_context *context,
                                   const gatepost_request *request,
                                   gatepost_decision **decision,
                                   gatepost_error **error);

/**
 * Decides whether a request comes from the client that it names (RFC 6749 §2.3, RFC 7523 §2.2).
 *
 * The host asks at the token, introspection, revocation, device authorization and pushed authorization
 * request endpoints. The context's record is the client's record.
 *
 * If the decision accepts, the response is empty: the request came from the client, and the host goes on with it
 * and sends its own response, such as that with the tokens (RFC 6749 §5.1). If `gatepost_decision_assertion_id` is
 * present, the host checks before that the assertion was not used already.
 *
 * Every failed authentication gets the same response, 401 `invalid_client`. The diagnostics contain the
 * reason; the host logs them and does not send them. A request that cannot be read, or that authenticates in
 * two ways, gets 400 `invalid_request` with the reason. A client that is authenticated and waits for approval
 * gets 400 `unauthorized_client`, and is told so.
 *
 * The library does not see the TLS connection. A client that registered a certificate (RFC 8705 §2) is
 * refused with the diagnostic `client-method-tls`, and the host verifies the certificate.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_authenticate(const gatepost_registrar *registrar,
                                      gatepost_context *context,
                                      const gatepost_request *request,
                                      gatepost_decision **decision,
                                      gatepost_error **error);

/**
 * Decides whether a client may be used now: what a mail server asks at each sign-in, or whenever it looks a token
 * up.
 *
 * `client_id` is the client that the token was issued to. The context's caller is the account that it was issued
 * for: `GATEPOST_CREDENTIAL_ACCEPTED`, with the account's permissions, because `oauth-client-override` counts. The
 * context's record is the client's record. `scope` is the scope that this use needs (RFC 6749 §3.3), such as that of
 * the token, or the one of the protocol; the client must have every name in it. If it is absent, no scope is
 * asked about.
 *
 * If the decision accepts, the response is empty, and `gatepost_decision_scope` is the scope that was asked about,
 * or all that the client may have. The host itself has checked the token: that it is live, whose it is, and that it
 * has the scope.
 *
 * Every refusal has the same response, 401 `invalid_client`. The diagnostics contain the reason, such as
 * `client-unknown`, `client-disabled`, `client-waits` or `scope-lacking`. A status other than `GATEPOST_STATUS_OK` means that the
 * answer cannot be had: nobody signs in, and the mail client is told to try again later (RFC 4954 §6: 454).
 */
GATEPOST_MUST_USE
gatepost_status gatepost_usable(const gatepost_registrar *registrar,
                                gatepost_context *context,
                                gatepost_str client_id,
                                gatepost_str scope,
                                gatepost_decision **decision,
                                gatepost_error **error);

/**
 * Checks a registered client against this policy, for example before new settings are used.
 *
 * It accepts if the client could register the same metadata today. It issues nothing and has no effect. The
 * response is always 200; its body contains every finding. The context's record is the client's record. The
 * operation checks no permission: the host decides who may call it.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_review(const gatepost_registrar *registrar,
                                gatepost_context *context,
                                gatepost_str client_id,
                                gatepost_decision **decision,
                                gatepost_error **error);

/**
 * Checks a metadata document as if the caller submitted it to `gatepost_register`.
 *
 * It issues nothing and has no effect. The limits on the number of clients are not checked. The response is
 * always 200; its body contains every finding, and what would be registered.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_review_draft(const gatepost_registrar *registrar,
                                      gatepost_context *context,
                                      gatepost_str metadata,
                                      gatepost_decision **decision,
                                      gatepost_error **error);

/**
 * Decides whether a client is kept, for a host that looks through its clients at intervals.
 *
 * It always accepts. The effect is `GATEPOST_EFFECT_REMOVE` if the client is to be removed, and the
 * diagnostic says why: no user authorised it, nobody used it, it was idle for too long, or its secret
 * expired. The response is empty.
 *
 * The context's record is the client's record; without a record there is nothing to remove. How the client
 * was used is in the context too: `gatepost_context_set_authorised_at`, `gatepost_context_set_last_used`,
 * `gatepost_context_set_refresh_tokens`. The operation checks no permission.
 *
 * A host that needs room for a new client of an anonymous caller sets
 * `gatepost_context_set_anonymous_clients`. If there are exactly as many as
 * `max-anonymous-clients`, a client of an anonymous caller that no user authorised is removed after one hour.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_lifecycle(const gatepost_registrar *registrar,
                                   gatepost_context *context,
                                   gatepost_str client_id,
                                   gatepost_decision **decision,
                                   gatepost_error **error);

/**
 * Decides whether a client id that is a URL may be used (draft-ietf-oauth-client-id-metadata-document). The
 * setting `client-id-metadata-documents` allows such ids.
 *
 * The host asks twice. The first time `document` is absent. The decision says whether the URL is acceptable,
 * and `gatepost_decision_fetch` gives the URL with the limits for fetching it. The second time `document` is
 * the body that the host fetched, which may be any bytes. If the document is acceptable, the effect stores
 * the client's record. The host keeps the record as long as HTTP caching allows it to keep the document, and
 * then fetches the document again. The context's record is the client's record, if there is one.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_client_document(const gatepost_registrar *registrar,
                                         gatepost_context *context,
                                         gatepost_str client_id,
                                         gatepost_str document,
                                         gatepost_decision **decision,
                                         gatepost_error **error);

/**
 * Checks the terms of an API key or an account, which are a JSON object. The host calls it
 * before it stores them. If there are mistakes, the status is `GATEPOST_STATUS_TERMS_INVALID`,
 * and the error lists all of them.
 */
GATEPOST_MUST_USE gatepost_status gatepost_check_terms(gatepost_str terms, gatepost_error **error);

/**
 * Reads the value of an `Authorization` header (RFC 6750 §2.1), for `gatepost_context_set_credential` and
 * `gatepost_context_set_token`.
 *
 * If `authorization` is absent, the request has no such header. It may be any bytes. A host that got several such
 * headers passes them joined with a comma (RFC 9110 §5.2), or an empty string.
 *
 * `credential` gets a `gatepost_credential`, and `token` the bearer token; it is a part of `authorization`, and
 * absent if there is none. With a token the credential is `GATEPOST_CREDENTIAL_REJECTED`. The host looks the token up,
 * and passes `GATEPOST_CREDENTIAL_ACCEPTED` if it is a live API key. Otherwise it passes the two as they are.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_bearer(gatepost_str authorization,
                                int32_t *credential,
                                gatepost_str *token,
                                gatepost_error **error);

/**
 * Returns 1 if a requested redirect URI matches a registered one, otherwise 0.
 *
 * The two strings must be equal (RFC 9700 §4.1.3). There is one exception: with the hosts `127.0.0.1`,
 * `[::1]` and `localhost` and the scheme `http`, the port may differ (RFC 8252 §7.3). `registered` must be a
 * redirect URI that a registration accepted. If a string is absent or not UTF-8, the result is 0.
 */
GATEPOST_MUST_USE
int32_t gatepost_redirect_uri_matches(gatepost_str registered,
                                      gatepost_str requested);

/**
 * Makes a context of an anonymous caller, with nothing else set.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_context_new(gatepost_context **context,
                                     gatepost_error **error);

/**
 * Resets a context to the state of a new one, also after a setter failed. It keeps its memory for the next
 * request, and overwrites its entropy and its token.
 */
gatepost_status gatepost_context_reset(gatepost_context *context);

/**
 * Sets the time of the request, in seconds since 1970-01-01T00:00:00Z. If it is not set, the
 * library reads the operating system's clock.
 */
gatepost_status gatepost_context_set_now(gatepost_context *context, uint64_t now);

/**
 * Sets the entropy: at least 32 bytes from a cryptographically secure random generator. `len` is the number
 * of bytes. Client ids, secrets and tokens are made from them, so that no two requests may have the same
 * bytes.
 *
 * If the entropy is not set, or if `entropy` is NULL and `len` is 0, the library asks the operating system
 * for random bytes. After a decision the entropy is overwritten and no longer set.
 */
gatepost_status gatepost_context_set_entropy(gatepost_context *context,
                                             const uint8_t *entropy,
                                             size_t len);

/**
 * Sets the `gatepost_credential` of the request, which `gatepost_bearer` reads from the header. If it is not
 * set, it is `GATEPOST_CREDENTIAL_MISSING`.
 */
gatepost_status gatepost_context_set_credential(gatepost_context *context,
                                                int32_t credential);

/**
 * Sets the account that the API key belongs to, or the account that signed in. The absent
 * string means that there is none.
 */
gatepost_status gatepost_context_set_account(gatepost_context *context, gatepost_str account);

/**
 * Adds one permission of the API key or of the account that signed in, such as
 * `GATEPOST_PERMISSION_OAUTH_CLIENT_REGISTRATION`. Permissions count only with `GATEPOST_CREDENTIAL_ACCEPTED`, and
 * only if `authenticate` is among them.
 */
gatepost_status gatepost_context_add_permission(gatepost_context *context,
                                                gatepost_str permission);

/**
 * Removes all permissions.
 */
gatepost_status gatepost_context_clear_permissions(gatepost_context *context);

/**
 * Sets the IP address that the request came from, as text. The absent string means that the
 * host does not know it.
 */
gatepost_status gatepost_context_set_address(gatepost_context *context, gatepost_str address);

/**
 * Sets the terms of the API key or of its account, as a JSON object that `gatepost_check_terms` accepts. The
 * absent string means that there are no terms.
 */
gatepost_status gatepost_context_set_terms(gatepost_context *context,
                                           gatepost_str terms);

/**
 * Sets the bearer token itself. It is needed where it can be a registration access token (RFC 7592 §2),
 * which the library checks: for `gatepost_read`, `gatepost_update` and `gatepost_remove`. The credential is
 * then `GATEPOST_CREDENTIAL_REJECTED`, because the host knows no API key with this value. The absent string
 * means that there is no token.
 *
 * The token is a secret. It is overwritten when another one is set, and when the context is reset or freed.
 */
gatepost_status gatepost_context_set_token(gatepost_context *context,
                                           gatepost_str token);

/**
 * Sets the number of live clients that the caller's account has registered. If it is not set,
 * its limit does not apply.
 */
gatepost_status gatepost_context_set_account_clients(gatepost_context *context, uint64_t count);

/**
 * Sets the number of registrations from the caller's network in the current window: see `gatepost_network`
 * and `gatepost_window`. If it is not set, its limits do not apply.
 */
gatepost_status gatepost_context_set_address_registrations(gatepost_context *context,
                                                           uint64_t count);

/**
 * Sets the number of registrations without an API key from the caller's wider network in the current wider
 * window: see `gatepost_wider_network` and `gatepost_wider_window`. If it is not set, its limit does not
 * apply.
 */
gatepost_status gatepost_context_set_wider_registrations(gatepost_context *context,
                                                         uint64_t count);

/**
 * Sets the number of registrations that the caller's API key has made since it exists. If it is
 * not set, its limit does not apply.
 */
gatepost_status gatepost_context_set_key_registrations(gatepost_context *context, uint64_t count);

/**
 * Sets the number of live clients that callers without an API key have registered. If it is not set, its
 * limit does not apply.
 */
gatepost_status gatepost_context_set_anonymous_clients(gatepost_context *context,
                                                       uint64_t count);

/**
 * Sets the number of all live clients. If it is not set, its limit does not apply.
 */
gatepost_status gatepost_context_set_total_clients(gatepost_context *context, uint64_t count);

/**
 * Sets the document of the client's stored record, which was written by `gatepost_decision_record`. The
 * absent string means that the client that the request is about has no record.
 */
gatepost_status gatepost_context_set_record(gatepost_context *context,
                                            gatepost_str record);

/**
 * Sets the time at which a user first authorised the client, in seconds since 1970, for
 * `gatepost_lifecycle`.
 *
 * If it is not set, no user has. A host that does not record this time must not leave it out:
 * the clients of anonymous callers would be removed.
 */
gatepost_status gatepost_context_set_authorised_at(gatepost_context *context, uint64_t time);

/**
 * Sets the time at which the client was last used, in seconds since 1970, for `gatepost_lifecycle`. If it is
 * not set, the client was never used, or not since it was authorised.
 */
gatepost_status gatepost_context_set_last_used(gatepost_context *context,
                                               uint64_t time);

/**
 * Sets the number of the client's refresh tokens that are valid, for `gatepost_lifecycle`. If it is not set,
 * the host does not know it, and the setting `idle-lifetime` has no effect.
 */
gatepost_status gatepost_context_set_refresh_tokens(gatepost_context *context,
                                                    uint64_t count);

/**
 * Frees a context, and overwrites its entropy and its token first. Does nothing if `context` is NULL.
 */
void gatepost_context_free(gatepost_context *context);

/**
 * Makes a request to an endpoint, with nothing else set. `endpoint` is a `gatepost_endpoint`.
 */
GATEPOST_MUST_USE
gatepost_status gatepost_request_new(int32_t endpoint,
                                     gatepost_request **request,
                                     gatepost_error **error);

/**
 * Resets a request to the state of a new one, with a `gatepost_endpoint` that may be another than before. It
 * keeps its memory, and overwrites the header and the parameters. If `endpoint` is none, the request is spoiled.
 */
gatepost_status gatepost_request_reset(gatepost_request *request,
                                       int32_t endpoint);

/**
 * Sets the value of the `Authorization` header. The absent string means that there is no such header.
 */
gatepost_status gatepost_request_set_authorization(gatepost_request *request,
                                                   gatepost_str authorization);

/**
 * Sets the parameters as they arrived, encoded as `application/x-www-form-urlencoded`: the query string of a
 * `GET`, the body of a `POST`. They may be any bytes: the decision refuses invalid ones. If they are not
 * set, there are none.
 */
gatepost_status gatepost_request_set_parameters(gatepost_request *request,
                                                gatepost_str parameters);

/**
 * Sets the client's key set (RFC 7517 §5) as JSON. The host fetches it from the client's `jwks_uri` if an
 * earlier decision asked for that: see `gatepost_decision_fetch`. The absent string means that it was not
 * fetched.
 */
gatepost_status gatepost_request_set_jwks(gatepost_request *request,
                                          gatepost_str jwks);

/**
 * Frees a request, and overwrites its header and its parameters first. Does nothing if `request` is NULL.
 */
void gatepost_request_free(gatepost_request *request);

/**
 * Returns whether the request is accepted or refused; `GATEPOST_OUTCOME_REFUSE` if `decision` is NULL.
 */
gatepost_outcome gatepost_decision_outcome(const gatepost_decision *decision);

/**
 * Returns the HTTP status code of the response; 500 if `decision` is NULL.
 *
 * If `gatepost_authorize`, `gatepost_authenticate`, `gatepost_usable`, `gatepost_lifecycle` or
 * `gatepost_client_document` accepts, the response is empty, and the host sends one of its own, if any.
 */
uint16_t gatepost_decision_http_status(const gatepost_decision *decision);

/**
 * Returns the number of the response's header fields.
 */
size_t gatepost_decision_header_count(const gatepost_decision *decision);

/**
 * Returns the name of the header field at `index`, counted from 0; absent if `index` is too
 * large. Valid until the decision is freed.
 */
gatepost_str gatepost_decision_header_name(const gatepost_decision *decision, size_t index);

/**
 * Returns the value of the header field at `index`, counted from 0; absent if `index` is too
 * large. Valid until the decision is freed.
 */
gatepost_str gatepost_decision_header_value(const gatepost_decision *decision, size_t index);

/**
 * Returns the body of the response: a JSON object, or empty. Valid until the decision is freed.
 *
 * It can contain a secret or a token. Send it, and keep no copy.
 */
gatepost_str gatepost_decision_body(const gatepost_decision *decision);

/**
 * Returns the effect; `GATEPOST_EFFECT_NONE` if `decision` is NULL.
 */
gatepost_effect gatepost_decision_effect(const gatepost_decision *decision);

/**
 * Returns the id of the client that the decision is about, whether it accepts or refuses: that of the effect, if
 * there is one. It is absent after a registration that is refused, for a request that names no client, and for a name
 * that cannot be a client id (RFC 6749 appendix A.1). Unless the decision accepts, it is only what was asked for. Valid
 * until the decision is freed.
 */
gatepost_str gatepost_decision_client_id(const gatepost_decision *decision);

/**
 * Returns the record of the effect: a JSON document with a version. It is absent if the effect is
 * `GATEPOST_EFFECT_NONE` or `GATEPOST_EFFECT_REMOVE`. Valid until the decision is freed.
 *
 * The host stores it, and passes it back unchanged with `gatepost_context_set_record`. It contains hashes of
 * secrets, and no secrets.
 */
gatepost_str gatepost_decision_record(const gatepost_decision *decision);

/**
 * Returns the new secret of the client (RFC 7591 §3.2.1), which is in the body too; absent if the decision made none.
 * Valid until the decision is freed.
 */
gatepost_str gatepost_decision_client_secret(const gatepost_decision *decision);

/**
 * Returns the registration access token (RFC 7592 §3), which is in the body too; absent if the response has none. Valid
 * until the decision is freed.
 */
gatepost_str gatepost_decision_registration_access_token(const gatepost_decision *decision);

/**
 * Returns how the server knows the client that was let through; `GATEPOST_STANDING_NONE` if the decision says nothing
 * about it.
 */
gatepost_standing gatepost_decision_standing(const gatepost_decision *decision);

/**
 * Returns the redirect URI that the authorization response is sent to, as it is in the request, with its
 * port; absent if the operation decides about none. Valid until the decision is freed.
 */
gatepost_str gatepost_decision_redirect_uri(const gatepost_decision *decision);

/**
 * Returns the scope that may be granted (RFC 6749 §3.3): the requested scope without what the client did not
 * register. It is absent if the operation decides about none, or if the client has no scope. Valid until the
 * decision is freed.
 */
gatepost_str gatepost_decision_scope(const gatepost_decision *decision);

/**
 * Returns the registered metadata of the client (RFC 7591 §2) as a JSON object; absent if the decision names
 * no client. It is `{}` if the client is not registered, or if the decision tells only its id. Valid until
 * the decision is freed.
 */
gatepost_str gatepost_decision_metadata(const gatepost_decision *decision);

/**
 * Returns the id (`jti`) of the assertion that the client authenticated with (RFC 7523 §3); absent if it
 * used no assertion. Valid until the decision is freed.
 *
 * An assertion may be used once. The host remembers its id, together with the client's id, until the
 * assertion expires, and refuses a request with an id that it remembers.
 */
gatepost_str gatepost_decision_assertion_id(const gatepost_decision *decision);

/**
 * Returns the time until which the assertion is accepted, in seconds since 1970: its claim `exp` and 60
 * seconds for clocks that differ. It is 0 if there is no assertion.
 */
uint64_t gatepost_decision_assertion_expires_at(const gatepost_decision *decision);

/**
 * Returns the number of diagnostics. An accepted request can have warnings and notes.
 */
size_t gatepost_decision_diagnostic_count(const gatepost_decision *decision);

/**
 * Returns the diagnostic at `index`, counted from 0; NULL if `index` is too large. Valid until the decision
 * is freed.
 *
 * Errors come first, then warnings, then notes, and in each group those about redirect URIs first.
 */
const gatepost_diagnostic *gatepost_decision_diagnostic(const gatepost_decision *decision,
                                                        size_t index);

/**
 * Returns the number of documents that the host may have to fetch.
 */
size_t gatepost_decision_fetch_count(const gatepost_decision *decision);

/**
 * Returns the document to fetch at `index`, counted from 0; NULL if `index` is too large. Valid
 * until the decision is freed.
 */
const gatepost_fetch *gatepost_decision_fetch(const gatepost_decision *decision, size_t index);

/**
 * Frees a decision, and overwrites its body and its secrets first. Does nothing if `decision` is NULL.
 */
void gatepost_decision_free(gatepost_decision *decision);

/**
 * Returns the name of the rule, in kebab-case, such as `redirect-uri-fragment`. Names never change. Valid as
 * long as the diagnostic.
 */
gatepost_str gatepost_diagnostic_code(const gatepost_diagnostic *diagnostic);

/**
 * Returns the place of the finding: a JSON Pointer (RFC 6901) into the submitted document, or `/` and the
 * name of a request's parameter. It is empty if the finding is about the whole document or about the caller.
 * Valid as long as the diagnostic.
 */
gatepost_str gatepost_diagnostic_pointer(const gatepost_diagnostic *diagnostic);

/**
 * Returns one sentence for the developer of the client. It quotes nothing from the document. Valid as long
 * as the diagnostic.
 */
gatepost_str gatepost_diagnostic_message(const gatepost_diagnostic *diagnostic);

/**
 * Returns the source of the rule, such as `RFC 6749 §3.1.2`. Valid as long as the diagnostic.
 */
gatepost_str gatepost_diagnostic_reference(const gatepost_diagnostic *diagnostic);

/**
 * Returns the severity; `GATEPOST_SEVERITY_ERROR` if `diagnostic` is NULL.
 */
gatepost_severity gatepost_diagnostic_severity(const gatepost_diagnostic *diagnostic);

/**
 * Returns the document's URI. Valid as long as the fetch.
 */
gatepost_str gatepost_fetch_uri(const gatepost_fetch *fetch);

/**
 * Returns the place of the URI in the registered metadata: a JSON Pointer (RFC 6901) such as `/jwks_uri`. It
 * is empty if the URI is the client id itself. Valid as long as the fetch.
 */
gatepost_str gatepost_fetch_pointer(const gatepost_fetch *fetch);

/**
 * Returns when the document is needed; `GATEPOST_DUE_BEFORE_EFFECT` if `fetch` is NULL.
 */
gatepost_due gatepost_fetch_due(const gatepost_fetch *fetch);

/**
 * Returns the largest size that the host accepts, in bytes.
 */
uint32_t gatepost_fetch_max_bytes(const gatepost_fetch *fetch);

/**
 * Returns the longest time that the fetch may take, in seconds.
 */
uint32_t gatepost_fetch_timeout(const gatepost_fetch *fetch);

/**
 * Returns the table of all functions. It is never NULL, and valid as long as the library is loaded. Do not
 * free it.
 */
const gatepost_plugin *gatepost_plugin_v1(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* GATEPOST_H */
