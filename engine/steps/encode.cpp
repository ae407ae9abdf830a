#include "engine/evaluate/node.hpp"
#include "engine/message/json.hpp"
#include "engine/steps/catalog.hpp"
#include "engine/steps/change.hpp"
#include "engine/steps/formats.hpp"

namespace weir {
namespace {

constexpr std::size_t most_text = 16u << 20;  // what a message may be

// The body as a tree. False: the scope says why.
bool looked(Scope& scope) {
    std::string why;
    if (look(scope.message->body, *scope.arena, *scope.reader, why)) return true;
    fail(scope, FailureClass::invalid, std::move(why), "body");
    return false;
}

// The text lives as long as the unit, whatever becomes of the body.
Go put(Scope& scope, const std::string& text) {
    if (text.size() > most_text) return fail(scope, FailureClass::too_large, "the text is longer than 16 MiB", "body");
    scope.message->body = Body::of(text_value(*scope.arena, text));
    return Go::next;
}

class EncodeJson final : public Step {
public:
    Go on(Scope& scope, Emissions&) const override {
        if (!looked(scope)) return Go::failed;
        Body& body = scope.message->body;
        if (body.tree.is_missing()) return fail(scope, FailureClass::invalid, "there is no body to encode", "body");
        if (body.format == Format::json) {  // as it came
            if (body.bytes.starts_with("\xEF\xBB\xBF")) body.bytes.remove_prefix(3);
            body.format = Format::text;
            body.tree = Value::string(body.bytes);
            return Go::next;
        }
        std::string text;
        write_json(text, body.tree);
        return put(scope, text);
    }
};

class EncodeText final : public Step {
public:
    Go on(Scope& scope, Emissions&) const override {
        if (!looked(scope)) return Go::failed;
        Body& body = scope.message->body;
        if (body.tree.kind() == Kind::string) {
            if (body.format == Format::json) body = keep_owner(body, body.tree);  // without its quotes
            return Go::next;
        }
        std::string_view text;
        if (body.tree.kind() == Kind::bytes || !scalar_text(body.tree, *scope.arena, text)) return fail(scope, FailureClass::invalid, "body is " + a_kind(body.tree) + ", which has no text", "body");
        body = Body::of(Value::string(text));
        return Go::next;
    }
};

class EncodeCsv final : public Step {
public:
    EncodeCsv(const plan::Node& node, StepMaker& maker) : arguments_(node, maker) {}
    Go on(Scope& scope, Emissions&) const override {
        CsvOptions options;
        if (!arguments_.csv(scope, options) || !looked(scope)) return Go::failed;
        std::string text;
        CsvMisfit misfit;
        if (!write_csv(text, scope.message->body.tree, options, misfit)) return fail(scope, FailureClass::invalid, "body" + misfit.path + " " + misfit.why, "body" + misfit.path);
        return put(scope, text);
    }

private:
    FormatArguments arguments_;
};

}  // namespace

StepPtr make_encode(const plan::Node& node, StepMaker& maker, At) {
    maker.compiler.keep_whole_body();
    if (node.text == "json") return std::make_unique<EncodeJson>();
    if (node.text == "text") return std::make_unique<EncodeText>();
    return std::make_unique<EncodeCsv>(node, maker);
}

}  // namespace weir
