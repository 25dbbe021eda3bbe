/**
 * @file gatepost.hpp
 *
 * gatepost.h for C++17 and later: objects that free themselves, `std::string_view`, and exceptions.
 *
 *     gatepost::registrar registrar(settings);
 *     gatepost::context context;
 *
 *     // for each request
 *     context.reset()
 *         .credential(GATEPOST_CREDENTIAL_ACCEPTED)
 *         .permission(GATEPOST_PERMISSION_AUTHENTICATE)
 *         .permission(GATEPOST_PERMISSION_OAUTH_CLIENT_REGISTRATION);
 *     gatepost::decision decision = registrar.register_client(context, body);
 *     // carry out decision.effect(), then send decision.http_status(), .headers() and .body()
 *
 * Each member is the function of gatepost.h with its name, whose comment says what it does. The rest is alike:
 *
 * **Failures.** Where a function of gatepost.h returns another status than `GATEPOST_STATUS_OK`, its member
 * throws a `gatepost::error`. A refusal is a decision and throws nothing. A setter that threw has spoilt its
 * context or request until that is reset. With C++23, `gatepost::attempt` makes a `std::expected` of a call.
 *
 * **Strings.** A parameter is borrowed for the call. A `std::string_view` that is returned points into the object
 * that it was read from, and is valid as long as that object. `std::nullopt` is the absent string.
 *
 * **Ownership.** Objects can be moved and not copied. One that was moved from may be assigned to or destroyed.
 *
 * **Threads.** As the comments of gatepost.h say: any number of threads may use a const registrar, each with a
 * context of its own.
 */

#ifndef GATEPOST_HPP
#define GATEPOST_HPP

#if __cplusplus < 201703L
#error "gatepost.hpp needs C++17; gatepost.h needs less"
#endif

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#if __has_include(<version>)
#include <version>
#endif
#ifdef __cpp_lib_expected
#include <expected>
#endif

#include <gatepost.h>

namespace gatepost {

/** A string, or none. */
using text = std::optional<std::string_view>;

/** One mistake in the settings or terms, or one warning about the settings. It is a copy. */
struct finding {
    std::string path;
    std::string message;
    std::optional<std::string> allowed;
    std::uint32_t line;   /**< 0 if it is not known */
    std::uint32_t column; /**< 0 if it is not known */
    gatepost_severity severity;
};

/** The reason why a call failed. */
class error : public std::runtime_error {
  public:
    error(gatepost_status status, const std::string &message, std::vector<finding> findings = {})
        : std::runtime_error(message), status_(status), findings_(std::move(findings)) {}

    gatepost_status status() const noexcept { return status_; }
    const std::vector<finding> &findings() const noexcept { return findings_; }

  private:
    gatepost_status status_;
    std::vector<finding> findings_;
};

/** What the classes below are made of. */
namespace detail {

template <auto Free> struct deleter {
    template <class Object> void operator()(Object *object) const noexcept { Free(object); }
};

template <class Object, auto Free> using handle = std::unique_ptr<Object, deleter<Free>>;

inline gatepost_str borrow(std::string_view view) noexcept {
    return {view.data() == nullptr ? "" : view.data(), view.size()};
}

inline gatepost_str borrow(const text &view) noexcept {
    return view ? borrow(*view) : gatepost_str{nullptr, 0};
}

inline std::string_view view(gatepost_str borrowed) noexcept { return {borrowed.ptr, borrowed.len}; }

inline text optional(gatepost_str borrowed) noexcept {
    return borrowed.ptr == nullptr ? std::nullopt : text(view(borrowed));
}

inline finding copy(const gatepost_finding *found) {
    return {std::string(view(gatepost_finding_path(found))), std::string(view(gatepost_finding_message(found))),
            std::optional<std::string>(optional(gatepost_finding_allowed(found))), gatepost_finding_line(found),
            gatepost_finding_column(found), gatepost_finding_severity(found)};
}

inline void check(gatepost_status status) {
    if (status != GATEPOST_STATUS_OK) {
        throw error(status, std::string(view(gatepost_status_message(status))));
    }
}

/** Throws what a call wrote to its last parameter, which is read after the call because it is a reference. */
inline void check(gatepost_status status, gatepost_error *const &written) {
    handle<gatepost_error, gatepost_error_free> failure(written);
    if (failure == nullptr) {
        check(status);
        return;
    }
    std::vector<finding> findings;
    for (std::size_t i = 0; i < gatepost_error_finding_count(written); i++) {
        findings.push_back(copy(gatepost_error_finding(written, i)));
    }
    throw error(status, std::string(view(gatepost_error_message(written))), std::move(findings));
}

/** A string that the library made, as a copy. */
template <auto Function, class... Inputs> std::optional<std::string> make_text(Inputs... inputs) {
    gatepost_text *made = nullptr;
    gatepost_error *failure = nullptr;
    check(Function(inputs..., &made, &failure), failure);
    handle<gatepost_text, gatepost_text_free> owner(made);
    return std::optional<std::string>(optional(gatepost_text_view(made)));
}

} // namespace detail

/** The facts of one request. Each setter returns the context. */
class context {
  public:
    context() {
        gatepost_context *made = nullptr;
        gatepost_error *failure = nullptr;
        detail::check(gatepost_context_new(&made, &failure), failure);
        handle_.reset(made);
    }

