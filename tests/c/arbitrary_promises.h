/* What the header promises about all that comes back, for arbitrary.c. */

static void fail(const char *file, int line, const char *what) {
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    abort();
}

#define CHECK(condition) ((condition) ? (void)0 : fail(__FILE__, __LINE__, #condition))

/* What is not to be written to by a call that fails. */
static int untouched;
#define UNTOUCHED ((void *)&untouched)

static int is_utf8(gatepost_str text) {
    for (size_t i = 0; i < text.len;) {
        unsigned char byte = (unsigned char)text.ptr[i++];
        int more = byte < 0x80 ? 0 : byte < 0xc2 ? -1 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf5 ? 3 : -1;

        if (more < 0 || (size_t)more > text.len - i) {
            return 0;
        }
        for (; more > 0; more--) {
            if (((unsigned char)text.ptr[i++] & 0xc0) != 0x80) {
                return 0;
            }
        }
    }
    return 1;
}

static int contains(gatepost_str text, gatepost_str part) {
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (memcmp(text.ptr + i, part.ptr, part.len) == 0) {
            return 1;
        }
    }
    return 0;
}

static int same(gatepost_str left, gatepost_str right) {
    return left.len == right.len && (left.ptr == NULL) == (right.ptr == NULL) &&
           (left.len == 0 || memcmp(left.ptr, right.ptr, left.len) == 0);
}

/* Reads all of a string that must be there. */
static void check_text(gatepost_str text) {
    CHECK(text.ptr != NULL);
    CHECK(is_utf8(text));
}

static void check_optional(gatepost_str text) {
    CHECK(text.ptr != NULL || text.len == 0);
    CHECK(is_utf8(text));
}

static void check_finding(const gatepost_finding *finding) {
    CHECK(finding != NULL);
    check_text(gatepost_finding_path(finding));
    check_text(gatepost_finding_message(finding));
    check_optional(gatepost_finding_allowed(finding));
    CHECK(gatepost_finding_severity(finding) <= GATEPOST_SEVERITY_WARNING);
    CHECK(gatepost_finding_line(finding) > 0 || gatepost_finding_column(finding) == 0);
}

/* Holds a status and an error against each other. Frees the error. */
static int check_status(gatepost_status status, gatepost_error *error, int is_asked) {
    size_t findings;

    CHECK(status >= GATEPOST_STATUS_OK && status <= GATEPOST_STATUS_TERMS_INVALID);
    CHECK(status != GATEPOST_STATUS_PANIC);
    check_text(gatepost_status_message(status));
    CHECK((error != UNTOUCHED) == (status != GATEPOST_STATUS_OK && is_asked));
    if (error != UNTOUCHED) {
        CHECK(gatepost_error_status(error) == status);
        check_text(gatepost_error_message(error));
        findings = gatepost_error_finding_count(error);
        CHECK((findings > 0) ==
              (status == GATEPOST_STATUS_INVALID_SETTINGS || status == GATEPOST_STATUS_TERMS_INVALID));
        for (size_t i = 0; i < findings; i++) {
            check_finding(gatepost_error_finding(error, i));
        }
        CHECK(gatepost_error_finding(error, findings) == NULL);
        gatepost_error_free(error);
    }
    return status == GATEPOST_STATUS_OK;
}

static void check_decision(const gatepost_decision *decision) {
    size_t headers = gatepost_decision_header_count(decision);
    size_t diagnostics = gatepost_decision_diagnostic_count(decision);
    size_t fetches = gatepost_decision_fetch_count(decision);
    gatepost_outcome outcome = gatepost_decision_outcome(decision);
    gatepost_effect effect = gatepost_decision_effect(decision);
    gatepost_str secrets[2];

    secrets[0] = gatepost_decision_client_secret(decision);
    secrets[1] = gatepost_decision_registration_access_token(decision);
    CHECK(outcome == GATEPOST_OUTCOME_REFUSE || outcome == GATEPOST_OUTCOME_ACCEPT);
    CHECK(gatepost_decision_http_status(decision) >= 200 && gatepost_decision_http_status(decision) < 600);
    for (size_t i = 0; i < headers; i++) {
        gatepost_str value = gatepost_decision_header_value(decision, i);

        check_text(gatepost_decision_header_name(decision, i));
        check_text(value);
        for (size_t at = 0; at < value.len; at++) {
            CHECK((unsigned char)value.ptr[at] >= ' ' && value.ptr[at] != '\x7f');
        }
    }
    CHECK(gatepost_decision_header_name(decision, headers).ptr == NULL);
    check_text(gatepost_decision_body(decision));
    for (size_t i = 0; i < 2; i++) {
        check_optional(secrets[i]);
        CHECK(secrets[i].ptr == NULL || contains(gatepost_decision_body(decision), secrets[i]));
        CHECK(secrets[i].ptr == NULL || outcome == GATEPOST_OUTCOME_ACCEPT);
    }
    check_optional(gatepost_decision_client_id(decision));
    check_optional(gatepost_decision_record(decision));
    check_optional(gatepost_decision_redirect_uri(decision));
    check_optional(gatepost_decision_scope(decision));
    check_optional(gatepost_decision_metadata(decision));
    check_optional(gatepost_decision_assertion_id(decision));
    CHECK(gatepost_decision_standing(decision) <= GATEPOST_STANDING_OVERRIDDEN);
    CHECK(effect <= GATEPOST_EFFECT_SHARE);
    CHECK(effect == GATEPOST_EFFECT_NONE || outcome == GATEPOST_OUTCOME_ACCEPT);
    CHECK(effect == GATEPOST_EFFECT_NONE || gatepost_decision_client_id(decision).len > 0);
    CHECK((gatepost_decision_record(decision).ptr != NULL) ==
          (effect != GATEPOST_EFFECT_NONE && effect != GATEPOST_EFFECT_REMOVE));
    for (size_t i = 0; i < diagnostics; i++) {
        const gatepost_diagnostic *diagnostic = gatepost_decision_diagnostic(decision, i);

        CHECK(gatepost_diagnostic_code(diagnostic).len > 0);
        check_text(gatepost_diagnostic_pointer(diagnostic));
        check_text(gatepost_diagnostic_message(diagnostic));
        check_text(gatepost_diagnostic_reference(diagnostic));
        CHECK(gatepost_diagnostic_severity(diagnostic) <= GATEPOST_SEVERITY_NOTE);
    }
    CHECK(gatepost_decision_diagnostic(decision, diagnostics) == NULL);
    for (size_t i = 0; i < fetches; i++) {
        const gatepost_fetch *fetch = gatepost_decision_fetch(decision, i);

        CHECK(gatepost_fetch_uri(fetch).len > 0);
        check_text(gatepost_fetch_pointer(fetch));
        CHECK(gatepost_fetch_due(fetch) <= GATEPOST_DUE_ON_USE);
        CHECK(gatepost_fetch_max_bytes(fetch) > 0 && gatepost_fetch_timeout(fetch) > 0);
    }
    CHECK(gatepost_decision_fetch(decision, fetches) == NULL);
}
