#include "dsl/steps/parts.hpp"

#include <array>

namespace weir {

std::optional<std::string_view> Parts::word_at(std::size_t index) const {
    if (index >= parts_.size()) return std::nullopt;
    if (const auto* w = std::get_if<syntax::Word>(&parts_[index].node)) return w->text;
    if (const auto* o = std::get_if<syntax::Operand>(&parts_[index].node)) {
        if (!o->value || o->upto || o->assigned || o->assigned_call || o->value->parenthesised) return std::nullopt;
        if (const auto* r = std::get_if<syntax::Reference>(&o->value->node)) return r->name.text;
    }
    return std::nullopt;
}

bool Parts::take_words(std::string_view words) {
    std::size_t index = at_;
    while (!words.empty()) {
        const std::size_t blank = words.find(' ');
        if (word_at(index) != words.substr(0, blank)) return false;
        ++index;
        words = blank == std::string_view::npos ? std::string_view() : words.substr(blank + 1);
    }
    at_ = index;
    return true;
}

const syntax::Expr* Parts::value() const {
    const auto* o = peek_as<syntax::Operand>();
    return o && o->value && !o->upto && !o->assigned && !o->assigned_call ? o->value.get() : nullptr;
}

const syntax::Expr* Parts::take_value() {
    const syntax::Expr* e = value();
    if (e) ++at_;
    return e;
}

const syntax::Block* Parts::take_block_or_empty() {
    if (const auto* block = take<syntax::BlockBox>()) return block->get();
    static const syntax::Block empty;  // `{}` is an object to the parser, and an empty block where one is wanted
    const syntax::Expr* e = value();
    const auto* object = e ? std::get_if<syntax::Object>(&e->node) : nullptr;
    if (!object || !object->entries.empty() || e->parenthesised) return nullptr;
    ++at_;
    return &empty;
}

std::optional<WrittenAction> read_action(Parts& parts, Checker& checker) {
    const syntax::Part* first = parts.peek();
    if (!first) return std::nullopt;
    WrittenAction a;
    a.at = first->at;
    if (const auto* arrow = parts.take<syntax::Arrow>()) {
        a.target = &arrow->target;
        a.call = arrow->call;
        a.value = parts.take_value();
        return a;
    }
    if (const syntax::Block* block = parts.take_block_or_empty()) {
        a.word = ActionWord::block;
        a.block = block;
        return a;
    }
    if (const auto* fail = parts.take<syntax::FailClass>()) {
        a.word = fail->failure.text == "again" ? ActionWord::fail_again : ActionWord::fail;
        a.failure = fail->failure;
        if (a.word == ActionWord::fail) a.value = parts.take_value();
        return a;
    }
    const auto word = parts.word();
    if (!word) return std::nullopt;
    if (*word == "discard" || *word == "reject") {
        a.word = *word == "discard" ? ActionWord::discard : ActionWord::reject;
        parts.skip();
        a.value = parts.take_value();
        return a;
    }
    struct Later {
        std::string_view name;
        ActionWord word;
    };
    static constexpr std::array<Later, 6> later = {{{"retry", ActionWord::retry}, {"reply", ActionWord::reply}, {"give", ActionWord::give}, {"skip", ActionWord::skip}, {"become", ActionWord::become}, {"finish", ActionWord::finish}}};
    for (const Later& l : later)
        if (*word == l.name) {
            checker.not_built(a.at, "`" + std::string(l.name) + "`");
            a.word = l.word;
            while (!parts.end()) parts.skip();  // one finding is enough
            return a;
        }
    return std::nullopt;
}

}  // namespace weir