    context &reset() { return done(gatepost_context_reset(get())); }
    context &now(std::uint64_t seconds) { return done(gatepost_context_set_now(get(), seconds)); }
    context &entropy(const std::uint8_t *bytes, std::size_t len) {
        return done(gatepost_context_set_entropy(get(), bytes, len));
    }
    context &credential(std::int32_t credential) { return done(gatepost_context_set_credential(get(), credential)); }
    context &account(text account) { return done(gatepost_context_set_account(get(), detail::borrow(account))); }
    /** Adds one permission. */
    context &permission(std::string_view name) {
        return done(gatepost_context_add_permission(get(), detail::borrow(name)));
    }
    context &clear_permissions() { return done(gatepost_context_clear_permissions(get())); }
    context &address(text address) { return done(gatepost_context_set_address(get(), detail::borrow(address))); }
    context &terms(text terms) { return done(gatepost_context_set_terms(get(), detail::borrow(terms))); }
    context &token(text token) { return done(gatepost_context_set_token(get(), detail::borrow(token))); }
    context &record(text record) { return done(gatepost_context_set_record(get(), detail::borrow(record))); }
    context &account_clients(std::uint64_t count) { return done(gatepost_context_set_account_clients(get(), count)); }
    context &address_registrations(std::uint64_t count) {
        return done(gatepost_context_set_address_registrations(get(), count));
    }
    context &wider_registrations(std::uint64_t count) {
        return done(gatepost_context_set_wider_registrations(get(), count));
    }
    context &key_registrations(std::uint64_t count) {
        return done(gatepost_context_set_key_registrations(get(), count));
    }
    context &anonymous_clients(std::uint64_t count) {
        return done(gatepost_context_set_anonymous_clients(get(), count));
    }
    context &total_clients(std::uint64_t count) { return done(gatepost_context_set_total_clients(get(), count)); }
    context &authorised_at(std::uint64_t time) { return done(gatepost_context_set_authorised_at(get(), time)); }
    context &last_used(std::uint64_t time) { return done(gatepost_context_set_last_used(get(), time)); }
    context &refresh_tokens(std::uint64_t count) { return done(gatepost_context_set_refresh_tokens(get(), count)); }

    gatepost_context *get() const noexcept { return handle_.get(); }

  private:
    context &done(gatepost_status status) {
        detail::check(status);
        return *this;
    }

    detail::handle<gatepost_context, gatepost_context_free> handle_;
};

/** A request to an endpoint of the authorization server. Each setter returns the request. */
class request {
  public:
    explicit request(std::int32_t endpoint) {
        gatepost_request *made = nullptr;
        gatepost_error *failure = nullptr;
        detail::check(gatepost_request_new(endpoint, &made, &failure), failure);
        handle_.reset(made);
    }

    request &reset(std::int32_t endpoint) { return done(gatepost_request_reset(get(), endpoint)); }
    request &authorization(text value) {
        return done(gatepost_request_set_authorization(get(), detail::borrow(value)));
    }
    request &parameters(text encoded) { return done(gatepost_request_set_parameters(get(), detail::borrow(encoded))); }
    request &jwks(text keys) { return done(gatepost_request_set_jwks(get(), detail::borrow(keys))); }

    gatepost_request *get() const noexcept { return handle_.get(); }

  private:
    request &done(gatepost_status status) {
        detail::check(status);
        return *this;
    }

    detail::handle<gatepost_request, gatepost_request_free> handle_;
};

/** One header field of a response. */
struct header {
    std::string_view name;
    std::string_view value;
};

/** One finding about the submitted document, the request or the caller. */
struct diagnostic {
    std::string_view code;
    std::string_view pointer;
    std::string_view message;
    std::string_view reference;
    gatepost_severity severity;
};

/** A document that the client has named by URI. */
struct fetch {
    std::string_view uri;
    std::string_view pointer;
    gatepost_due due;
    std::uint32_t max_bytes;
    std::uint32_t timeout;
};

/** The answer to one request. */
class [[nodiscard]] decision {
  public:
    explicit decision(gatepost_decision *owned) noexcept : handle_(owned) {}

