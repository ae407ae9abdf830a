#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/plan/failure.hpp"
#include "engine/message/id.hpp"
#include "engine/message/json.hpp"
#include "engine/message/value.hpp"

namespace weir {

enum class Format : std::uint8_t { none, bytes, text, json };

// What a message carries: bytes with a format until someone looks inside, then also a tree. The bytes are shared, never copied; the tree
// lives in the arena of the unit that looked, so a Body with a tree never leaves its unit: what goes on is bytes.
// Promise: `bytes` has json_padding readable bytes behind its end.
struct Body {
    std::shared_ptr<const void> owner;  // keeps `bytes` alive
    std::string_view bytes;
    Format format = Format::none;       // none: no bytes, `tree` is all there is
    Value tree;                         // missing: not looked at yet
    Value picked;                       // the fields that the flow looks at (FieldReader), while nobody needs the whole tree; missing: not read
    // Copies the text into a padded buffer of its own.
    static Body copy_of(std::string_view text, Format format);
    static Body of(Value tree) {
        Body b;
        b.tree = tree;
        return b;
    }
};
// Parses at the first look. False: the message is `invalid`; `why` names the place.
bool look(Body& body, Arena& arena, JsonReader& reader, std::string& why);
// The bytes as they would leave: unread bodies as they came, text and bytes as they are, other values as JSON.
void write_body(std::string& out, const Body& body);

struct Header {
    std::string name;  // lower case
    std::string value;
};
using Headers = std::vector<Header>;  // from the wire, untrusted
std::shared_ptr<const Headers> share(Headers headers);
const std::string* find_header(const Headers& headers, std::string_view lower_case_name);

struct Failure {
    FailureClass kind = FailureClass::any;
    std::string message;
    std::string path;   // body.items[3].price
    std::string flow;
    std::string step;   // the node's identity
    std::int64_t at = 0;
    std::uint32_t attempts = 1;
};

struct Hop {
    std::string flow, channel;
    std::int64_t at = 0;
};

// The engine's own facts of a message. Nothing from the wire sets one (language.md, Names in scope).
struct Meta {
    Id128 id, correlation, trace, in_reply_to;
    std::int64_t created = 0;                          // wall, nanoseconds
    std::uint32_t attempt = 1;
    std::shared_ptr<const std::vector<Hop>> history;   // null: none
    std::shared_ptr<const Failure> failure;            // on a message that has failed
    std::string reply_to;                              // who waits: "channel:NAME", or the token of a requester of this run (Q3); empty: nobody
    std::int64_t expires = 0;                          // wall, nanoseconds; 0: never
    std::uint32_t replays = 0;                         // F4
};

struct Message {
    Body body;
    std::shared_ptr<const Headers> headers;  // null: none
    Meta meta;
    Value source;                            // object of the connector's facts; its memory: `source_owner`
    std::shared_ptr<const void> source_owner;
};

// A message's headers and meta as they stand in a channel row, and back (a version byte first, S10). False: it doesn't decode (S7).
// A row at rest also has what its last run failed with; null: it has not run yet.
std::string encode_envelope(const Headers* headers, const Meta& meta, const Failure* waits_for = nullptr);
bool decode_envelope(std::string_view bytes, Headers& headers, Meta& meta);
bool decode_rest(std::string_view bytes, Headers& headers, Meta& meta, std::shared_ptr<const Failure>& waits_for);

}  // namespace weir
