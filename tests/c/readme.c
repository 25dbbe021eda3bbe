#include <gatepost.h>
#include <stdio.h>

int main(void) {
    gatepost_registrar *registrar;
    gatepost_context *context;
    gatepost_decision *decision;
    if (gatepost_registrar_new(GATEPOST_STR(""), &registrar, NULL) != GATEPOST_STATUS_OK) return 1;
    if (gatepost_context_new(&context, NULL) != GATEPOST_STATUS_OK) return 1;
    if (gatepost_register(registrar, context, GATEPOST_STR("{}"), &decision, NULL) != GATEPOST_STATUS_OK) return 1;
    gatepost_str body = gatepost_decision_body(decision);
    printf("%d %.*s\n", gatepost_decision_http_status(decision), (int)body.len, body.ptr);
    gatepost_decision_free(decision);
    gatepost_context_free(context);
    gatepost_registrar_free(registrar);
    return 0;
}