    bool accepts() const noexcept { return outcome() == GATEPOST_OUTCOME_ACCEPT; }
    gatepost_outcome outcome() const noexcept { return gatepost_decision_outcome(get()); }
    std::uint16_t http_status() const noexcept { return gatepost_decision_http_status(get()); }
    std::vector<header> headers() const {
        std::vector<header> headers;
        for (std::size_t i = 0; i < gatepost_decision_header_count(get()); i++) {
            headers.push_back({detail::view(gatepost_decision_header_name(get(), i)),
                               detail::view(gatepost_decision_header_value(get(), i))});
        }
        return headers;
    }
    std::string_view body() const noexcept { return detail::view(gatepost_decision_body(get())); }
    gatepost_effect effect() const noexcept { return gatepost_decision_effect(get()); }
    text client_id() const noexcept { return detail::optional(gatepost_decision_client_id(get())); }
    text record() const noexcept { return detail::optional(gatepost_decision_record(get())); }
    text client_secret() const noexcept { return detail::optional(gatepost_decision_client_secret(get())); }
    text registration_access_token() const noexcept {
        return detail::optional(gatepost_decision_registration_access_token(get()));
    }
    gatepost_standing standing() const noexcept { return gatepost_decision_standing(get()); }
    text redirect_uri() const noexcept { return detail::optional(gatepost_decision_redirect_uri(get())); }
    text scope() const noexcept { return detail::optional(gatepost_decision_scope(get())); }
    text metadata() const noexcept { return detail::optional(gatepost_decision_metadata(get())); }
    text assertion_id() const noexcept { return detail::optional(gatepost_decision_assertion_id(get())); }
    std::uint64_t assertion_expires_at() const noexcept { return gatepost_decision_assertion_expires_at(get()); }
    std::vector<diagnostic> diagnostics() const {
        std::vector<diagnostic> diagnostics;
        for (std::size_t i = 0; i < gatepost_decision_diagnostic_count(get()); i++) {
            const gatepost_diagnostic *found = gatepost_decision_diagnostic(get(), i);
            diagnostics.push_back({detail::view(gatepost_diagnostic_code(found)),
                                   detail::view(gatepost_diagnostic_pointer(found)),
                                   detail::view(gatepost_diagnostic_message(found)),
                                   detail::view(gatepost_diagnostic_reference(found)),
                                   gatepost_diagnostic_severity(found)});
        }
        return diagnostics;
    }
    std::vector<fetch> fetches() const {
        std::vector<fetch> fetches;
        for (std::size_t i = 0; i < gatepost_decision_fetch_count(get()); i++) {
            const gatepost_fetch *named = gatepost_decision_fetch(get(), i);
            fetches.push_back({detail::view(gatepost_fetch_uri(named)), detail::view(gatepost_fetch_pointer(named)),
                               gatepost_fetch_due(named), gatepost_fetch_max_bytes(named),
                               gatepost_fetch_timeout(named)});
        }
        return fetches;
    }

    const gatepost_decision *get() const noexcept { return handle_.get(); }

  private:
    detail::handle<gatepost_decision, gatepost_decision_free> handle_;
};

/** A compiled policy. */
class registrar {
  public:
    explicit registrar(std::string_view settings) {
        if (gatepost_abi_version() != GATEPOST_ABI_VERSION) {
            throw error(GATEPOST_STATUS_INVALID_VALUE, "the library has another binary interface than gatepost.h");
        }
        gatepost_registrar *made = nullptr;
        gatepost_error *failure = nullptr;
        detail::check(gatepost_registrar_new(detail::borrow(settings), &made, &failure), failure);
        handle_.reset(made);
    }

    std::vector<finding> warnings() const {
        std::vector<finding> warnings;
        for (std::size_t i = 0; i < gatepost_registrar_warning_count(get()); i++) {
            warnings.push_back(detail::copy(gatepost_registrar_warning(get(), i)));
        }
        return warnings;
    }
    std::optional<finding> web_administration_warning() const {
        const gatepost_finding *warning = gatepost_registrar_web_administration_warning(get());
        return warning == nullptr ? std::nullopt : std::optional(detail::copy(warning));
    }
    std::string_view server_metadata() const {
        gatepost_str metadata = {nullptr, 0};
        gatepost_error *failure = nullptr;
        detail::check(gatepost_server_metadata(get(), &metadata, &failure), failure);
        return detail::view(metadata);
    }
    std::optional<std::string> network(std::string_view address) const {
        return detail::make_text<gatepost_network>(get(), detail::borrow(address));
    }
    std::optional<std::string> wider_network(std::string_view address) const {
        return detail::make_text<gatepost_wider_network>(get(), detail::borrow(address));
    }
    std::uint64_t window() const noexcept { return gatepost_window(get()); }
    std::uint64_t wider_window() const noexcept { return gatepost_wider_window(get()); }
    std::optional<std::string> identify(const request &request) const {
        return detail::make_text<gatepost_identify>(get(), request.get());
    }

