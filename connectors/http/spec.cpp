#include "connectors/http/kind.hpp"

namespace weir {
namespace {

using plan::TypeKind;

ArgumentSpec argument(const char* name, TypeKind type, const char* doc) {
    ArgumentSpec a;
    a.name = name;
    a.type = type;
    a.doc = doc;
    return a;
}
ArgumentSpec accept_argument(const char* doc) {
    ArgumentSpec a = argument("accept", TypeKind::any, doc);
    a.choices = {"json", "text", "form", "multipart", "bytes"};
    return a;
}

OperationSpec source(const char* name, const char* doc, const char* example) {
    OperationSpec o;
    o.name = name;
    o.role = OperationRole::source;
    ArgumentSpec path = argument("path", TypeKind::string, "the path; `{id}` stands for one segment, which is `source.path.id`");
    path.required = path.positional = true;
    o.arguments = {path, accept_argument("what a body may be; otherwise that of the connection"), argument("max_body", TypeKind::size, "a longer body is answered 413; otherwise that of the connection")};
    o.facts = {{"method", TypeKind::string}, {"path", TypeKind::any}, {"query", TypeKind::any}, {"target", TypeKind::string}, {"operation", TypeKind::string}, {"remote", TypeKind::string}};
    o.takes_back = true;
    o.ordered = false;
    o.two_way = true;
    o.doc = doc;
    o.example = example;
    return o;
}
OperationSpec sink(const char* name, const char* doc, const char* example) {
    OperationSpec o;
    o.name = name;
    o.role = OperationRole::sink;
    ArgumentSpec path = argument("path", TypeKind::string, "the path, behind that of the url; `url_encode` what comes from a message");
    path.required = path.positional = path.per_message = true;
    ArgumentSpec query = argument("query", TypeKind::record, "fields of the query; an array gives its name several times, null gives nothing");
    query.per_message = true;
    ArgumentSpec headers = argument("headers", TypeKind::record, "header fields, over those of the connection");
    headers.per_message = headers.takes_secret = true;
    o.arguments = {path, query, headers};
    for (const FailureClass c : {FailureClass::connect, FailureClass::timeout, FailureClass::unavailable, FailureClass::rate_limited, FailureClass::invalid, FailureClass::rejected,
                                 FailureClass::not_found, FailureClass::unauthorized, FailureClass::too_large, FailureClass::expired})
        o.raises.add(c);
    o.answers = true;
    o.timeout = std::int64_t{30} * 1'000'000'000;
    o.doc = doc;
    o.example = example;
    return o;
}

}  // namespace

ConnectorSpec http_spec() {
    ConnectorSpec spec;
    spec.kind = "http";
    spec.doc = "HTTP/1.1: with `listen` a server whose requests are messages, with `url` a client.";
    spec.pinned = true;
    ArgumentSpec url = argument("url", TypeKind::string, "where calls go: `http://` or `https://`, a host, a port and the beginning of the path");
    url.takes_secret = true;
    ArgumentSpec headers = argument("headers", TypeKind::record, "header fields of each call");
    headers.takes_secret = true;
    spec.arguments = {
        argument("listen", TypeKind::string, "where requests are taken: address and port; `:8080` is 127.0.0.1, port 0 any that is free"),
        accept_argument("what a body may be; by default json"),
        argument("max_body", TypeKind::size, "a longer request is answered 413, a longer answer fails as too_large; by default 1 MiB and 16 MiB"),
        argument("max_connections", TypeKind::int_, "of a server, by default 4096; over it the one that keeps us waiting longest has to go"),
        argument("keep_headers", TypeKind::array, "headers that hold credentials and shall reach the flow all the same"),
        argument("head_time", TypeKind::duration, "within which the head of a request must come, by default 10s"),
        argument("idle_time", TypeKind::duration, "how long a connection without a request is kept, by default 60s"),
        url,
        headers,
        argument("timeout", TypeKind::duration, "of a call, from the waiting for a connection to the last byte; by default 30s"),
        argument("max_in_flight", TypeKind::int_, "calls at a time on one thread, by default 64; the others wait"),
        argument("ca", TypeKind::string, "a PEM file with the authorities to trust; by default the system's"),
        argument("follow", TypeKind::bool_, "go where a redirect of the same server points; by default not"),
        argument("ok_on", TypeKind::array, "statuses that are no failure"),
        argument("unavailable_on", TypeKind::array, "statuses that fail as unavailable, so that a retry makes sense"),
    };
    spec.operations = {
        source("get", "Takes GET and HEAD requests. A flow answers with `reply`; one that ends without is answered 202.", "from web.get(\"/orders/{id}\")"),
        source("post", "Takes POST requests. `Idempotency-Key` gives the message its id.", "from web.post(\"/orders\")"),
        source("put", "Takes PUT requests.", "from web.put(\"/orders/{id}\")"),
        source("patch", "Takes PATCH requests.", "from web.patch(\"/orders/{id}\")"),
        source("delete", "Takes DELETE requests.", "from web.delete(\"/orders/{id}\")"),
        source("any", "Takes requests of every method; `source.method` tells which.", "from web.any(\"/hook\")"),
        sink("get", "Asks.", "call api.get(\"/customers/${body.id}\")"),
        sink("head", "Asks for the head of an answer only.", "call api.head(\"/customers/${body.id}\")"),
        sink("post", "Sends the message. The header `Idempotency-Key` is the same at each attempt.", "-> api.post(\"/orders\")"),
        sink("put", "Puts the message there.", "-> api.put(\"/orders/${body.id}\")"),
        sink("patch", "Sends a change.", "-> api.patch(\"/orders/${body.id}\")"),
        sink("delete", "Deletes.", "-> api.delete(\"/orders/${body.id}\")"),
    };
    return spec;
}

}  // namespace weir
