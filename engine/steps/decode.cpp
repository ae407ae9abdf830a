#include <algorithm>
#include <cstring>

#include "engine/evaluate/node.hpp"
#include "engine/message/json.hpp"
#include "engine/message/text.hpp"
#include "engine/steps/catalog.hpp"
#include "engine/steps/change.hpp"
#include "engine/steps/formats.hpp"

namespace weir {
namespace {

// The text or the bytes that the body is; nothing is copied.
bool text_of(Scope& scope, std::string_view& out) {
    Body& body = scope.message->body;
    if (body.tree.is_missing() && (body.format == Format::text || body.format == Format::bytes)) {
        out = body.bytes;
        return true;
    }
    std::string why;
    if (!look(body, *scope.arena, *scope.reader, why)) {
        fail(scope, FailureClass::invalid, std::move(why), "body");
        return false;
    }
    if (body.tree.kind() != Kind::string && body.tree.kind() != Kind::bytes) {
        fail(scope, FailureClass::invalid, "body is " + a_kind(body.tree) + ", and only a text or bytes can be decoded", "body");
        return false;
    }
    out = body.tree.text();
    return true;
}

// Does the text stand in the message's own bytes? They live as long as the unit, and have padding behind them.
bool stands_in(const Body& body, std::string_view text) { return body.format != Format::none && text.data() >= body.bytes.data() && text.data() + text.size() <= body.bytes.data() + body.bytes.size(); }

std::string place_of(std::string_view text, std::size_t at) {
    const std::string_view before = text.substr(0, at);
    const std::size_t newline = before.rfind('\n');
    return "line " + std::to_string(std::count(before.begin(), before.end(), '\n') + 1) + ", byte " + std::to_string(at - (newline == before.npos ? 0 : newline + 1) + 1);
}

// The tree has views into the text: its own bytes, or a padded copy where it is a value that something computed.
class DecodeJson final : public Step {
public:
    Go on(Scope& scope, Emissions&) const override {
        std::string_view text;
        if (!text_of(scope, text)) return Go::failed;
        Body& body = scope.message->body;
        Body made;
        made.format = Format::json;
        made.owner = body.owner;
        made.bytes = text;
        if (!stands_in(body, text)) {
            char* const copy = static_cast<char*>(scope.arena->take(text.size() + json_padding));
            if (!text.empty()) std::memcpy(copy, text.data(), text.size());
            std::memset(copy + text.size(), 0, json_padding);
            made.bytes = {copy, text.size()};
        }
        std::string why;
        if (!look(made, *scope.arena, *scope.reader, why)) return fail(scope, FailureClass::invalid, std::move(why), "body");
        body = std::move(made);
        return Go::next;
    }
};

class DecodeText final : public Step {
public:
    Go on(Scope& scope, Emissions&) const override {
        std::string_view text;
        if (!text_of(scope, text)) return Go::failed;
        Body& body = scope.message->body;
        if (!is_utf8(text)) {
            std::size_t good = 0;
            for (std::size_t length = 1; length <= 4 && good + length <= text.size();) {  // over whole characters
                if (is_utf8(text.substr(good, length))) {
                    good += length;
                    length = 1;
                } else {
                    ++length;
                }
            }
            return fail(scope, FailureClass::invalid, "the body is no text: " + place_of(text, good) + ": the bytes are not UTF-8", "body");
        }
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
        const Value value = Value::string(text);
        if (!stands_in(body, text)) {
            body = keep_owner(body, value);
            return Go::next;
        }
        body.bytes = text;
        body.format = Format::text;
        body.tree = value;
        return Go::next;
    }
};

class DecodeCsv final : public Step {
public:
    DecodeCsv(const plan::Node& node, StepMaker& maker) : arguments_(node, maker) {}
    Go on(Scope& scope, Emissions&) const override {
        CsvOptions options;
        std::string_view text;
        if (!arguments_.csv(scope, options) || !text_of(scope, text)) return Go::failed;
        CsvError error;
        Value table;
        if (!read_csv(text, options, *scope.arena, table, error)) return fail(scope, error.too_large ? FailureClass::too_large : FailureClass::invalid, "the body is not CSV: " + error.text(), "body");
        scope.message->body = keep_owner(scope.message->body, table);
        return Go::next;
    }

private:
    FormatArguments arguments_;
};

}  // namespace

StepPtr make_decode(const plan::Node& node, StepMaker& maker, At) {
    maker.compiler.keep_whole_body();
    if (node.text == "json") return std::make_unique<DecodeJson>();
    if (node.text == "text") return std::make_unique<DecodeText>();
    return std::make_unique<DecodeCsv>(node, maker);
}

}  // namespace weir