    /** `gatepost_register`, which is a keyword of C++. */
    decision register_client(context &facts, std::string_view body) const {
        return decide<gatepost_register>(facts, detail::borrow(body));
    }
    decision provision(context &facts, text client_id, std::string_view metadata) const {
        return decide<gatepost_provision>(facts, detail::borrow(client_id), detail::borrow(metadata));
    }
    decision read(context &facts, std::string_view client_id) const {
        return decide<gatepost_read>(facts, detail::borrow(client_id));
    }
    decision update(context &facts, std::string_view client_id, std::string_view body) const {
        return decide<gatepost_update>(facts, detail::borrow(client_id), detail::borrow(body));
    }
    decision rotate_secret(context &facts, std::string_view client_id) const {
        return decide<gatepost_rotate_secret>(facts, detail::borrow(client_id));
    }
    decision rotate_registration_access_token(context &facts, std::string_view client_id) const {
        return decide<gatepost_rotate_registration_access_token>(facts, detail::borrow(client_id));
    }
    decision disable(context &facts, std::string_view client_id) const {
        return decide<gatepost_disable>(facts, detail::borrow(client_id));
    }
    decision enable(context &facts, std::string_view client_id) const {
        return decide<gatepost_enable>(facts, detail::borrow(client_id));
    }
    decision approve(context &facts, std::string_view client_id) const {
        return decide<gatepost_approve>(facts, detail::borrow(client_id));
    }
    decision deny(context &facts, std::string_view client_id) const {
        return decide<gatepost_deny>(facts, detail::borrow(client_id));
    }
    decision remove(context &facts, std::string_view client_id) const {
        return decide<gatepost_remove>(facts, detail::borrow(client_id));
    }
    decision usable(context &facts, std::string_view client_id, text scope = std::nullopt) const {
        return decide<gatepost_usable>(facts, detail::borrow(client_id), detail::borrow(scope));
    }
    decision authorize(context &facts, const request &request) const {
        return decide<gatepost_authorize>(facts, request.get());
    }
    decision authenticate(context &facts, const request &request) const {
        return decide<gatepost_authenticate>(facts, request.get());
    }
    decision review(context &facts, std::string_view client_id) const {
        return decide<gatepost_review>(facts, detail::borrow(client_id));
    }
    decision review_draft(context &facts, std::string_view metadata) const {
        return decide<gatepost_review_draft>(facts, detail::borrow(metadata));
    }
    decision lifecycle(context &facts, std::string_view client_id) const {
        return decide<gatepost_lifecycle>(facts, detail::borrow(client_id));
    }
    decision client_document(context &facts, std::string_view client_id, text document = std::nullopt) const {
        return decide<gatepost_client_document>(facts, detail::borrow(client_id), detail::borrow(document));
    }

    const gatepost_registrar *get() const noexcept { return handle_.get(); }

  private:
    template <auto Operation, class... Inputs> decision decide(context &facts, Inputs... inputs) const {
        gatepost_decision *made = nullptr;
        gatepost_error *failure = nullptr;
        detail::check(Operation(get(), facts.get(), inputs..., &made, &failure), failure);
        return decision(made);
    }

    detail::handle<gatepost_registrar, gatepost_registrar_free> handle_;
};

/** The version of the library. */
inline std::string_view version() noexcept { return detail::view(gatepost_version()); }

/** Throws an error with findings if there are mistakes in the terms. */
inline void check_terms(std::string_view terms) {
    gatepost_error *failure = nullptr;
    detail::check(gatepost_check_terms(detail::borrow(terms), &failure), failure);
}

inline bool redirect_uri_matches(std::string_view registered, std::string_view requested) noexcept {
    return gatepost_redirect_uri_matches(detail::borrow(registered), detail::borrow(requested)) == 1;
}

/** An `Authorization` header: a `gatepost_credential`, and the token, which points into the header. */
struct bearer_token {
    std::int32_t credential;
    text token;
};

inline bearer_token bearer(text authorization) {
    std::int32_t credential = GATEPOST_CREDENTIAL_MALFORMED;
    gatepost_str token = {nullptr, 0};
    gatepost_error *failure = nullptr;
    detail::check(gatepost_bearer(detail::borrow(authorization), &credential, &token, &failure), failure);
    return {credential, detail::optional(token)};
}

#ifdef __cpp_lib_expected
/** Makes a call, such as `attempt([&] { return registrar.read(context, id); })`, without an exception for an error. */
template <class Call> auto attempt(Call &&call) -> std::expected<std::invoke_result_t<Call>, error> {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Call>>) {
            std::forward<Call>(call)();
            return {};
        } else {
            return std::forward<Call>(call)();
        }
    } catch (error &failure) {
        return std::unexpected(std::move(failure));
    }
}
#endif

} // namespace gatepost

#endif /* GATEPOST_HPP */
